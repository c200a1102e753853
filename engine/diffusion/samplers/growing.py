"""A sampler whose sample grows on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from engine.diffusion.denoising.noise import SEEDS
from engine.diffusion.imaging.resampling import Method, resample
from engine.diffusion.samplers.steps import steps

if TYPE_CHECKING:
    from engine.diffusion.samplers.protocol import SamplerStart, Sampling


def lcm_upscale(
    start: SamplerStart,
    scale_ratio: float = 1.0,
    scale_steps: int = -1,
    upscale_method: Method = "bislerp",
) -> Sampling:
    """Enlarge what LCM jumps to (Luo et al. 2023, Algorithm 3) before it is noised again.

    Args:
        scale_ratio: both sides of the result to those at the beginning.
        scale_steps: how many of the first steps enlarge; -1 is the first half.
    """
    model, x = start.parameterisation, start.x
    height, width = x.shape[-2:]
    generator = torch.Generator(x.device).manual_seed(start.seed % SEEDS)
    count = _growing_steps(scale_steps, len(start.sigmas))
    for step in steps(start):
        x = (yield step.ask(x)).denoised
        if step.index < count:
            factor = 1 + (scale_ratio - 1) * (step.index + 1) / count
            x = resample(x, round(width * factor), round(height * factor), upscale_method)
        if not step.is_last:
            noise = torch.randn(x.shape, generator=generator, device=x.device)
            x = model.noised(x, noise, step.next_sigma)
    return x


def _growing_steps(asked: int, levels: int) -> int:
    return max(levels // 2, 1) if asked < 0 else min(asked, levels)
