"""Samplers driven by an answerer, with nothing around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from engine.diffusion.denoising.evaluation import Given
from engine.diffusion.levels.parameterisation import Parameterisation
from engine.diffusion.samplers import SAMPLERS, Answer, Request, SamplerStart
from tests.mixture import MODELS, Mixture

Answerer = Callable[[Request], Tensor]


def driven(
    name: str,
    x: Tensor,
    sigmas: Sequence[float],
    answer: Answerer,
    *,
    negative: Answerer | None = None,
    family: str = "sd1",
    seed: int = 7,
    requests: list[Request] | None = None,
    **options: Any,
) -> Tensor:
    """Run a sampler to its end; without a `negative` it is the same as the answer."""
    start = SamplerStart(x, tuple(sigmas), seed, MODELS[family])
    sampling = SAMPLERS[name].run(start, **options)
    try:
        request = next(sampling)
        while True:
            if requests is not None:
                requests.append(request)
            denoised = answer(request)
            other = denoised if negative is None else negative(request)
            request = sampling.send(Answer(denoised, other))
    except StopIteration as end:
        return end.value


def mixture(family: str = "sd1") -> Answerer:
    """Answer as the mixture's positive side does."""
    denoiser, given = Mixture(MODELS[family]), Given(torch.zeros(2, 1, 1))

    def answer(request: Request) -> Tensor:
        return denoiser(request.x, torch.full((2,), request.sigma), given).to(request.x)

    return answer


class Gaussian:
    """Latents are independent numbers of one mean and spread; everything is known about them."""

    def __init__(self, model: Parameterisation, mean: float = 0.3, spread: float = 0.5) -> None:
        self._model, self._mean, self._spread = model, mean, spread

    def marginal(self, sigma: float) -> tuple[float, float]:
        """Return mean and variance of samples at a level."""
        alpha = float(self._model.alpha(sigma))
        return alpha * self._mean, (alpha * self._spread) ** 2 + sigma**2

    def sample(self, sigma: float, shape: Sequence[int], seed: int = 3) -> Tensor:
        """Draw samples at a level."""
        mean, variance = self.marginal(sigma)
        noise = torch.randn(tuple(shape), generator=torch.Generator().manual_seed(seed))
        return mean + variance**0.5 * noise

    def __call__(self, request: Request) -> Tensor:
        alpha = float(self._model.alpha(request.sigma))
        mean, variance = self.marginal(request.sigma)
        return self._mean + self._spread**2 * alpha / variance * (request.x - mean)
