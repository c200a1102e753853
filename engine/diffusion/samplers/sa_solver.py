"""SA-Solver: stochastic Adams methods with a predictor and a corrector (Xue et al. 2023)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from engine.diffusion.denoising.noise import stepwise_noise
from engine.diffusion.samplers.protocol import Request
from engine.diffusion.samplers.steps import below_all_noise

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.levels.parameterisation import Parameterisation
    from engine.diffusion.samplers.protocol import SamplerStart, Sampling


def sa_solver(
    start: SamplerStart,
    *,
    eta: float = 1.0,
    sde_start_percent: float = 0.2,
    sde_end_percent: float = 0.8,
    s_noise: float = 1.0,
    predictor_order: int = 3,
    corrector_order: int = 4,
    use_pece: bool = False,
    simple_order_2: bool = False,
) -> Sampling:
    """Predict the next sample, ask there, and correct with the answer: Xue et al. 2023, Alg. 1.

    Noise of strength `eta` (tau of the paper) is added between both parts of the schedule. With
    `use_pece` a corrected sample is asked about again.
    """
    start = below_all_noise(start)
    model, sigmas, of = start.parameterisation, start.sigmas, len(start.sigmas) - 1
    draw = stepwise_noise(start.x, start.seed, s_noise)
    low, high = map(model.sigma_at_percent, (sde_end_percent, sde_start_percent))
    to_zero = sigmas[-1] == 0
    x = predicted = start.x
    known: list[tuple[float, Tensor]] = []
    stride, noise = None, None
    for index, (sigma, next_sigma) in enumerate(pairwise(sigmas)):
        here = _log_snr(model, sigma)
        denoised = (yield Request(predicted, sigma, index, of)).denoised
        known = [*known, (here, denoised)][-max(predictor_order, corrector_order) :]
        order = min(corrector_order, of - index if to_zero else of)
        if stride is None or order == 0 or (next_sigma == 0 and not use_pece):
            x = predicted
        else:
            x = stride.moved(x, known[-order:], simple_order_2)
            x = x if noise is None else x + noise
            if use_pece:
                denoised = (yield Request(x, sigma, index, of)).denoised
                known[-1] = here, denoised
        if next_sigma == 0:
            return denoised
        tau = eta if low <= next_sigma <= high else 0.0
        stride = _Stride(sigma, next_sigma, here, _log_snr(model, next_sigma), tau)
        order = min(predictor_order, of - 1 - index if to_zero else of)
        predicted = stride.moved(x, known[-order:], simple_order_2)
        noise = draw() * stride.noise if tau > 0 else None
        predicted = predicted if noise is None else predicted + noise
    return predicted


@dataclass(frozen=True, slots=True)
class _Stride:
    """A step of the solver: levels, half log-SNRs and how much noise it adds.

    Attributes:
        tau: 0 solves the ODE, 1 the usual SDE.
    """

    sigma: float
    next_sigma: float
    here: float
    there: float
    tau: float

    @property
    def h(self) -> float:
        return self.there - self.here

    @property
    def noise(self) -> float:
        """Standard deviation of the noise to add."""
        return self.next_sigma * math.sqrt(-math.expm1(-2 * self.tau**2 * self.h))

    def moved(self, x: Tensor, known: list[tuple[float, Tensor]], simple: bool) -> Tensor:
        """Integrate the polynomial through known (log-SNR, answer): Xue et al. 2023, eq. 14, 17."""
        x = self.next_sigma / self.sigma * math.exp(-(self.tau**2) * self.h) * x
        alpha = self.next_sigma * math.exp(self.there)
        for weight, (_, denoised) in zip(self._weights(known, simple), known, strict=True):
            x = x + alpha * weight * denoised
        return x

    def _weights(self, known: list[tuple[float, Tensor]], simple: bool) -> list[float]:
        rate = 1 + self.tau**2
        if simple and len(known) == 2:
            return self._simple_weights(rate, [place for place, _ in known])
        places = np.array([place for place, _ in known]) - self.there
        return np.linalg.solve(
            np.vander(places, increasing=True).T, _moments(rate, self.h, len(known))
        ).tolist()

    def _simple_weights(self, rate: float, places: list[float]) -> list[float]:
        """Return the weights of Xue et al. 2023, Appendix D, as accurate and simpler."""
        whole = -math.expm1(-rate * self.h)
        half = rate * self.h / 2
        if places[-1] != self.here:  # where the step ends is known: the corrector
            return [whole - half, half]
        older = half * self.h / (places[0] - self.here)
        return [older, whole - older]


def _moments(rate: float, h: float, count: int) -> list[float]:
    """Return the integrals of rate exp(rate x) x^p over -h..0."""
    moments = [-math.expm1(-rate * h)]
    for power in range(1, count):
        edge = -((-h) ** power) * math.exp(-rate * h)
        moments.append(edge - power / rate * moments[-1])
    return moments


def _log_snr(model: Parameterisation, sigma: float) -> float:
    return math.log(model.alpha(sigma) / sigma)
