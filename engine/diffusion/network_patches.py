"""Patches of a forward pass: what changes inside a U-Net while it answers.

An entry is called with the network, the pass and the patch's parameters, and returns a context in
which the network is changed; it is left before anybody else computes with the network.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor, nn

    from engine.diffusion.parameterisation import Parameterisation
    from engine.types import Patch


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """One forward pass.

    Attributes:
        x: (N, C, h, w) samples before they are scaled for the network.
        sigma: (N,) noise levels.
    """

    x: Tensor
    sigma: Tensor
    model: Parameterisation


NETWORK_PATCHES: dict[str, Callable[..., AbstractContextManager[object]]] = {}


@contextmanager
def changed(
    network: nn.Module, patches: Sequence[Patch], forward: Pass
) -> Generator[None, None, None]:
    """Change a network for one pass by the patches that are for it, in their order."""
    with ExitStack() as stack:
        for patch in patches:
            if change := NETWORK_PATCHES.get(patch.name):
                stack.enter_context(change(network, forward, **patch.parameters))
        yield
