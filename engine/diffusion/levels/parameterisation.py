"""What the output of a network means: noise levels, scalings and predictions of one model.

A sample at noise level sigma is `alpha(sigma) * latent + sigma * noise`. Knows no network.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeVar

from engine.diffusion.levels.betas import levels, scaled_linear, without_signal_at_the_end

if TYPE_CHECKING:
    from torch import Tensor, device

Kind = Literal["eps", "v", "x0", "image", "consistency", "edm", "flow", "cosmos"]
#: A noise level, as a number or a tensor of one.
Level = TypeVar("Level", float, "Tensor")


@dataclass(frozen=True)
class Parameterisation(ABC):
    """Relates noise levels, timesteps and what a network predicts.

    Attributes:
        kind: "eps" (the noise), "v" (Salimans & Ho 2022), "x0" (the clean latent), "image" (the
            same, of a network whose input is not scaled), "consistency" (the noise, for one jump
            to the end; Luo et al. 2023), "edm" (Karras et al. 2022), "flow" (rectified flow) or
            "cosmos" (a flow whose levels are scaled to alpha 1).
        sigmas: noise level of every training timestep, ascending.
    """

    kind: Kind
    sigmas: tuple[float, ...]

    @property
    def sigma_min(self) -> float:
        """Smallest noise level the network was trained on."""
        return self.sigmas[0]

    @property
    def sigma_max(self) -> float:
        """Largest noise level the network was trained on."""
        return self.sigmas[-1]

    @property
    @abstractmethod
    def timesteps(self) -> tuple[float, float]:
        """Timesteps of the noisiest and the cleanest level."""

    @abstractmethod
    def timestep(self, sigma: Tensor) -> Tensor:
        """Return what the network is told for these levels, in the shape of `sigma`."""

    @abstractmethod
    def sigma(self, timestep: float) -> float:
        """Return the level at a timestep, also between two whole ones."""

    @abstractmethod
    def sigma_at_percent(self, percent: float) -> float:
        """Return the level at which this part (0..1) of sampling is done; infinite at 0."""

    @abstractmethod
    def alpha(self, sigma: Level) -> Level | float:
        """Return the factor of the clean latent at a level."""

    @abstractmethod
    def sigma_of_ratio(self, ratio: Level) -> Level:
        """Return the level whose sigma / alpha is `ratio`."""

    @abstractmethod
    def input_scale(self, sigma: Tensor) -> Tensor:
        """Return what to multiply the sample by before it enters the network."""

    @abstractmethod
    def denoised(self, output: Tensor, x: Tensor, sigma: Tensor) -> Tensor:
        """Turn the network's output for the sample x (N, ...) at sigma (N,) into a clean latent."""

    @abstractmethod
    def noised(
        self, latent: Tensor, noise: Tensor, sigma: Level, *, from_max: bool = False
    ) -> Tensor:
        """Bring a clean latent to a level; `from_max` where sampling begins at the largest."""

    def finished(self, x: Tensor, sigma: float) -> Tensor:
        """Undo the scale of a sample that sampling left at `sigma`."""
        return x


@dataclass(frozen=True)
class Scaled(Parameterisation):
    """A diffusion whose samples are scaled so that alpha is 1 (Karras et al. 2022).

    Attributes:
        sigma_data: the spread of clean latents that the network's scalings assume.
    """

    sigma_data: float = 1.0

    def alpha(self, sigma: Level) -> Level | float:
        return 1.0

    def sigma_of_ratio(self, ratio: Level) -> Level:
        return ratio

    def input_scale(self, sigma: Tensor) -> Tensor:
        if self.kind == "image":
            return sigma.new_ones(sigma.shape)
        if self.kind == "cosmos":
            return 1 / (sigma + 1)
        return (sigma**2 + self.sigma_data**2) ** -0.5

    def denoised(self, output: Tensor, x: Tensor, sigma: Tensor) -> Tensor:
        sigma = against(sigma, x)
        match self.kind:
            case "eps":
                return x - output * sigma
            case "x0" | "image":
                return output
            case "cosmos":
                return (x - output * sigma) / (sigma + 1)
            case kind:
                data = self.sigma_data
                both = sigma**2 + data**2
                change = output * sigma * data / both**0.5
                return x * data**2 / both + (change if kind == "edm" else -change)

    def noised(
        self, latent: Tensor, noise: Tensor, sigma: Level, *, from_max: bool = False
    ) -> Tensor:
        whole = from_max and self.kind != "cosmos"
        return latent + noise * ((1 + sigma**2) ** 0.5 if whole else sigma)


@dataclass(frozen=True)
class Discrete(Scaled):
    """Diffusion over numbered steps (Ho et al. 2020)."""

    @property
    def timesteps(self) -> tuple[float, float]:
        return len(self.sigmas) - 1.0, 0.0

    def timestep(self, sigma: Tensor) -> Tensor:
        distance = sigma.log()[..., None] - _log_table(self.sigmas, sigma.device)
        return distance.abs().argmin(-1)

    def sigma(self, timestep: float) -> float:
        below = min(int(timestep), len(self.sigmas) - 2)
        part = timestep - below
        low, high = math.log(self.sigmas[below]), math.log(self.sigmas[below + 1])
        return math.exp((1 - part) * low + part * high)

    def sigma_at_percent(self, percent: float) -> float:
        if percent <= 0:
            return math.inf
        return 0.0 if percent >= 1 else self.sigma((1 - percent) * self.timesteps[0])


@dataclass(frozen=True)
class Flow(Parameterisation):
    """Rectified flow (Liu et al. 2022), time shifted as in Esser et al. 2024, section 5.3.2.

    Attributes:
        shift: 1 leaves time as it is; more spends more steps on high noise. What Flux calls a
            shift of mu is exp(mu) here.
        multiplier: timesteps to one unit of time.
    """

    shift: float
    multiplier: float

    @property
    def timesteps(self) -> tuple[float, float]:
        return self.sigma_max * self.multiplier, self.sigma_min * self.multiplier

    def timestep(self, sigma: Tensor) -> Tensor:
        return sigma * self.multiplier

    def sigma(self, timestep: float) -> float:
        return shifted(timestep / self.multiplier, self.shift)

    def sigma_at_percent(self, percent: float) -> float:
        if percent <= 0:
            return math.inf
        return 0.0 if percent >= 1 else shifted(1 - percent, self.shift)

    def alpha(self, sigma: Level) -> Level | float:
        return 1 - sigma

    def sigma_of_ratio(self, ratio: Level) -> Level:
        return ratio / (1 + ratio)

    def input_scale(self, sigma: Tensor) -> Tensor:
        return sigma.new_ones(sigma.shape)

    def denoised(self, output: Tensor, x: Tensor, sigma: Tensor) -> Tensor:
        return x - output * against(sigma, x)

    def noised(
        self, latent: Tensor, noise: Tensor, sigma: Level, *, from_max: bool = False
    ) -> Tensor:
        return sigma * noise + (1 - sigma) * latent

    def finished(self, x: Tensor, sigma: float) -> Tensor:
        return x / (1 - sigma)


def discrete(
    betas: Sequence[float], prediction: Literal["eps", "v", "x0"] = "eps", *, zero_snr: bool = False
) -> Discrete:
    """Build the parameterisation of a model trained with these noise variances a step.

    With `zero_snr` they are changed so that the last level holds no signal.
    """
    sigmas = levels(betas)
    return Discrete(prediction, without_signal_at_the_end(sigmas) if zero_snr else sigmas)


def flow(shift: float, *, count: int = 1000, multiplier: float = 1000.0) -> Flow:
    """Build the parameterisation of a flow model with `count` noise levels."""
    sigmas = tuple(shifted((index + 1) / count, shift) for index in range(count))
    return Flow("flow", sigmas, shift, multiplier)


def shifted(time: float, shift: float) -> float:
    """Move a time in 0..1 towards 1 (Esser et al. 2024, eq. 23)."""
    return shift * time / (1 + (shift - 1) * time)


def scaled_linear_betas(
    start: float = 0.00085, end: float = 0.012, count: int = 1000
) -> tuple[float, ...]:
    """Return the variances of latent diffusion models."""
    return scaled_linear(start, end, count)


def against(sigma: Tensor, x: Tensor) -> Tensor:
    """Return levels (N,) in a shape that multiplies samples (N, ...)."""
    return sigma.view(-1, *[1] * (x.ndim - 1))


@lru_cache(maxsize=8)
def _log_table(sigmas: tuple[float, ...], place: device) -> Tensor:
    import torch  # torch comes late: schedules need none

    return torch.tensor(sigmas, dtype=torch.float32, device=place).log()
