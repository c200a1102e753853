"""Steps of the reverse SDE that are exact for a polynomial answer (Xue et al. 2023, section 4)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

#: Half log-SNR and what was answered there.
Known = tuple[float, "Tensor"]


@dataclass(frozen=True, slots=True)
class Stride:
    """One step: its levels, their half log-SNRs, and the noise it adds.

    Attributes:
        tau: 0 solves the ODE, 1 the usual SDE.
        noise: of standard deviation 1; None adds none.
        simple: where two answers are known, weigh them as in Appendix D.
    """

    sigma: float
    next_sigma: float
    here: float
    there: float
    tau: float
    noise: Tensor | None
    simple: bool

    @property
    def _h(self) -> float:
        return self.there - self.here

    def moved(self, x: Tensor, known: list[Known]) -> Tensor:
        """Integrate the polynomial through known answers: Xue et al. 2023, eq. 14, 17."""
        x = self.next_sigma / self.sigma * math.exp(-(self.tau**2) * self._h) * x
        alpha = self.next_sigma * math.exp(self.there)
        for weight, (_, denoised) in zip(self._weights(known), known, strict=True):
            x = x + alpha * weight * denoised
        if self.noise is None:
            return x
        return x + self.noise * self._noise_level

    @property
    def _noise_level(self) -> float:
        return self.next_sigma * math.sqrt(-math.expm1(-2 * self.tau**2 * self._h))

    def _weights(self, known: list[Known]) -> list[float]:
        rate, places = 1 + self.tau**2, [place for place, _ in known]
        if self.simple and len(known) == 2:
            return self._simple_weights(rate, places)
        powers = np.vander(np.array(places) - self.there, increasing=True).T
        return np.linalg.solve(powers, _moments(rate, self._h, len(known))).tolist()

    def _simple_weights(self, rate: float, places: list[float]) -> list[float]:
        """Return the weights of Xue et al. 2023, Appendix D, as accurate and simpler."""
        whole = -math.expm1(-rate * self._h)
        half = rate * self._h / 2
        if places[-1] != self.here:  # where the step ends is known: the corrector
            return [whole - half, half]
        older = half * self._h / (places[0] - self.here)
        return [older, whole - older]


def _moments(rate: float, h: float, count: int) -> list[float]:
    """Return the integrals of rate exp(rate x) x^p over -h..0."""
    moments = [-math.expm1(-rate * h)]
    for power in range(1, count):
        edge = -((-h) ** power) * math.exp(-rate * h)
        moments.append(edge - power / rate * moments[-1])
    return moments
