"""How to sample, and how patches of a model change that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from engine.diffusion.inpainting import MaskRule, constant
from engine.diffusion.network_patches import NETWORK_PATCHES

if TYPE_CHECKING:
    from engine.diffusion.guidance import Guidance
    from engine.types import Patch


@dataclass(frozen=True, slots=True)
class Settings:
    """How to sample.

    Attributes:
        sampler: a name in `SAMPLERS`.
        sigmas: levels, descending; fewer than two leave the latent as it is.
        seed: of the initial noise and of the noise on the way.
        guidance: makes one answer of both sides'.
        add_noise: begin from the latent with noise added; False for one that is noisy already.
        mask_rule: changes the noise mask from call to call.
        changes: patches of the network in every forward pass.
        options: of the sampler.
    """

    sampler: str
    sigmas: tuple[float, ...]
    seed: int
    guidance: Guidance
    add_noise: bool = True
    mask_rule: MaskRule = constant
    changes: tuple[Patch, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])


#: Patches that change how a model is sampled, called with the settings and their parameters.
SAMPLING_PATCHES: dict[str, Callable[..., Settings]] = {}


def patched(settings: Settings, patches: Sequence[Patch]) -> Settings:
    """Apply a model's patches in order; those of its weights are not for here."""
    for patch in patches:
        if change := SAMPLING_PATCHES.get(patch.name):
            settings = change(settings, **patch.parameters)
    inside = tuple(patch for patch in patches if patch.name in NETWORK_PATCHES)
    return replace(settings, changes=(*settings.changes, *inside)) if inside else settings
