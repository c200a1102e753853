"""What a run begins with: noisy samples, conditionings cut to the latent, what a mask keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from engine.diffusion.control.applied import shared_with_others
from engine.diffusion.denoising.inpainting import NoiseMask, latent_mask
from engine.diffusion.denoising.noise import initial_noise
from engine.diffusion.denoising.regions import Attach, Region, regions_of
from engine.diffusion.samplers import SamplerStart
from engine.diffusion.samplers.special import sampler_named
from engine.diffusion.unet.beside import channels_beside

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.control.applied import Applied
    from engine.diffusion.denoising.evaluation import Denoising
    from engine.diffusion.denoising.settings import Settings
    from engine.diffusion.guidances.guidance import Side
    from engine.types import Cond, Conditioning, Latent


@dataclass(frozen=True, slots=True, eq=False)
class Beginning:
    """What a run begins with, on the denoiser's device.

    Attributes:
        start: of the sampler; its samples are in the network's scale.
        regions: where each conditioning applies, by side.
        kept: what is not to change; None where there is no noise mask.
    """

    start: SamplerStart
    regions: Mapping[Side, list[Region]]
    kept: NoiseMask | None


def begun(
    denoiser: Denoising,
    latent: Latent,
    conditionings: Mapping[Side, Conditioning],
    settings: Settings,
    *,
    controls: Callable[[Cond], tuple[Applied, ...]] = lambda _: (),
    noise: Tensor | None = None,
) -> Beginning:
    """Bring a latent to the first level, and its conditionings and mask to its size.

    Args:
        controls: gives those of a conditioning, loaded.
        noise: (B, C, h, w), in place of one drawn from the seed.
    """
    model, scale, sigmas = denoiser.parameterisation, denoiser.latent_scale, settings.sigmas
    clean = latent.samples.to(denoiser.device, torch.float32) * scale
    noise = _noise(clean, latent, settings) if noise is None else noise.to(clean)
    from_max = sigmas[0] >= model.sigma_max * (1 - 1e-5)
    x = model.noised(clean, noise, sigmas[0], from_max=from_max)
    mask, kept = None, None
    if latent.noise_mask is not None:
        mask = latent_mask(latent.noise_mask, clean)
        kept = NoiseMask(mask, clean, _noise_of_kept(noise, settings), sigmas, model)
    beside = channels_beside(denoiser.extra_channels, clean, scale, mask)
    sides = {**shared_with_others(conditionings), **settings.sides}
    regions = regions_of(sides, clean, model, Attach(beside, controls))
    return Beginning(SamplerStart(x, sigmas, settings.seed, model), regions, kept)


def _noise(clean: Tensor, latent: Latent, settings: Settings) -> Tensor:
    if not settings.add_noise:
        return torch.zeros_like(clean)
    return initial_noise(clean.shape, settings.seed, latent.batch_index).to(clean.device)


def _noise_of_kept(noise: Tensor, settings: Settings) -> Tensor:
    if not sampler_named(settings.sampler).renoises_kept:
        return noise
    return initial_noise(noise.shape, settings.seed + 1).to(noise.device)
