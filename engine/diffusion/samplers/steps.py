"""The arithmetic that samplers share.

Levels are float32 scalars on the CPU, and formulas keep the order of operations of k-diffusion: a
model may amplify a difference in the last digit into another picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from engine.diffusion.samplers.protocol import Request, SamplerStart

if TYPE_CHECKING:
    from engine.diffusion.levels.parameterisation import Parameterisation


NOTHING = torch.zeros(())


@dataclass(slots=True, eq=False)
class Step:
    """One interval of the schedule, from `sigma` down to `next_sigma`.

    Attributes:
        level: `sigma` as a number.
        move: from the one level to the other.
        is_last: it ends without noise.
    """

    index: int
    of: int
    level: float
    sigma: Tensor
    next_sigma: Tensor
    move: Tensor
    is_last: bool

    def ask(self, x: Tensor, at: Tensor | None = None, *, need_negative: bool = False) -> Request:
        """Ask about x at the interval's first level, or at another one."""
        level = self.level if at is None else float(at)
        return Request(x, level, self.index, self.of, need_negative)


def levels_of(start: SamplerStart) -> Tensor:
    """Return the levels of the schedule."""
    return torch.tensor(start.sigmas, dtype=torch.float32)


def steps(start: SamplerStart) -> Iterator[Step]:
    """Go through the intervals of the schedule."""
    levels = levels_of(start)
    of = len(start.sigmas) - 1
    columns = levels.tolist(), levels, levels[1:], levels.diff()
    for index, (level, sigma, next_sigma, move) in enumerate(zip(*columns, strict=False)):
        yield Step(index, of, level, sigma, next_sigma, move, start.sigmas[index + 1] == 0)


def slope(x: Tensor, denoised: Tensor, sigma: Tensor) -> Tensor:
    """Return dx/dsigma, the predicted noise (Karras et al. 2022, eq. 3)."""
    return (x - denoised) / sigma


def moved(x: Tensor, denoised: Tensor, sigma: Tensor, next_sigma: Tensor) -> Tensor:
    """Take an Euler step of the probability flow ODE."""
    return stepped(x, denoised, sigma, next_sigma - sigma)


def stepped(x: Tensor, denoised: Tensor, sigma: Tensor, move: Tensor) -> Tensor:
    """Take an Euler step to `sigma + move`: `x + slope * move`, of one new tensor."""
    return (x - denoised).div_(sigma).mul_(move).add_(x)


def solved(x: Tensor, denoised: Tensor, h: Tensor, scale: Tensor) -> Tensor:
    """Take an exponential step over h of log-SNR: DPM-Solver++, Lu et al. 2022, eq. 9, alpha 1.

    `scale` is the ratio of the levels, exp(-h).
    """
    return scale * x - (-h).expm1() * denoised


def extrapolated(denoised: Tensor, last: Tensor | None, h: Tensor, h_last: Tensor | None) -> Tensor:
    """Follow the line through the last two answers to the middle of the step."""
    if last is None or h_last is None:
        return denoised
    part = 1 / (2 * (h_last / h))
    return (1 + part) * denoised - part * last


def ancestral_levels(sigma: Tensor, next_sigma: Tensor, eta: float = 1.0) -> tuple[Tensor, Tensor]:
    """Split a step into the level to denoise to and the noise to add (Song et al. 2021, eq. 16)."""
    if eta == 0:
        return next_sigma, NOTHING
    between = (next_sigma**2 * (sigma**2 - next_sigma**2) / sigma**2) ** 0.5
    up = torch.minimum(next_sigma, eta * between)
    return (next_sigma**2 - up**2) ** 0.5, up


class AncestralStep(NamedTuple):
    """Denoise to `down`, multiply by `scale`, add `up` times noise."""

    down: Tensor
    scale: Tensor | float
    up: Tensor


def ancestral_step(model: Parameterisation, step: Step, eta: float) -> AncestralStep:
    """Split a step so that it ends at the next level's marginal, in the model's own scale."""
    if model.kind != "flow":
        down, up = ancestral_levels(step.sigma, step.next_sigma, eta)
        return AncestralStep(down, 1.0, up)
    # A flow's clean part shrinks as noise grows, so what lies below must shrink with it.
    down = step.next_sigma * (1 + (step.next_sigma / step.sigma - 1) * eta)
    scale = model.alpha(step.next_sigma) / model.alpha(down)
    up = (step.next_sigma**2 - (down * scale) ** 2).clamp(min=0) ** 0.5
    return AncestralStep(down, scale, up)


def log_snr(model: Parameterisation, sigma: Tensor) -> Tensor:
    """Return the half log-SNR, lambda of Lu et al. 2022."""
    return (model.alpha(sigma) / sigma).log()


def level_of(model: Parameterisation, log_snr: Tensor) -> Tensor:
    """Return the level with this half log-SNR."""
    return model.sigma_of_ratio((-log_snr).exp())


def below_all_noise(start: SamplerStart) -> SamplerStart:
    """Begin a flow at a level with a finite log-SNR."""
    model, (first, *rest) = start.parameterisation, start.sigmas
    if model.alpha(first) > 0:
        return start
    return replace(start, sigmas=(model.sigma_at_percent(1e-4), *rest))
