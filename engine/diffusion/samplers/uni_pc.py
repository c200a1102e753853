"""UniPC, a predictor and corrector of any order (Zhao et al. 2023)."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

from engine.diffusion.samplers.protocol import Request, SamplerStart, Sampling

MAX_ORDER = 3
#: B(h) of the paper: h, or 1 - exp(-h).
Variant = Literal["bh1", "bh2"]


def uni_pc(start: SamplerStart, *, variant: Variant = "bh1") -> Sampling:
    """Predict the next sample, ask there, and correct with the answer: Zhao et al. 2023, Alg. 1-2.

    B(h) is h in the variant "bh1", 1 - exp(-h) in "bh2". The last level must be above 0, where
    there is no finite log-SNR.
    """
    x, last = start.x, len(start.sigmas) - 1
    known: list[tuple[float, Tensor]] = []
    for index, sigma in enumerate(start.sigmas):
        if index == 0:
            answer = yield Request(x, sigma, index, last)
        else:
            order = min(MAX_ORDER, index, last + 1 - index)
            stride = _Stride(sigma, known[-order:], variant)
            predicted = stride.predicted(x)
            if index == last:
                return predicted
            answer = yield Request(predicted, sigma, index, last)
            x = stride.corrected(x, answer.denoised)
        known = [*known, (sigma, answer.denoised)][-MAX_ORDER:]
    return x


class _Stride:
    """One step from the last known level, its differences D and their places r (Section 3.1)."""

    def __init__(self, sigma: float, known: list[tuple[float, Tensor]], variant: Variant) -> None:
        (self._last_sigma, self._last), *older = reversed(known)
        self._sigma = sigma
        self._h = math.log(self._last_sigma / sigma)
        self._b = self._h if variant == "bh1" else -math.expm1(-self._h)
        self._places = [math.log(self._last_sigma / level) / self._h for level, _ in older]
        self._differences = [
            (denoised - self._last) / place
            for (_, denoised), place in zip(older, self._places, strict=True)
        ]

    def predicted(self, x: Tensor) -> Tensor:
        """UniP: extrapolate from what is known."""
        weights = [0.5] if len(self._places) == 1 else self._weights(self._places)
        return self._moved(x, weights, self._differences)

    def corrected(self, x: Tensor, denoised: Tensor) -> Tensor:
        """UniC: the same step with the new answer as one more difference."""
        weights = self._weights([*self._places, 1.0]) if self._places else [0.5]
        return self._moved(x, weights, [*self._differences, denoised - self._last])

    def _moved(self, x: Tensor, weights: list[float], differences: list[Tensor]) -> Tensor:
        x = self._last + (x - self._last) * (self._sigma / self._last_sigma)
        for weight, difference in zip(weights, differences, strict=True):
            x = x + (self._b * weight) * difference
        return x

    def _weights(self, places: list[float]) -> list[float]:
        """Solve R a = b with b_k = h k! phi_{k+1}(-h) / B(h) (eq. 8, data prediction)."""
        if not places:
            return []
        phi, b = math.expm1(-self._h) / -self._h, list[float]()
        for k in range(1, len(places) + 1):
            phi = (phi - 1 / math.factorial(k)) / -self._h
            b.append(math.factorial(k) * phi * self._h / self._b)
        r = torch.tensor(places, dtype=torch.float64)
        powers = torch.stack([r**k for k in range(len(places))])
        return torch.linalg.solve(powers, torch.tensor(b, dtype=torch.float64)).tolist()
