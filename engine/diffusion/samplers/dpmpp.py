"""DPM-Solver++: exponential integrators over the denoised latent (Lu et al. 2022).

A sample divided by its alpha is a sample of a model with alpha 1, so one form serves all models.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.diffusion.noise import brownian_noise, stepwise_noise
from engine.diffusion.samplers.steps import (
    ancestral_levels,
    ancestral_step,
    level_of,
    log_snr,
    moved,
    solved,
    steps,
)

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.parameterisation import Parameterisation
    from engine.diffusion.samplers.protocol import SamplerStart, Sampling

#: A flow at level 1 is noise alone and has no finite log-SNR; its middle is taken here.
NEARLY_ALL_NOISE = 0.9999


def dpmpp_2m(start: SamplerStart) -> Sampling:
    """Take second-order steps from the last two answers: Lu et al. 2022, Algorithm 2."""
    x, last, h_last = start.x, None, None
    for step in steps(start):
        denoised = (yield step.ask(x)).denoised
        if step.is_last:
            return denoised
        t, t_next = -step.sigma.log(), -step.next_sigma.log()
        h = t_next - t
        ahead = _extrapolated(denoised, last, h, h_last)
        x = solved(x, ahead, h, (-t_next).exp() / (-t).exp())
        last, h_last = denoised, h
    return x


def dpmpp_2s_ancestral(start: SamplerStart, eta: float = 1.0) -> Sampling:
    """Take single steps of second order, with noise: Lu et al. 2022, Algorithm 1, r = 1/2."""
    model, x = start.parameterisation, start.x
    noise = stepwise_noise(x, start.seed)
    for step in steps(start):
        answer = yield step.ask(x)
        if step.is_last:
            return answer.denoised
        down, scale, up = ancestral_step(model, step, eta)
        middle = _middle(model, step.sigma, down)
        x_middle = moved(x, answer.denoised, step.sigma, middle)
        answer = yield step.ask(x_middle, middle)
        x = moved(x, answer.denoised, step.sigma, down)
        x = scale * x + noise() * up
    return x


def dpmpp_sde(start: SamplerStart, eta: float = 1.0, r: float = 0.5) -> Sampling:
    """Take single steps with ancestral noise on both stages: Lu et al. 2022, Algorithm 1.

    `r` is the place of the second evaluation between the two log-SNRs.
    """
    model, x = start.parameterisation, start.x
    noise = brownian_noise(x, start.sigmas, start.seed)
    for step in steps(_below_all_noise(start)):
        first = (yield step.ask(x)).denoised
        if step.is_last:
            return first
        here, there = log_snr(model, step.sigma), log_snr(model, step.next_sigma)
        between = here.lerp(there, r)
        middle = level_of(model, between)
        x = x / model.alpha(step.sigma)

        h, up = _denoised_part(here, between, eta)
        x_middle = solved(x, first, h, (-h).exp()) + noise(step.sigma, middle) * up
        second = (yield step.ask(model.alpha(middle) * x_middle, middle)).denoised

        h, up = _denoised_part(here, there, eta)
        ahead = (1 - 1 / (2 * r)) * first + 1 / (2 * r) * second
        x = solved(x, ahead, h, (-h).exp()) + noise(step.sigma, step.next_sigma) * up
        x = model.alpha(step.next_sigma) * x
    return x


def dpmpp_2m_sde(start: SamplerStart, eta: float = 1.0) -> Sampling:
    """Take stochastic steps of second order from the last two answers (midpoint form).

    SDE-DPM-Solver++(2M): Lu et al. 2022, section 5.
    """
    model, x = start.parameterisation, start.x
    noise = brownian_noise(x, start.sigmas, start.seed)
    last, h_last = None, None
    for step in steps(_below_all_noise(start)):
        denoised = (yield step.ask(x)).denoised
        if step.is_last:
            return denoised
        h = log_snr(model, step.next_sigma) - log_snr(model, step.sigma)
        ahead = model.alpha(step.next_sigma) * _extrapolated(denoised, last, h, h_last)
        scale = step.next_sigma / step.sigma * (-h * eta).exp()
        x = solved(x, ahead, h * (1 + eta), scale)
        up = step.next_sigma * (-(-2 * h * eta).expm1()).sqrt()
        x = x + noise(step.sigma, step.next_sigma) * up
        last, h_last = denoised, h
    return x


def _extrapolated(
    denoised: Tensor, last: Tensor | None, h: Tensor, h_last: Tensor | None
) -> Tensor:
    """Follow the line through the last two answers to the middle of the step."""
    if last is None or h_last is None:
        return denoised
    r = h_last / h
    return (1 + 1 / (2 * r)) * denoised - 1 / (2 * r) * last


def _denoised_part(here: Tensor, there: Tensor, eta: float) -> tuple[Tensor, Tensor]:
    """Split a step of log-SNR into the step to denoise and the noise to add, at alpha 1."""
    down, up = ancestral_levels((-here).exp(), (-there).exp(), eta)
    return -down.log() - here, up


def _middle(model: Parameterisation, sigma: Tensor, down: Tensor) -> Tensor:
    """Return the level half way in log-SNR."""
    if model.alpha(sigma) == 0:
        return sigma * NEARLY_ALL_NOISE
    return level_of(model, log_snr(model, sigma).lerp(log_snr(model, down), 0.5))


def _below_all_noise(start: SamplerStart) -> SamplerStart:
    """Begin a flow at a level with a finite log-SNR."""
    model, (first, *rest) = start.parameterisation, start.sigmas
    if model.alpha(first) > 0:
        return start
    return replace(start, sigmas=(model.sigma_at_percent(1e-4), *rest))
