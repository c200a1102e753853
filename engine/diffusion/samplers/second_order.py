"""Solvers of the probability flow ODE with two evaluations a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.diffusion.samplers.steps import moved, slope, steps

if TYPE_CHECKING:
    from engine.diffusion.samplers.protocol import SamplerStart, Sampling


def heun(start: SamplerStart) -> Sampling:
    """Average the slopes at both ends: Karras et al. 2022, Algorithm 2, without churn."""
    x = start.x
    for step in steps(start):
        answer = yield step.ask(x)
        d = slope(x, answer.denoised, step.sigma)
        x_next = x + d * (step.next_sigma - step.sigma)
        if step.is_last:
            return x_next
        answer = yield step.ask(x_next, step.next_sigma)
        d = (d + slope(x_next, answer.denoised, step.next_sigma)) / 2
        x = x + d * (step.next_sigma - step.sigma)
    return x


def dpm_2(start: SamplerStart) -> Sampling:
    """Take the slope at the geometric middle: DPM-Solver-2 (Lu et al. 2022), Karras' form."""
    x = start.x
    for step in steps(start):
        answer = yield step.ask(x)
        if step.is_last:
            return moved(x, answer.denoised, step.sigma, step.next_sigma)
        middle = step.sigma.log().lerp(step.next_sigma.log(), 0.5).exp()
        x_middle = moved(x, answer.denoised, step.sigma, middle)
        answer = yield step.ask(x_middle, middle)
        x = x + slope(x_middle, answer.denoised, middle) * (step.next_sigma - step.sigma)
    return x
