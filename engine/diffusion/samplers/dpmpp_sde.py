"""SDE-DPM-Solver++: the same integrators with noise along a Brownian path (Lu et al. 2022).

A sample divided by its alpha is a sample of a model with alpha 1, so one form serves all models.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from engine.diffusion.denoising.noise import NoiseDevice, brownian_noise
from engine.diffusion.samplers.steps import (
    Step,
    ancestral_levels,
    below_all_noise,
    extrapolated,
    level_of,
    log_snr,
    solved,
    steps,
)

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.samplers.protocol import SamplerStart, Sampling

SolverType = Literal["midpoint", "heun"]


def dpmpp_sde(
    start: SamplerStart,
    *,
    eta: float = 1.0,
    s_noise: float = 1.0,
    r: float = 0.5,
    noise_device: NoiseDevice = "cpu",
) -> Sampling:
    """Take single steps with ancestral noise on both stages: Lu et al. 2022, Algorithm 1.

    `r` is the place of the second evaluation between the two log-SNRs.
    """
    model, x = start.parameterisation, start.x
    noise = brownian_noise(x, start.sigmas, start.seed, s_noise, noise_device)
    for step in steps(below_all_noise(start)):
        first = (yield step.ask(x)).denoised
        if step.is_last:
            return first
        here, there = log_snr(model, step.sigma), log_snr(model, step.next_sigma)
        between = here.lerp(there, r)
        middle = level_of(model, between)
        x = x / model.alpha(step.sigma)

        h, up = _denoised_part(here, between, eta)
        x_middle = solved(x, first, h, (-h).exp())
        if eta > 0:
            x_middle = x_middle + noise(step.sigma, middle) * up
        second = (yield step.ask(model.alpha(middle) * x_middle, middle)).denoised

        h, up = _denoised_part(here, there, eta)
        ahead = (1 - 1 / (2 * r)) * first + 1 / (2 * r) * second
        x = solved(x, ahead, h, (-h).exp())
        if eta > 0:
            x = x + noise(step.sigma, step.next_sigma) * up
        x = model.alpha(step.next_sigma) * x
    return x


def dpmpp_2m_sde(
    start: SamplerStart,
    *,
    eta: float = 1.0,
    s_noise: float = 1.0,
    solver_type: SolverType = "midpoint",
    noise_device: NoiseDevice = "cpu",
) -> Sampling:
    """Take stochastic steps of second order from the last two answers.

    SDE-DPM-Solver++(2M): Lu et al. 2022, section 5. The "heun" form weighs the change of the answer
    by the integral over the step, the "midpoint" form takes the answer at its middle.
    """
    model, x = start.parameterisation, start.x
    noise = brownian_noise(x, start.sigmas, start.seed, s_noise, noise_device)
    last, h_last = None, None
    for step in steps(below_all_noise(start)):
        denoised = (yield step.ask(x)).denoised
        if step.is_last:
            return denoised
        alpha = model.alpha(step.next_sigma)
        h = log_snr(model, step.next_sigma) - log_snr(model, step.sigma)
        h_eta = h * (1 + eta)
        ahead = denoised
        if solver_type == "midpoint":
            ahead = extrapolated(denoised, last, h, h_last)
        x = solved(x, alpha * ahead, h_eta, _scale(step, h, eta))
        if solver_type == "heun" and last is not None and h_last is not None:
            x = x + alpha * ((-h_eta).expm1() / h_eta + 1) * (h / h_last) * (denoised - last)
        if eta > 0:
            x = x + noise(step.sigma, step.next_sigma) * _up(step, h, eta)
        last, h_last = denoised, h
    return x


def dpmpp_3m_sde(
    start: SamplerStart,
    *,
    eta: float = 1.0,
    s_noise: float = 1.0,
    noise_device: NoiseDevice = "cpu",
) -> Sampling:
    """Take stochastic steps from the last three answers.

    SDE-DPM-Solver++(3M), as in k-diffusion. It gives the bend of the parabola through the answers
    half of its integral, so that without noise it is of second order, with a smaller error than 2M.
    """
    model, x = start.parameterisation, start.x
    noise = brownian_noise(x, start.sigmas, start.seed, s_noise, noise_device)
    known: list[tuple[Tensor, Tensor]] = []
    for step in steps(below_all_noise(start)):
        denoised = (yield step.ask(x)).denoised
        if step.is_last:
            return denoised
        here = log_snr(model, step.sigma)
        h = log_snr(model, step.next_sigma) - here
        h_eta = h * (1 + eta)
        alpha = model.alpha(step.next_sigma)
        x = solved(x, alpha * denoised, h_eta, _scale(step, h, eta))
        known = [(here, denoised), *known[:2]]
        phi_2 = (-h_eta).expm1() / h_eta + 1
        for phi, rate in zip((phi_2, 0.5 - phi_2 / h_eta), _rates(known, h), strict=False):
            x = x + alpha * phi * rate
        if eta > 0:
            x = x + noise(step.sigma, step.next_sigma) * _up(step, h, eta)
    return x


def _rates(known: list[tuple[Tensor, Tensor]], h: Tensor) -> list[Tensor]:
    """Return how fast the answer changes in units of the step, and how fast that changes."""
    if len(known) < 2:
        return []
    rates = [
        (newer - older) * (h / (place - earlier))
        for (place, newer), (earlier, older) in pairwise(known)
    ]
    if len(rates) < 2:
        return rates
    r0, r1 = ((known[k][0] - known[k + 1][0]) / h for k in (0, 1))
    bend = (rates[0] - rates[1]) / (r0 + r1)
    return [rates[0] + bend * r0, bend]


def _scale(step: Step, h: Tensor, eta: float) -> Tensor:
    """Return what is left of the sample after a step with noise."""
    return step.next_sigma / step.sigma * (-h * eta).exp()


def _up(step: Step, h: Tensor, eta: float) -> Tensor:
    """Return how much noise a step adds."""
    return step.next_sigma * (-(-2 * h * eta).expm1()).sqrt()


def _denoised_part(here: Tensor, there: Tensor, eta: float) -> tuple[Tensor, Tensor]:
    """Split a step of log-SNR into the step to denoise and the noise to add, at alpha 1."""
    down, up = ancestral_levels((-here).exp(), (-there).exp(), eta)
    return -down.log() - here, up
