"""Solvers of the probability flow ODE with two or three evaluations a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.diffusion.denoising.noise import stepwise_noise
from engine.diffusion.samplers.steps import ancestral_step, moved, slope, steps

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.samplers.protocol import SamplerStart, Sampling

#: How many levels Heun++ looks ahead.
AHEAD = 2


def heun(start: SamplerStart) -> Sampling:
    """Average the slopes at both ends: Karras et al. 2022, Algorithm 2, without churn."""
    x = start.x
    for step in steps(start):
        answer = yield step.ask(x)
        d = slope(x, answer.denoised, step.sigma)
        x_next = x + d * step.move
        if step.is_last:
            return x_next
        answer = yield step.ask(x_next, step.next_sigma)
        x = x + (d + slope(x_next, answer.denoised, step.next_sigma)) / 2 * step.move
    return x


def heunpp2(start: SamplerStart) -> Sampling:
    """Weigh in slopes one and two levels ahead, the less the lower they are (Heun++).

    The weights are the levels' shares of the first level; the last two steps look less far ahead.
    """
    x, ahead = start.x, list(steps(start))
    first = ahead[0].sigma
    for index, step in enumerate(ahead):
        answer = yield step.ask(x)
        slopes = [slope(x, answer.denoised, step.sigma)]
        x_ahead = x
        for passed in ahead[index : index + AHEAD]:
            if passed.index == passed.of - 1:
                break
            x_ahead = x_ahead + slopes[-1] * passed.move
            answer = yield step.ask(x_ahead, passed.next_sigma)
            slopes.append(slope(x_ahead, answer.denoised, passed.next_sigma))
        shares = [passed.sigma / (len(slopes) * first) for passed in ahead[index:][: len(slopes)]]
        x = x + _weighted(slopes, shares) * step.move
    return x


def _weighted(slopes: list[Tensor], shares: list[Tensor]) -> Tensor:
    """Give each slope but the first its share, and the first the rest."""
    d = (1 - sum(shares[1:])) * slopes[0]
    for further, share in zip(slopes[1:], shares[1:], strict=True):
        d = d + share * further
    return d


def dpm_2(start: SamplerStart) -> Sampling:
    """Take the slope at the geometric middle: DPM-Solver-2 (Lu et al. 2022), Karras' form."""
    return (yield from dpm_2_ancestral(start, eta=0.0))


def dpm_2_ancestral(start: SamplerStart, *, eta: float = 1.0, s_noise: float = 1.0) -> Sampling:
    """Take the slope at the geometric middle on the way below the next level, and add noise."""
    model, x = start.parameterisation, start.x
    noise = stepwise_noise(x, start.seed, s_noise)
    for step in steps(start):
        answer = yield step.ask(x)
        down, scale, up = ancestral_step(model, step, eta)
        if down.item() == 0:
            x = moved(x, answer.denoised, step.sigma, down)
        else:
            middle = step.sigma.log().lerp(down.log(), 0.5).exp()
            x_middle = moved(x, answer.denoised, step.sigma, middle)
            answer = yield step.ask(x_middle, middle)
            x = x + slope(x_middle, answer.denoised, middle) * (down - step.sigma)
        if eta > 0 and not step.is_last:
            x = scale * x + noise() * up
    return x
