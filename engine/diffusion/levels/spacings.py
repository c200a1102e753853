"""Schedules between levels that are given, without a model. No torch is loaded."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from engine.errors import NodeError

#: Keeps the logarithm of the Laplace quantile finite at its ends.
LAPLACE_MARGIN = 1e-5
#: The root of its exponential still is a float32.
LARGEST_EXPONENT = 177
#: Levels for 10 steps that Sabour et al. 2024 (Align Your Steps) found for three models.
ALIGNED: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "SD1": (
            *(14.6146412293, 6.4745760956, 3.8636745985, 2.6946151520, 1.8841921177, 1.3943805092),
            *(0.9642583904, 0.6523686016, 0.3977456272, 0.1515232662, 0.0291671582),
        ),
        "SDXL": (
            *(14.6146412293, 6.3184485287, 3.7681790315, 2.1811480769, 1.3405244945, 0.8620721141),
            *(0.5550693289, 0.3798540708, 0.2332364134, 0.1114188177, 0.0291671582),
        ),
        "SVD": (700.0, 54.5, 15.886, 7.977, 4.248, 1.789, 0.981, 0.403, 0.173, 0.034, 0.002),
    }
)


def karras(steps: int, sigma_max: float, sigma_min: float, rho: float) -> list[float]:
    """Space the rho-th roots of the levels evenly (Karras et al. 2022, eq. 5).

    Raises:
        NodeError: rho is 0.
    """
    if rho <= 0:
        raise NodeError(f"Levels cannot be spaced by their {rho:g}-th roots. Use a rho above 0.")
    first, last = sigma_max ** (1 / rho), sigma_min ** (1 / rho)
    return [*((first + (last - first) * part) ** rho for part in _parts(steps)), 0.0]


def polyexponential(steps: int, sigma_max: float, sigma_min: float, rho: float) -> list[float]:
    """Space the logarithms of the levels by a power: 1 spaces them evenly.

    Raises:
        NodeError: a level is 0.
    """
    if min(sigma_max, sigma_min) <= 0:
        raise NodeError(
            f"Levels between {sigma_max:g} and {sigma_min:g} have no logarithms. "
            "Use levels above 0; the 0 at the end is added."
        )
    low, high = math.log(sigma_min), math.log(sigma_max)
    return [*(math.exp(low + (high - low) * (1 - p) ** rho) for p in _parts(steps)), 0.0]


def laplace(steps: int, sigma_max: float, sigma_min: float, mu: float, beta: float) -> list[float]:
    """Take quantiles of a Laplace distribution of log levels (Hang et al. 2024); no 0 is added.

    Args:
        mu: its middle, at the logarithm of a level.
        beta: its width.
    """
    return [
        min(max(math.exp(mu - beta * _laplace_quantile(part)), sigma_min), sigma_max)
        for part in _parts(steps)
    ]


def variance_preserving(steps: int, beta_d: float, beta_min: float, eps_s: float) -> list[float]:
    """Space the time of the variance preserving process evenly (Song et al. 2021).

    Args:
        beta_d: how much more noise a unit of time adds at its end than at its beginning.
        beta_min: noise that a unit of time adds at its beginning.
        eps_s: the time of the cleanest level, of 1 at the noisiest.

    Raises:
        NodeError: the noise grows beyond every number.
    """
    if beta_d / 2 + beta_min > LARGEST_EXPONENT:
        raise NodeError(
            f"With a beta_d of {beta_d:g} and a beta_min of {beta_min:g} the noise grows beyond "
            f"every number. Keep beta_d / 2 + beta_min below {LARGEST_EXPONENT}."
        )
    times = (1 + (eps_s - 1) * part for part in _parts(steps))
    return [*(math.sqrt(math.expm1(beta_d * t**2 / 2 + beta_min * t)) for t in times), 0.0]


def align_your_steps(model_type: str, steps: int, denoise: float) -> list[float]:
    """Bring levels that were found for 10 steps to another number, evenly in their logarithms.

    Args:
        model_type: a name in `ALIGNED`.
        denoise: below 1, only that part of the steps is run, the last; at 0 there is no level.
    """
    if denoise <= 0:
        return []
    levels = [*_resampled(ALIGNED[model_type], steps + 1)]
    kept = steps if denoise >= 1 else round(steps * denoise)
    return [*levels[-(kept + 1) : -1], 0.0]


def _resampled(levels: Sequence[float], count: int) -> list[float]:
    if count == len(levels):
        return [*levels]
    logs = [math.log(level) for level in levels]
    places = [part * (len(levels) - 1) for part in _parts(count)]
    found: list[float] = []
    for place in places:
        below = min(int(place), len(levels) - 2)
        found.append(math.exp(logs[below] + (place - below) * (logs[below + 1] - logs[below])))
    return found


def _laplace_quantile(part: float) -> float:
    away = 0.5 - part
    return math.copysign(1.0, away) * math.log(1 - 2 * abs(away) + LAPLACE_MARGIN) if away else 0.0


def _parts(count: int) -> list[float]:
    """Return `count` numbers evenly from 0 to 1."""
    return [index / max(1, count - 1) for index in range(count)]
