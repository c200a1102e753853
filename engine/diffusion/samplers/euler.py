"""Euler's method and its relatives with noise: one evaluation a step, no history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.diffusion.denoising.noise import stepwise_noise
from engine.diffusion.samplers.steps import ancestral_step, moved, stepped, steps

if TYPE_CHECKING:
    from engine.diffusion.samplers.protocol import SamplerStart, Sampling


def euler(start: SamplerStart) -> Sampling:
    """Solve the probability flow ODE in straight lines: Karras et al. 2022, Algorithm 2, no churn.

    The same as DDIM with eta 0 (Song et al. 2020).
    """
    x = start.x
    for step in steps(start):
        answer = yield step.ask(x)
        x = stepped(x, answer.denoised, step.sigma, step.move)
    return x


def euler_ancestral(start: SamplerStart, *, eta: float = 1.0, s_noise: float = 1.0) -> Sampling:
    """Go below the next level and add noise back up to it; `eta` 0 is Euler's method."""
    model, x = start.parameterisation, start.x
    noise = stepwise_noise(x, start.seed, s_noise)
    for step in steps(start):
        answer = yield step.ask(x)
        if step.is_last:
            return answer.denoised
        down, scale, up = ancestral_step(model, step, eta)
        x = moved(x, answer.denoised, step.sigma, down)
        x = scale * x + noise() * up
    return x


def ddpm(start: SamplerStart) -> Sampling:
    """Draw from the posterior of the step before: Ho et al. 2020, eq. 6-7, in alpha 1's scale."""
    x = start.x
    noise = stepwise_noise(x, start.seed)
    for step in steps(start):
        answer = yield step.ask(x)
        if step.is_last:
            return answer.denoised
        kept = (step.next_sigma / step.sigma) ** 2
        mean = answer.denoised + kept * (x - answer.denoised)
        x = mean + noise() * (step.next_sigma * (1 - kept) ** 0.5)
    return x


def lcm(start: SamplerStart) -> Sampling:
    """Jump to the clean latent and noise it again: LCM, Luo et al. 2023, Algorithm 3."""
    model, x = start.parameterisation, start.x
    noise = stepwise_noise(x, start.seed)
    for step in steps(start):
        answer = yield step.ask(x)
        if step.is_last:
            return answer.denoised
        x = model.noised(answer.denoised, noise(), step.next_sigma)
    return x
