"""How to sample, and how patches of a model change that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from engine.diffusion.denoising.inpainting import MaskRule, constant
from engine.diffusion.entries import resolved
from engine.diffusion.unet.network_patches import NETWORK_PATCHES

if TYPE_CHECKING:
    from engine.diffusion.guidances.guidance import Guidance, Side
    from engine.types import Conditioning, Patch


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
        sides: more conditionings that the guidance asks about, by side.
        options: of the sampler.
    """

    sampler: str
    sigmas: tuple[float, ...]
    seed: int
    guidance: Guidance
    add_noise: bool = True
    mask_rule: MaskRule = constant
    changes: tuple[Patch, ...] = ()
    sides: Mapping[Side, Conditioning] = field(default_factory=dict["Side", "Conditioning"])
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])


SamplingPatch = Callable[..., Settings]
_GUIDANCES = "engine.diffusion.guidances"
#: Patches that change how a model is sampled, called with the settings and their parameters; or
#: where they are, as "module:name". A pack adds its own.
SAMPLING_PATCHES: dict[str, SamplingPatch | str] = {
    "APG": f"{_GUIDANCES}.projected:adaptive_projected",
    "CFGNorm": f"{_GUIDANCES}.combined:norm_limited",
    "CFGZeroStar": f"{_GUIDANCES}.combined:zero_star",
    "DifferentialDiffusion": "engine.diffusion.denoising.differential:differential",
    "EpsilonScaling": f"{_GUIDANCES}.combined:epsilon_scaled",
    "FreSca": f"{_GUIDANCES}.frequencies:frequency_scaled",
    "LatentOperation": f"{_GUIDANCES}.operated:operated",
    "Mahiro": f"{_GUIDANCES}.combined:mahiro",
    "PAG": f"{_GUIDANCES}.perturbed:perturbed_attention",
    "PerpNeg": f"{_GUIDANCES}.sides:perpendicular",
    "RescaleCFG": f"{_GUIDANCES}.rescaled:rescaled",
    "SAG": f"{_GUIDANCES}.self_attention:self_attention",
    "TCFG": f"{_GUIDANCES}.projected:tangential_damping",
}


def patched(settings: Settings, patches: Sequence[Patch]) -> Settings:
    """Apply a model's patches in order; those of its weights are not for here."""
    for patch in patches:
        if entry := SAMPLING_PATCHES.get(patch.name):
            settings = resolved(entry)(settings, **patch.parameters)
    inside = tuple(patch for patch in patches if patch.name in NETWORK_PATCHES)
    return replace(settings, changes=(*settings.changes, *inside)) if inside else settings
