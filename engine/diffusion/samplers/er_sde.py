"""ER-SDE: a family of reverse-time SDEs with noise of any strength (Cui et al. 2023)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor

from engine.diffusion.denoising.noise import stepwise_noise
from engine.diffusion.samplers.steps import below_all_noise, steps

if TYPE_CHECKING:
    from engine.diffusion.samplers.protocol import SamplerStart, Sampling

SolverType = Literal["ER-SDE", "Reverse-time SDE", "ODE"]
#: phi of the paper, a function of lambda = sigma / alpha that says how much noise is renewed.
NoiseScaler = Callable[[Tensor], Tensor]
#: Points of the sums that stand for integrals of 1 / phi.
POINTS = 200


def er_sde(
    start: SamplerStart,
    *,
    solver_type: SolverType = "ER-SDE",
    max_stage: int = 3,
    eta: float = 1.0,
    s_noise: float = 1.0,
) -> Sampling:
    """Take a step of up to third order with noise: Cui et al. 2023, Algorithms 1-3, VP and VE.

    "Reverse-time SDE" scales the noise of the usual SDE by `eta`; "ODE" adds none.
    """
    model, x = start.parameterisation, start.x
    phi = _noise_scaler(solver_type, eta)
    noise = stepwise_noise(x, start.seed, s_noise)
    adds_noise = solver_type == "ER-SDE" or (solver_type != "ODE" and eta > 0)
    known: list[tuple[Tensor, Tensor]] = []
    rates: list[Tensor] = []
    for step in steps(below_all_noise(start)):
        denoised = (yield step.ask(x)).denoised
        if step.is_last:
            return denoised
        alpha, alpha_next = model.alpha(step.sigma), model.alpha(step.next_sigma)
        here, there = step.sigma / alpha, step.next_sigma / alpha_next
        r = phi(there) / phi(here)
        known = [*known, (here, denoised)][-3:]
        rates = _rates(known, rates)
        x = alpha_next / alpha * r * x + alpha_next * (1 - r) * denoised
        for weight, rate in zip(_weights(phi, here, there), rates[: max_stage - 1], strict=False):
            x = x + alpha_next * weight * rate
        if adds_noise:
            variance = (there**2 - here**2 * r**2).clamp(min=0)
            x = x + alpha_next * noise() * variance**0.5
    return x


def _rates(known: list[tuple[Tensor, Tensor]], rates: list[Tensor]) -> list[Tensor]:
    """Return the first and the second derivative of the answer by lambda, as far as known."""
    if len(known) < 2:
        return []
    (before, denoised_before), (here, denoised) = known[-2:]
    first = (denoised - denoised_before) / (here - before)
    if len(known) < 3:
        return [first]
    return [first, (first - rates[0]) / ((here - known[0][0]) / 2)]


def _weights(phi: NoiseScaler, here: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
    """Return the factors of both derivatives: Cui et al. 2023, eq. 19."""
    move = there - here
    width = -move / POINTS
    places = there + torch.arange(POINTS) * width
    scaled = phi(places)
    once = (1 / scaled).sum() * width
    twice = ((places - here) / scaled).sum() * width
    return move + once * phi(there), move**2 / 2 + twice * phi(there)


def _noise_scaler(solver_type: SolverType, eta: float) -> NoiseScaler:
    if solver_type == "ER-SDE":
        return lambda level: level * ((level**0.3).exp() + 10)
    power = 1 + eta if solver_type == "Reverse-time SDE" else 1.0
    return lambda level: level**power
