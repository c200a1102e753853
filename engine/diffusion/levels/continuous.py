"""Diffusions over levels without numbers, and the one over the few steps of a distilled model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.diffusion.levels.parameterisation import Discrete, Scaled, against

if TYPE_CHECKING:
    from torch import Tensor

#: How many levels schedules find that take them by number.
COUNT = 1_000
#: Steps of the teacher that a distilled model knows, and what its times are multiplied by.
DISTILLED_STEPS, DISTILLED_TIME, DISTILLED_DATA = 50, 10.0, 0.5


def spaced_levels(sigma_min: float, sigma_max: float) -> tuple[float, ...]:
    """Return levels, ascending, evenly spaced in their logarithm."""
    low, high = math.log(sigma_min), math.log(sigma_max)
    return tuple(math.exp(low + (high - low) * index / (COUNT - 1)) for index in range(COUNT))


@dataclass(frozen=True)
class Continuous(Scaled):
    """Time is a quarter of log sigma, or a function that a subclass names (Karras et al. 2022)."""

    @property
    def timesteps(self) -> tuple[float, float]:
        return self._time(self.sigma_max), self._time(self.sigma_min)

    def timestep(self, sigma: Tensor) -> Tensor:
        return sigma.log() / 4

    def sigma(self, timestep: float) -> float:
        return math.exp(timestep * 4)

    def sigma_at_percent(self, percent: float) -> float:
        if percent <= 0:
            return math.inf
        low, high = math.log(self.sigma_min), math.log(self.sigma_max)
        return 0.0 if percent >= 1 else math.exp(low + (high - low) * (1 - percent))

    def _time(self, sigma: float) -> float:
        return math.log(sigma) / 4


@dataclass(frozen=True)
class ContinuousAngle(Continuous):
    """Time is the angle of signal and noise, 1 at a right angle (Salimans & Ho 2022)."""

    def timestep(self, sigma: Tensor) -> Tensor:
        return sigma.atan() / (math.pi / 2)

    def sigma(self, timestep: float) -> float:
        return math.tan(timestep * math.pi / 2)

    def _time(self, sigma: float) -> float:
        return math.atan(sigma) / (math.pi / 2)


@dataclass(frozen=True)
class ContinuousShare(Continuous):
    """Time is the share of noise, as in a flow."""

    def timestep(self, sigma: Tensor) -> Tensor:
        return sigma / (sigma + 1)

    def sigma(self, timestep: float) -> float:
        return (
            self.sigma_max if timestep >= self._time(self.sigma_max) else timestep / (1 - timestep)
        )

    def _time(self, sigma: float) -> float:
        return sigma / (sigma + 1)


@dataclass(frozen=True)
class Distilled(Discrete):
    """A latent consistency model: it knows every n-th step of its teacher (Luo et al. 2023).

    Attributes:
        stride: steps of the teacher to one of its own.
    """

    stride: int = 20

    @property
    def timesteps(self) -> tuple[float, float]:
        return len(self.sigmas) * self.stride - 1.0, self.stride - 1.0

    def timestep(self, sigma: Tensor) -> Tensor:
        return super().timestep(sigma) * self.stride + self.stride - 1

    def sigma(self, timestep: float) -> float:
        own = (timestep - (self.stride - 1)) / self.stride
        return super().sigma(min(max(own, 0.0), len(self.sigmas) - 1))

    def denoised(self, output: Tensor, x: Tensor, sigma: Tensor) -> Tensor:
        time = against(self.timestep(sigma), x) * DISTILLED_TIME
        both = time**2 + DISTILLED_DATA**2
        clean = x - output * against(sigma, x)
        return time / both**0.5 * clean + DISTILLED_DATA**2 / both * x


def distilled(teacher: Discrete) -> Distilled:
    """Return what a latent consistency model knows of its teacher's levels."""
    stride = max(len(teacher.sigmas) // DISTILLED_STEPS, 1)
    sigmas = teacher.sigmas[::-1][::stride][:DISTILLED_STEPS][::-1]
    return Distilled("consistency", sigmas, stride=stride)
