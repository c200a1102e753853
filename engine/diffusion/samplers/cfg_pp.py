"""CFG++: the guided prediction is noised again with the unconditional noise (Chung et al. 2024).

Each is its plain twin where both predictions are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from engine.diffusion.denoising.noise import stepwise_noise
from engine.diffusion.samplers.steps import Step, ancestral_levels, slope, solved, steps

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.levels.parameterisation import Parameterisation
    from engine.diffusion.samplers.protocol import SamplerStart, Sampling


def euler_cfg_pp(start: SamplerStart) -> Sampling:
    """Renoise with the unconditional noise only: CFG++, Chung et al. 2024, Algorithm 2."""
    return (yield from euler_ancestral_cfg_pp(start, eta=0.0))


def euler_ancestral_cfg_pp(
    start: SamplerStart, *, eta: float = 1.0, s_noise: float = 1.0
) -> Sampling:
    """Renoise with part unconditional, part fresh noise: CFG++ on DDIM with `eta`."""
    model, x = start.parameterisation, start.x
    noise = stepwise_noise(x, start.seed, s_noise)
    for step in steps(start):
        answer = yield step.ask(x, need_negative=True)
        if step.is_last:
            return answer.denoised
        assert answer.negative is not None
        eps = slope(x, model.alpha(step.sigma) * answer.negative, step.sigma)
        down, up = _levels(model, step, eta)
        x = model.alpha(step.next_sigma) * answer.denoised + down * eps
        if eta > 0:
            x = x + noise() * up
    return x


def dpmpp_2s_ancestral_cfg_pp(
    start: SamplerStart, *, eta: float = 1.0, s_noise: float = 1.0
) -> Sampling:
    """Take both half steps of DPM-Solver++(2S) from the sample that CFG++ moves, with noise."""
    x = start.x
    noise = stepwise_noise(x, start.seed, s_noise)
    for step in steps(start):
        answer = yield step.ask(x, need_negative=True)
        if step.is_last:
            return answer.denoised
        assert answer.negative is not None
        x = x + (answer.denoised - answer.negative)
        down, up = ancestral_levels(step.sigma, step.next_sigma, eta)
        t, t_next = -step.sigma.log(), -down.log()
        h, middle = t_next - t, (-(t + 0.5 * (t_next - t))).exp()
        x_middle = solved(x, answer.denoised, h * 0.5, middle / step.sigma)
        answer = yield step.ask(x_middle, middle)
        x = solved(x, answer.denoised, h, down / step.sigma) + noise() * up
    return x


def dpmpp_2m_cfg_pp(start: SamplerStart) -> Sampling:
    """Take steps of DPM-Solver++(2M) that bend by the unconditional answer before."""
    x, last, h_last = start.x, None, None
    for step in steps(start):
        answer = yield step.ask(x, need_negative=True)
        if step.is_last:
            return answer.denoised
        assert answer.negative is not None
        h = step.sigma.log() - step.next_sigma.log()
        x = answer.denoised + (-h).exp() * (x - answer.negative)
        if last is not None and h_last is not None:
            x = x - (-h).expm1() * h / (2 * h_last) * (answer.denoised - last)
        last, h_last = answer.negative, h
    return x


def _levels(model: Parameterisation, step: Step, eta: float) -> tuple[Tensor, Tensor]:
    """Split a step as `ancestral_levels` does at alpha 1, in the model's own scale."""
    alpha, next_alpha = model.alpha(step.sigma), model.alpha(step.next_sigma)
    there = step.next_sigma / next_alpha
    if alpha == 0:  # noise alone, infinitely far up
        up = there * min(eta, 1.0)
        down = torch.sqrt(there**2 - up**2)
    else:
        down, up = ancestral_levels(step.sigma / alpha, there, eta)
    return next_alpha * down, next_alpha * up
