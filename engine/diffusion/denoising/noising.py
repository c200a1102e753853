"""Noise from links, and latents brought to a level by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor

from engine.diffusion.denoising.noise import initial_noise
from engine.diffusion.networks import weights
from engine.types import Noise

if TYPE_CHECKING:
    from engine.runtime import Runtime
    from engine.types import Latent, ModelHandle


class NoiseMaker(Protocol):
    """What packs send on links of NOISE."""

    def generate_noise(self, input_latent: Mapping[str, object]) -> Tensor:
        """Return noise (B, C, h, w) for a latent in ComfyUI's form."""
        ...


def drawn(noise: Noise | NoiseMaker, latent: Latent) -> Tensor:
    """Return noise (B, C, h, w) for a latent; a pack's object is asked to make it."""
    if not isinstance(noise, Noise):
        return noise.generate_noise(_as_dict(latent))
    if noise.seed is None:
        return torch.zeros_like(latent.samples)
    return initial_noise(latent.samples.shape, noise.seed, latent.batch_index)


def noised(
    model: ModelHandle,
    noise: Noise | NoiseMaker,
    levels: tuple[float, ...],
    latent: Latent,
    runtime: Runtime,
) -> Latent:
    """Add the noise that lies between the first and the last level; without levels, none.

    Raises:
        PathError: the model's file has gone.
        ModelError: it is damaged, or another file by now.
    """
    if not levels:
        return latent
    scale = weights.latent_scale_of(model, runtime)
    first, *others = levels
    span = abs(first - others[-1]) if others else first
    known = weights.parameterisation_of(model, runtime)
    noisy = known.noised(latent.samples * scale, drawn(noise, latent), span) / scale
    return latent.with_samples(noisy)


def _as_dict(latent: Latent) -> dict[str, object]:
    given: dict[str, object] = {"samples": latent.samples}
    return given if latent.batch_index is None else {**given, "batch_index": latent.batch_index}
