"""DPM-Solver-3 with step sizes chosen on the way (Lu et al. 2022, Appendix C)."""

from __future__ import annotations

import math
from collections.abc import Generator

import torch
from torch import Tensor

from engine.diffusion.samplers.protocol import Answer, Request, SamplerStart, Sampling

RELATIVE_TOLERANCE = 0.05
ABSOLUTE_TOLERANCE = 0.0078
FIRST_STEP = 0.05
#: A step is taken where the controller would not shrink the next one by more than this.
ACCEPT_ABOVE = 0.81

Pair = tuple[Tensor, Tensor]


def dpm_adaptive(start: SamplerStart) -> Sampling:
    """Go from the largest to the smallest positive level; try a step that errs again, shorter."""
    x = x_previous = start.x
    ends = max(start.sigmas), min(sigma for sigma in start.sigmas if sigma > 0)
    t, t_end = (-torch.tensor(end, dtype=torch.float32).log() for end in ends)
    h, taken = FIRST_STEP, 0
    while t < t_end - 1e-5:
        t_next = torch.minimum(t_end, t + h)
        low, high = yield from _solved(x, t, t_next, taken)
        factor = _step_factor(_error(low, high, x_previous))
        if factor >= ACCEPT_ABOVE:
            x_previous, x, t = low, high, t_next
            taken += 1
        h *= factor
    return x


def _solved(x: Tensor, t: Tensor, t_next: Tensor, step: int) -> Generator[Request, Answer, Pair]:
    """Take one step of second and one of third order from the same three evaluations."""
    h, r1, r2 = t_next - t, 1 / 3, 2 / 3
    eps = yield from _eps(x, t, step)
    t1, t2 = t + r1 * h, t + r2 * h
    x1 = x - (-t1).exp() * (r1 * h).expm1() * eps
    bend1 = (yield from _eps(x1, t1, step)) - eps
    x2 = x - (-t2).exp() * (r2 * h).expm1() * eps
    x2 = x2 - (-t2).exp() * (r2 / r1) * ((r2 * h).expm1() / (r2 * h) - 1) * bend1
    bend2 = (yield from _eps(x2, t2, step)) - eps

    sigma, growth = (-t_next).exp(), h.expm1()
    first = x - sigma * growth * eps
    second = first - sigma / (2 * r1) * growth * bend1
    third = first - sigma / r2 * (growth / h - 1) * bend2
    return second, third


def _eps(x: Tensor, t: Tensor, step: int) -> Generator[Request, Answer, Tensor]:
    sigma = (-t).exp()
    answer = yield Request(x, float(sigma), step, None)
    return (x - answer.denoised) / sigma


def _error(low: Tensor, high: Tensor, previous: Tensor) -> float:
    """Return the root mean square of the difference, in units of the tolerance."""
    scale = RELATIVE_TOLERANCE * torch.maximum(low.abs(), previous.abs())
    difference = (low - high) / scale.clamp(min=ABSOLUTE_TOLERANCE)
    return float(torch.linalg.vector_norm(difference) / low.numel() ** 0.5)


def _step_factor(error: float) -> float:
    """Return what to multiply the step by: integral control (Söderlind 2003), softly limited."""
    return 1 + math.atan((1 / (error + 1e-8)) ** (1 / 3) - 1)
