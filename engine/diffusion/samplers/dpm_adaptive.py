"""DPM-Solver with step sizes chosen on the way (Lu et al. 2022, Appendix C)."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor

from engine.diffusion.denoising.noise import stepwise_noise
from engine.diffusion.samplers.dpm_solver import Solve, down_and_up, ends

if TYPE_CHECKING:
    from engine.diffusion.samplers.protocol import Answer, Request, SamplerStart, Sampling


def dpm_adaptive(
    start: SamplerStart,
    *,
    order: Literal[2, 3] = 3,
    rtol: float = 0.05,
    atol: float = 0.0078,
    h_init: float = 0.05,
    pcoeff: float = 0.0,
    icoeff: float = 1.0,
    dcoeff: float = 0.0,
    accept_safety: float = 0.81,
    eta: float = 0.0,
    s_noise: float = 1.0,
) -> Sampling:
    """Go from the largest to the smallest positive level; try a step that errs again, shorter.

    The error is the difference of two orders, in units of `atol` and of `rtol` of the sample. The
    next step follows from the last errors: `pcoeff`, `icoeff` and `dcoeff` weigh proportional,
    integral and differential control. A step is taken where the next one would not shrink below
    `accept_safety`.
    """
    x = x_previous = start.x
    noise = stepwise_noise(x, start.seed, s_noise)
    t, t_end = ends(start.sigmas)
    control = _Control(pcoeff, icoeff, dcoeff, 1.5 if eta else order)
    h, taken = h_init, 0
    while t < t_end - 1e-5:
        t_next = torch.minimum(t_end, t + h)
        t_down, up = down_and_up(t, t_next, t_end, eta)
        low, high = yield from _solved(Solve(x, t, t_down, taken, None), order)
        tolerance = (rtol * torch.maximum(low.abs(), x_previous.abs())).clamp(min=atol)
        error = torch.linalg.vector_norm((low - high) / tolerance) / low.numel() ** 0.5
        factor = control.step_factor(float(error), accept_safety)
        if factor >= accept_safety:
            x_previous, x, t = low, high, t_next
            taken += 1
            if eta > 0:
                x = x + up * noise()
        h *= factor
    return x


def _solved(solve: Solve, order: int) -> Generator[Request, Answer, tuple[Tensor, Tensor]]:
    """Take one step of the order below and one of this order, with no more evaluations."""
    if order == 2:
        return (yield from solve.first()), (yield from solve.second())
    return (yield from solve.second(1 / 3)), (yield from solve.third())


@dataclass(slots=True)
class _Control:
    """Proportional, integral and differential control of the step (Söderlind 2003)."""

    pcoeff: float
    icoeff: float
    dcoeff: float
    order: float
    #: Inverse errors of the last two accepted steps, the newer first.
    accepted: list[float] = field(default_factory=list[float])

    def step_factor(self, error: float, accept_above: float) -> float:
        """Return what to multiply the step by, softly limited."""
        inverse = 1 / (error + 1e-8)
        if not self.accepted:
            self.accepted = [inverse, inverse]
        last, before = self.accepted
        factor = (
            inverse ** ((self.pcoeff + self.icoeff + self.dcoeff) / self.order)
            * last ** (-(self.pcoeff + 2 * self.dcoeff) / self.order)
            * before ** (self.dcoeff / self.order)
        )
        factor = 1 + math.atan(factor - 1)
        if factor >= accept_above:
            self.accepted = [inverse, last]
        return factor
