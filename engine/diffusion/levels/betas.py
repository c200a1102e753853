"""How much noise each training step of a discrete diffusion adds, by the name that configs use."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import accumulate

#: Called with the first and the last variance and the number of steps.
BetaSchedule = Callable[[float, float, int], tuple[float, ...]]
#: Betas of the squared cosine are kept below this.
MOST = 0.999
#: What is left of the clean latent's power at the last level of a schedule with no signal there.
NEARLY_NONE = 4.8973451890853435e-08


def linear(start: float, end: float, count: int) -> tuple[float, ...]:
    """Space variances evenly (Ho et al. 2020)."""
    return tuple(start + (end - start) * index / (count - 1) for index in range(count))


def scaled_linear(start: float, end: float, count: int) -> tuple[float, ...]:
    """Space the roots of variances evenly (latent diffusion, Rombach et al. 2022)."""
    return tuple(root**2 for root in linear(math.sqrt(start), math.sqrt(end), count))


def squared_cosine(start: float, end: float, count: int) -> tuple[float, ...]:
    """Let the signal fall along a squared cosine (Nichol & Dhariwal 2021, eq. 17).

    It runs from all to nothing whatever the first and the last variance.
    """
    left = [math.cos((index / count + 0.008) / 1.008 * math.pi / 2) ** 2 for index in range(count)]
    left.append(math.cos(math.pi / 2) ** 2)
    return tuple(min(1 - left[i + 1] / left[i], MOST) for i in range(count))


BETA_SCHEDULES: dict[str, BetaSchedule] = {
    "scaled_linear": scaled_linear,
    "linear": linear,
    "squaredcos_cap_v2": squared_cosine,
}


def levels(betas: Sequence[float]) -> tuple[float, ...]:
    """Return sigma / alpha after each step."""
    kept = accumulate((1 - beta for beta in betas), lambda product, factor: product * factor)
    return tuple(math.sqrt((1 - part) / part) for part in kept)


def without_signal_at_the_end(sigmas: Sequence[float]) -> tuple[float, ...]:
    """Shift and scale what is left of the signal so that the last level holds none (almost).

    Lin et al. 2023, Algorithm 1.
    """
    roots = [(1 + sigma**2) ** -0.5 for sigma in sigmas]
    first, last = roots[0], roots[-1]
    kept = [((root - last) * first / (first - last)) ** 2 for root in roots[:-1]]
    return tuple(math.sqrt((1 - part) / part) for part in [*kept, NEARLY_NONE])
