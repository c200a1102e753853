"""Samplers as people write them: one loop, levels as tensors, and nothing around it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from itertools import pairwise

import torch
from torch import Tensor

from engine.diffusion.denoising.noise import brownian_noise, stepwise_noise

#: Returns the guided answer for a sample at a level.
Guided = Callable[[Tensor, Tensor], Tensor]
PlainSampler = Callable[[Guided, Tensor, Tensor], Tensor]
SEED = 1
#: Weights of the slopes, newest first, while there are few.
ADAMS = ((1.0,), (3 / 2, -1 / 2), (23 / 12, -16 / 12, 5 / 12), ())


def plain_euler(denoise: Guided, x: Tensor, levels: Tensor) -> Tensor:
    """Sample with Euler's method."""
    for sigma, next_sigma in pairwise(levels):
        denoised = denoise(x, sigma)
        x = x + (x - denoised) / sigma * (next_sigma - sigma)
    return x


def plain_euler_ancestral(denoise: Guided, x: Tensor, levels: Tensor) -> Tensor:
    """Sample with Euler's method and fresh noise."""
    noise = stepwise_noise(x, SEED)
    for sigma, next_sigma in pairwise(levels):
        denoised = denoise(x, sigma)
        up = (next_sigma**2 * (sigma**2 - next_sigma**2) / sigma**2) ** 0.5
        down = (next_sigma**2 - up**2) ** 0.5
        x = x + (x - denoised) / sigma * (down - sigma) + noise() * up
    return x


def plain_dpmpp_2m(denoise: Guided, x: Tensor, levels: Tensor) -> Tensor:
    """Sample with DPM-Solver++(2M)."""
    last, h_last = None, torch.zeros(())
    for sigma, next_sigma in pairwise(levels):
        denoised = denoise(x, sigma)
        h = sigma.log() - next_sigma.log()
        if last is None or next_sigma == 0:
            ahead = denoised
        else:
            r = h_last / h
            ahead = (1 + 1 / (2 * r)) * denoised - (1 / (2 * r)) * last
        x = next_sigma / sigma * x - (-h).expm1() * ahead
        last, h_last = denoised, h
    return x


def plain_dpmpp_2m_sde(denoise: Guided, x: Tensor, levels: Tensor) -> Tensor:
    """Sample with SDE-DPM-Solver++(2M)."""
    noise = brownian_noise(x, levels.tolist(), SEED)
    last, h_last = None, torch.zeros(())
    for sigma, next_sigma in pairwise(levels):
        denoised = denoise(x, sigma)
        if next_sigma == 0:
            return denoised
        h = sigma.log() - next_sigma.log()
        x = next_sigma / sigma * (-h).exp() * x - (-2 * h).expm1() * denoised
        if last is not None:
            x = x - 0.5 * (-2 * h).expm1() * (h / h_last) * (denoised - last)
        x = x + noise(sigma, next_sigma) * next_sigma * (-(-2 * h).expm1()).sqrt()
        last, h_last = denoised, h
    return x


def plain_heun(denoise: Guided, x: Tensor, levels: Tensor) -> Tensor:
    """Sample with Heun's method."""
    for sigma, next_sigma in pairwise(levels):
        d = (x - denoise(x, sigma)) / sigma
        ahead = x + d * (next_sigma - sigma)
        if next_sigma > 0:
            d = (d + (ahead - denoise(ahead, next_sigma)) / next_sigma) / 2
            ahead = x + d * (next_sigma - sigma)
        x = ahead
    return x


def plain_dpm_2(denoise: Guided, x: Tensor, levels: Tensor) -> Tensor:
    """Sample with DPM-Solver-2."""
    for sigma, next_sigma in pairwise(levels):
        d = (x - denoise(x, sigma)) / sigma
        if next_sigma > 0:
            middle = ((sigma.log() + next_sigma.log()) / 2).exp()
            ahead = x + d * (middle - sigma)
            d = (ahead - denoise(ahead, middle)) / middle
        x = x + d * (next_sigma - sigma)
    return x


def plain_ddpm(denoise: Guided, x: Tensor, levels: Tensor) -> Tensor:
    """Sample from the posteriors of DDPM."""
    noise = stepwise_noise(x, SEED)
    for sigma, next_sigma in pairwise(levels):
        denoised = denoise(x, sigma)
        if next_sigma == 0:
            return denoised
        kept = (next_sigma / sigma) ** 2
        x = denoised + kept * (x - denoised) + noise() * (next_sigma * (1 - kept).sqrt())
    return x


def plain_lcm(denoise: Guided, x: Tensor, levels: Tensor) -> Tensor:
    """Sample with the jumps of LCM."""
    noise = stepwise_noise(x, SEED)
    for sigma, next_sigma in pairwise(levels):
        denoised = denoise(x, sigma)
        if next_sigma == 0:
            return denoised
        x = denoised + noise() * next_sigma
    return x


def plain_ipndm(denoise: Guided, x: Tensor, levels: Tensor) -> Tensor:
    """Sample with iPNDM."""
    slopes: list[Tensor] = []
    for sigma, next_sigma in pairwise(levels):
        denoised = denoise(x, sigma)
        if next_sigma == 0:
            return denoised
        slopes = [(x - denoised) / sigma, *slopes[:3]]
        if len(slopes) == len(ADAMS):
            d = (55 * slopes[0] - 59 * slopes[1] + 37 * slopes[2] - 9 * slopes[3]) / 24
        else:
            d = sum(map(operator.mul, slopes, ADAMS[len(slopes) - 1]))
        x = x + d * (next_sigma - sigma)
    return x


def plain_gradient_estimation(denoise: Guided, x: Tensor, levels: Tensor) -> Tensor:
    """Sample with Euler's method and gradient estimation."""
    last = None
    for sigma, next_sigma in pairwise(levels):
        denoised = denoise(x, sigma)
        if next_sigma == 0:
            return denoised
        d = (x - denoised) / sigma
        straight = x + d * (next_sigma - sigma)
        x = straight if last is None else straight + (d - last) * (next_sigma - sigma)
        last = d
    return x


WRITTEN_OUT: Mapping[str, PlainSampler] = {
    "euler": plain_euler,
    "ddim": plain_euler,
    "euler_ancestral": plain_euler_ancestral,
    "heun": plain_heun,
    "dpm_2": plain_dpm_2,
    "dpmpp_2m": plain_dpmpp_2m,
    "dpmpp_2m_sde": plain_dpmpp_2m_sde,
    "ddpm": plain_ddpm,
    "lcm": plain_lcm,
    "ipndm": plain_ipndm,
    "gradient_estimation": plain_gradient_estimation,
}
