"""Schedules: which noise levels a sampler visits. Descending, ending with 0. No torch is loaded.

A new schedule is a new entry in `SCHEDULERS`.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable
from itertools import groupby

from engine.diffusion.levels.parameterisation import Parameterisation
from engine.diffusion.samplers import SAMPLERS
from engine.errors import NodeError

Schedule = Callable[[Parameterisation, int], list[float]]
#: Share of the noise that "linear_quadratic" removes linearly (Polyak et al. 2024, Movie Gen).
LINEAR_NOISE = 0.025


def make_sigmas(
    model: Parameterisation,
    scheduler: str,
    steps: int,
    *,
    denoise: float = 1.0,
    sampler_name: str | None = None,
) -> tuple[float, ...]:
    """Return the noise levels of a run: `steps + 1` of them, but for schedules that cannot count.

    They are rounded to float32, as SIGMAS links carry them.

    Args:
        model: gives the range of levels.
        scheduler: a name in `SCHEDULERS`.
        steps: at least 1.
        denoise: below 1, only the last `steps` of a schedule that is longer by that much are run;
            at 0 there is nothing to do and no level.
        sampler_name: some samplers take a schedule without its second-last level.
    """
    if denoise <= 0:
        return ()
    whole = steps if denoise > 0.9999 else int(steps / denoise)
    if sampler_name is not None and SAMPLERS[sampler_name].drops_second_last:
        sigmas = SCHEDULERS[scheduler](model, whole + 1)
        sigmas = [*sigmas[:-2], sigmas[-1]]
    else:
        sigmas = SCHEDULERS[scheduler](model, whole)
    return tuple(array("f", sigmas if whole == steps else sigmas[-(steps + 1) :]))


def simple(model: Parameterisation, steps: int) -> list[float]:
    """Take levels at even distances from the largest downward."""
    stride = len(model.sigmas) / steps
    return [*(model.sigmas[-1 - int(step * stride)] for step in range(steps)), 0.0]


def ddim_uniform(model: Parameterisation, steps: int) -> list[float]:
    """Take every n-th level from the second upward (Song et al. 2020); may give more than asked."""
    stride = max(len(model.sigmas) // steps, 1)
    return [*reversed(model.sigmas[1::stride]), 0.0]


def normal(model: Parameterisation, steps: int) -> list[float]:
    """Space timesteps evenly from the first to the last."""
    return [*map(model.sigma, _spaced(*model.timesteps, steps)), 0.0]


def sgm_uniform(model: Parameterisation, steps: int) -> list[float]:
    """Space timesteps evenly, leaving out the cleanest (Stability's generative-models)."""
    return [*map(model.sigma, _spaced(*model.timesteps, steps + 1)[:-1]), 0.0]


def karras(model: Parameterisation, steps: int, rho: float = 7.0) -> list[float]:
    """Space the rho-th roots of the levels evenly (Karras et al. 2022, eq. 5)."""
    roots = _spaced(model.sigma_max ** (1 / rho), model.sigma_min ** (1 / rho), steps)
    return [*(root**rho for root in roots), 0.0]


def exponential(model: Parameterisation, steps: int) -> list[float]:
    """Space the logarithms of the levels evenly."""
    logs = _spaced(math.log(model.sigma_max), math.log(model.sigma_min), steps)
    return [*map(math.exp, logs), 0.0]


def beta(model: Parameterisation, steps: int, a: float = 0.6, b: float = 0.6) -> list[float]:
    """Take quantiles of a Beta distribution as timesteps, repeats dropped (Lee et al. 2024).

    Args:
        a: above 0; less puts more levels at the clean end.
        b: above 0; less puts more levels at the noisy end.

    Raises:
        NodeError: one of them is 0.
    """
    if min(a, b) <= 0:
        raise NodeError(f"There is no Beta distribution of {a:g} and {b:g}. Use numbers above 0.")
    from scipy.stats import beta as distribution  # slow to import

    places = [1 - step / steps for step in range(steps)]
    quantiles: Iterable[float] = distribution.ppf(places, a, b)
    timesteps = (round(quantile * (len(model.sigmas) - 1)) for quantile in quantiles)
    return [*(model.sigmas[timestep] for timestep, _ in groupby(timesteps)), 0.0]


def linear_quadratic(model: Parameterisation, steps: int) -> list[float]:
    """Remove noise linearly at first, then along the parabola that continues smoothly to the end.

    Polyak et al. 2024 (Movie Gen), section 3.4.2.
    """
    straight = steps // 2
    curved = steps - straight
    slope = LINEAR_NOISE / straight if straight else 0.0
    bend = (1 - slope * (straight + curved)) / curved**2
    removed = [slope * step + bend * max(0, step - straight) ** 2 for step in range(steps)]
    return [*((1 - part) * model.sigma_max for part in removed), 0.0]


def kl_optimal(model: Parameterisation, steps: int) -> list[float]:
    """Space the arc tangents of the levels evenly (Sabour et al. 2024, eq. 10)."""
    return [
        *map(math.tan, _spaced(math.atan(model.sigma_max), math.atan(model.sigma_min), steps)),
        0.0,
    ]


def _spaced(start: float, end: float, count: int) -> list[float]:
    return [start + (end - start) * index / max(1, count - 1) for index in range(count)]


SCHEDULERS: dict[str, Schedule] = {
    "simple": simple,
    "sgm_uniform": sgm_uniform,
    "karras": karras,
    "exponential": exponential,
    "ddim_uniform": ddim_uniform,
    "beta": beta,
    "normal": normal,
    "linear_quadratic": linear_quadratic,
    "kl_optimal": kl_optimal,
}
