"""DEIS: the polynomial through the last slopes is exact in the time of a VP diffusion."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from engine.diffusion.samplers.steps import slope, steps

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.samplers.protocol import SamplerStart, Sampling

#: The time of the VP diffusion whose levels at times 0.001 and 1 are these (Karras et al. 2022).
LEAST_TIME, LEAST_SIGMA, LARGEST_SIGMA = 1e-3, 0.002, 80.0
#: Nodes and weights of Gauss's rule, exact for polynomials up to degree 31.
NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(16)


def deis(start: SamplerStart, *, max_order: int = 3) -> Sampling:
    """Integrate the polynomial through the last slopes: tAB-DEIS, Zhang & Chen 2022, eq. 14-15."""
    x, slopes = start.x, list["Tensor"]()
    for step in steps(start):
        answer = yield step.ask(x)
        if step.is_last:
            return answer.denoised
        slopes = [slope(x, answer.denoised, step.sigma), *slopes[: max_order - 1]]
        oldest = step.index - len(slopes) + 1
        weights = _weights(start.sigmas[oldest : step.index + 2])
        for weight, each in zip(weights, slopes, strict=True):
            x = x + weight * each
    return x


def _weights(levels: tuple[float, ...]) -> list[float]:
    """Return the integral over the last step of each polynomial that is 1 at one level, else 0.

    Levels are oldest first, the weights of all but the last newest first.
    """
    *known, end = levels
    half = (end - known[-1]) / 2
    times = _time(known[-1] + half * (1 + NODES))
    at = _time(np.array(known[::-1]))
    weights: list[float] = []
    for place, time in enumerate(at):
        others = np.delete(at, place)
        polynomial = ((times[:, None] - others) / (time - others)).prod(1)
        weights.append(float(half * (NODE_WEIGHTS * polynomial).sum()))
    return weights


def _time(sigma: np.ndarray) -> np.ndarray:
    """Return the time at which a VP diffusion with linear beta(t) has this level."""
    low, high = math.log1p(LEAST_SIGMA**2), math.log1p(LARGEST_SIGMA**2)
    slope_of_beta = 2 * (low / LEAST_TIME - high) / (LEAST_TIME - 1)
    beta = high - slope_of_beta / 2
    return (np.sqrt(beta**2 + 2 * slope_of_beta * np.log1p(sigma**2)) - beta) / slope_of_beta
