"""Differential Diffusion: every pixel is changed as much as its mask is white."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.denoising.inpainting import NoiseMask
    from engine.diffusion.denoising.settings import Settings


def differential(settings: Settings, strength: float = 1.0) -> Settings:
    """Let the mask open as sampling goes on: Levin & Fried 2023, Algorithm 1.

    Args:
        strength: below 1, that part of the rule with the plain mask for the rest; at 0, as at 1.
    """
    return replace(settings, mask_rule=partial(opened, strength=strength))


def opened(kept: NoiseMask, sigma: float, *, strength: float = 1.0) -> Tensor:
    """Return 1 where the mask is whiter than the share of the run's time that is left."""
    levels = torch.tensor([sigma, kept.sigmas[0], max(kept.sigmas[-1], kept.model.sigma_min)])
    now, start, end = kept.model.timestep(levels).float()
    hard = (kept.mask >= (now - end) / (start - end)).to(kept.mask)
    return torch.lerp(kept.mask, hard, strength) if 0 < strength < 1 else hard
