"""Patches of a forward pass: what changes inside a U-Net while it answers.

An entry is called with the network, the pass and the patch's parameters, and returns a context in
which the network is changed; it is left before anybody else computes with the network.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.diffusion.entries import resolved

if TYPE_CHECKING:
    from torch import Tensor, nn

    from engine.diffusion.levels.parameterisation import Parameterisation
    from engine.types import Patch


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """One forward pass.

    Attributes:
        x: (N, C, h, w) samples before they are scaled for the network.
        sigma: (N,) noise levels.
        patches: all that change it.
    """

    x: Tensor
    sigma: Tensor
    model: Parameterisation
    patches: tuple[Patch, ...] = ()


NetworkPatch = Callable[..., AbstractContextManager[object]]
_UNET = "engine.diffusion.unet"
#: Entries, or where they are, as "module:name". A pack adds its own.
NETWORK_PATCHES: dict[str, NetworkPatch | str] = {
    "Downscale": f"{_UNET}.downscale:downscale",
    "FreeU": f"{_UNET}.freeu:freeu",
    "FreeU_V2": f"{_UNET}.freeu:freeu_v2",
    "HyperTile": f"{_UNET}.hypertile:hypertile",
    "IdentityAttention": f"{_UNET}.attention:identity_attention",
    "TokenMerging": f"{_UNET}.merging:merge_tokens",
    "TorchCompile": f"{_UNET}.compiled:compiled",
    "WatchAttention": f"{_UNET}.attention:watch_attention",
}


@contextmanager
def changed(
    network: nn.Module, patches: Sequence[Patch], forward: Pass
) -> Generator[None, None, None]:
    """Change a network for one pass by the patches that are for it, in their order."""
    inside = tuple(patch for patch in patches if patch.name in NETWORK_PATCHES)
    forward = replace(forward, patches=inside) if inside else forward
    with ExitStack() as stack:
        for patch in inside:
            change = resolved(NETWORK_PATCHES[patch.name])
            stack.enter_context(change(network, forward, **patch.parameters))
        yield
