"""Noise levels as they travel on links: 1-D float32 tensors, usually descending to 0."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from engine.errors import BadValue

if TYPE_CHECKING:
    from engine.diffusion.levels.parameterisation import Parameterisation

#: What a flipped schedule begins with in place of 0, from where no sampler could go on.
NEARLY_ZERO = 1e-4
#: Stands for "above every level" on links that carry numbers.
ABOVE_ALL = 999_999_999.9
#: Timesteps that SD Turbo was distilled for, noisiest first (Sauer et al. 2023).
TURBO_TIMESTEPS = range(999, 0, -100)
_SEPARATORS = re.compile(r"[\s,;\[\]()]+")
_EASINGS: Mapping[str, Callable[[float], float]] = {
    "linear": lambda part: part,
    "cosine": lambda part: math.sin(part * math.pi / 2),
    "sine": lambda part: 1 - math.cos(part * math.pi / 2),
}


def on_link(levels: Iterable[float]) -> Tensor:
    """Return levels as links carry them."""
    return torch.tensor([*levels], dtype=torch.float32)


def from_link(sigmas: Tensor) -> tuple[float, ...]:
    """Return what a link carries as numbers."""
    return tuple(sigmas.flatten().tolist())


def from_text(text: str) -> Tensor:
    """Read numbers that commas or spaces separate.

    Raises:
        BadValue: something else stands between them, or one of them is no noise level.
    """
    try:
        levels = on_link(float(word) for word in _SEPARATORS.split(text) if word)
    except ValueError as problem:
        raise BadValue(
            f'"{text[:60]}" is no list of noise levels. Write numbers with commas or spaces '
            'between them, such as "14.6, 3.5, 0.9, 0".',
            socket="sigmas",
        ) from problem
    for place, level in enumerate(levels.tolist(), start=1):
        if not 0 <= level < math.inf:
            raise BadValue(
                f"Number {place} of {len(levels)} is {level:g}, and there is no noise level "
                f"{level:g}. Levels are finite numbers, and none is below 0.",
                socket="sigmas",
            )
    return levels


def turbo(model: Parameterisation, steps: int, denoise: float) -> Tensor:
    """Return the levels of the timesteps that SD Turbo knows, then 0.

    Args:
        steps: 1 to 10.
        denoise: below 1, so many of the ten noisiest are left out.
    """
    first = len(TURBO_TIMESTEPS) - int(len(TURBO_TIMESTEPS) * denoise)
    chosen = TURBO_TIMESTEPS[first : first + steps]
    return on_link([*(model.sigma(timestep) for timestep in chosen), 0.0])


def at_percent(model: Parameterisation, percent: float, *, actual: bool) -> float:
    """Return the level at which a part (0..1) of sampling is done.

    Args:
        actual: at both ends give levels that the model knows, not ones beyond all and 0.
    """
    if actual and percent in (0, 1):
        return model.sigma_max if percent == 0 else model.sigma_min
    return min(model.sigma_at_percent(percent), ABOVE_ALL)


def part(levels: tuple[float, ...], start: int, end: int, *, to_zero: bool) -> tuple[float, ...]:
    """Take the steps from `start` to before `end`; nothing where the schedule is over by then.

    Args:
        to_zero: go from the level before the last one to 0 where steps are left out at the end.
    """
    if end < len(levels) - 1:
        levels = levels[: end + 1]
        levels = (*levels[:-1], 0.0) if to_zero else levels
    return levels[start:] if start < len(levels) - 1 else ()


def split(sigmas: Tensor, step: int) -> tuple[Tensor, Tensor]:
    """Cut after `step` steps; the level there belongs to both parts."""
    return sigmas[: step + 1], sigmas[step:]


def split_denoise(sigmas: Tensor, denoise: float) -> tuple[Tensor, Tensor]:
    """Cut off the last steps; at a `denoise` of 0 the first part is empty."""
    steps = max(len(sigmas) - 1, 0)
    low = round(steps * denoise)
    return sigmas[:-low], sigmas[-(low + 1) :]


def flipped(sigmas: Tensor) -> Tensor:
    """Turn a schedule round, for samplers that add noise on purpose."""
    turned = sigmas.flip(0)
    if len(turned) and turned[0] == 0:
        turned[0] = NEARLY_ZERO
    return turned


def with_first(sigmas: Tensor, sigma: float) -> Tensor:
    """Return the schedule with another first level."""
    changed = sigmas.clone()
    changed[:1] = sigma
    return changed


def extended(sigmas: Tensor, steps: int, start: float, end: float, spacing: str) -> Tensor:
    """Divide each step that begins between two levels into `steps`.

    Args:
        start: the larger of the two levels; below 0 it is above all.
        end: the smaller of them.
        spacing: "linear", "cosine" (fine at its end) or "sine" (fine at its beginning).
    """
    levels, start = from_link(sigmas), math.inf if start < 0 else start
    parts = [_EASINGS[spacing](index / steps) for index in range(1, steps)]
    found: list[float] = []
    for sigma, next_sigma in pairwise(levels):
        found.append(sigma)
        if end <= sigma <= start:
            found += (sigma + part * (next_sigma - sigma) for part in parts)
    return on_link([*found, *levels[-1:]])
