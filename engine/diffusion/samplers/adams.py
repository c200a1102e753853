"""Linear multistep methods of Adams and Bashforth: the slopes of up to four steps, one new each.

The slope dx/dsigma is the predicted noise, which changes slowly.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from engine.diffusion.samplers.steps import slope, steps

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.samplers.protocol import SamplerStart, Sampling

#: Weights of the slopes, newest first, of steps that are equally long.
EQUAL_STEPS = (
    (1.0,),
    (3 / 2, -1 / 2),
    (23 / 12, -16 / 12, 5 / 12),
    (55 / 24, -59 / 24, 37 / 24, -9 / 24),
)
#: Levels newest first, the next one before them -> weights of the slopes, newest first.
Weights = Callable[[list[float]], "tuple[float, ...]"]


def lms(start: SamplerStart, *, order: int = 4) -> Sampling:
    """Integrate the polynomial through the last slopes over the levels: Adams-Bashforth."""
    return (yield from _multistep(start, order, _interpolated))


def ipndm(start: SamplerStart, *, max_order: int = 4) -> Sampling:
    """Weigh the last slopes as if steps were equally long: iPNDM, Zhang & Chen 2022."""
    return (yield from _multistep(start, max_order, _as_if_equal))


def ipndm_v(start: SamplerStart, *, max_order: int = 4) -> Sampling:
    """Weigh the last slopes by the lengths of the steps: iPNDM, Zhang & Chen 2022."""
    return (yield from _multistep(start, max_order, _by_lengths))


def plms(start: SamplerStart) -> Sampling:
    """Weigh slopes as iPNDM does, beginning with a step of Heun's: Liu et al. 2022, Algorithm 2."""
    x, slopes = start.x, list["Tensor"]()
    for step in steps(start):
        answer = yield step.ask(x)
        if step.is_last:
            return answer.denoised
        slopes = [slope(x, answer.denoised, step.sigma), *slopes[:3]]
        d = _weighed(slopes, EQUAL_STEPS[len(slopes) - 1])
        if step.index == 0:
            x_next = x + d * step.move
            answer = yield step.ask(x_next, step.next_sigma)
            d = (d + slope(x_next, answer.denoised, step.next_sigma)) / 2
        x = x + d * step.move
    return x


def _multistep(start: SamplerStart, max_order: int, weights: Weights) -> Sampling:
    x, slopes = start.x, list["Tensor"]()
    for step in steps(start):
        answer = yield step.ask(x)
        if step.is_last:
            return answer.denoised
        slopes = [slope(x, answer.denoised, step.sigma), *slopes[: max_order - 1]]
        oldest = step.index - len(slopes) + 1
        levels = [*reversed(start.sigmas[oldest : step.index + 2])]
        x = x + _weighed(slopes, weights(levels)) * step.move
    return x


def _weighed(slopes: list[Tensor], weights: tuple[float, ...]) -> Tensor:
    total = weights[0] * slopes[0]
    for weight, each in zip(weights[1:], slopes[1:], strict=True):
        total = total + weight * each
    return total


def _interpolated(levels: list[float]) -> tuple[float, ...]:
    """Return the means over the step of the polynomials that are 1 at one level, 0 at others."""
    end, *known = levels
    length = end - known[0]
    places = (np.array(known) - known[0]) / length
    powers = np.arange(len(known))[:, None]
    return tuple(np.linalg.solve(places**powers, 1 / (powers[:, 0] + 1)).tolist())


def _as_if_equal(levels: list[float]) -> tuple[float, ...]:
    return EQUAL_STEPS[len(levels) - 2]


def _by_lengths(levels: list[float]) -> tuple[float, ...]:
    """Return the weights of the published solver (github.com/zju-pi/diff-sampler, ipndm_v).

    They depart from those of Adams and Bashforth from the third slope on: `bend` multiplies where
    it should add to 1, `twist` adds what it should subtract, the last weight takes h1 / h2 for
    h2 / h3. Pictures made with it are its pictures, so they stay.
    """
    h, *before = (newer - older for newer, older in pairwise(levels))
    if not before:
        return (1.0,)
    h1, *before = before
    tilt = h / (2 * h1)
    if not before:
        return 1 + tilt, -tilt
    h2, *before = before
    bend = (1 - h / (3 * (h + h1)) * (h * (h + h1)) / (h1 * (h1 + h2))) / 2
    if not before:
        return 1 + tilt + bend, -tilt - (1 + h1 / h2) * bend, bend * h1 / h2
    (h3,) = before
    twist = (1 - h / (3 * (h + h1))) / 2 + (1 - h / (2 * (h + h1))) * h / (6 * (h + h1 + h2))
    twist *= h * (h + h1) * (h + h1 + h2) / (h1 * (h1 + h2) * (h1 + h2 + h3))
    q = h1 * (h1 + h2) / (h2 * (h2 + h3))
    return (
        1 + tilt + bend + twist,
        -tilt - (1 + h1 / h2) * bend - (1 + h1 / h2 + q) * twist,
        bend * h1 / h2 + (h1 / h2 + q * (1 + h2 / h3)) * twist,
        -twist * q * h1 / h2,
    )
