"""Denoising only where a mask is white."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor

from engine.diffusion.imaging import masks
from engine.diffusion.imaging.images import repeated

if TYPE_CHECKING:
    from engine.diffusion.levels.parameterisation import Parameterisation


@dataclass(frozen=True, eq=False)
class NoiseMask:
    """What is denoised and what is kept in one run.

    Attributes:
        mask: (B, 1, h, w), 1 where it is denoised.
        latent: what is kept, clean, (B, C, h, w), in the network's scale.
        noise: brings what is kept to the level of each call.
        sigmas: the levels of the run.
    """

    mask: Tensor
    latent: Tensor
    noise: Tensor
    sigmas: tuple[float, ...]
    model: Parameterisation


#: Gives the mask (B, 1, h, w) of a call at a level.
MaskRule = Callable[[NoiseMask, float], Tensor]


def constant(kept: NoiseMask, _sigma: float) -> Tensor:
    """Use the same mask in every call."""
    return kept.mask


def before(x: Tensor, kept: NoiseMask, mask: Tensor, sigma: float) -> Tensor:
    """Put the kept latent, noised, where the mask is black."""
    return x * mask + kept.model.noised(kept.latent, kept.noise, sigma) * (1 - mask)


def after(denoised: Tensor, kept: NoiseMask, mask: Tensor) -> Tensor:
    """Put the kept latent where the mask is black."""
    return denoised * mask + kept.latent * (1 - mask)


def latent_mask(mask: Tensor, like: Tensor) -> Tensor:
    """Resize a noise mask of any size to (B, 1, h, w) for a latent, on its device."""
    height, width = like.shape[-2:]
    fitted = masks.resized(mask, width, height).unsqueeze(1).to(like)
    return repeated(fitted, like.shape[0])
