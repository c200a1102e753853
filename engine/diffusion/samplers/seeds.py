"""SEEDS: exponential integrators of the reverse SDE with several evaluations a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.diffusion.denoising.noise import stepwise_noise
from engine.diffusion.samplers.steps import below_all_noise, level_of, log_snr, steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from engine.diffusion.levels.parameterisation import Parameterisation
    from engine.diffusion.samplers.protocol import SamplerStart, Sampling
    from engine.diffusion.samplers.steps import Step


def seeds_2(
    start: SamplerStart, *, eta: float = 1.0, s_noise: float = 1.0, r: float = 0.5
) -> Sampling:
    """Take steps of two stages: SEEDS-2, Gonzalez et al. 2023, Algorithm 2.

    `r` is the place of the second evaluation between the two log-SNRs.
    """
    model, x = start.parameterisation, start.x
    noise = stepwise_noise(x, start.seed, s_noise)
    for step in steps(below_all_noise(start)):
        first = (yield step.ask(x)).denoised
        if step.is_last:
            return first
        part = _Part(model, step, eta, noise)
        middle, x_middle = part.reached(x, first, r)
        second = (yield step.ask(x_middle, middle)).denoised
        _, x = part.reached(x, first + (second - first) / (2 * r), 1.0)
    return x


def seeds_3(
    start: SamplerStart,
    *,
    eta: float = 1.0,
    s_noise: float = 1.0,
    r_1: float = 1 / 3,
    r_2: float = 2 / 3,
) -> Sampling:
    """Take steps of three stages: SEEDS-3, Gonzalez et al. 2023, Algorithm 3.

    `r_1` and `r_2` are the places of the further evaluations between the two log-SNRs.
    """
    model, x = start.parameterisation, start.x
    noise = stepwise_noise(x, start.seed, s_noise)
    for step in steps(below_all_noise(start)):
        first = (yield step.ask(x)).denoised
        if step.is_last:
            return first
        part = _Part(model, step, eta, noise)
        sigma_1, x_1 = part.reached(x, first, r_1)
        second = (yield step.ask(x_1, sigma_1)).denoised
        sigma_2, x_2 = part.reached(x, first, r_2, (second - first) / r_1)
        third = (yield step.ask(x_2, sigma_2)).denoised
        _, x = part.reached(x, first, 1.0, (third - first) / r_2)
    return x


class _Part:
    """One step, gone in parts; the noise of a part lies under that of the next."""

    def __init__(
        self, model: Parameterisation, step: Step, eta: float, noise: Callable[[], Tensor]
    ) -> None:
        self._model, self._sigma, self._eta, self._noise = model, step.sigma, eta, noise
        self._next_sigma = step.next_sigma
        self._here = log_snr(model, step.sigma)
        self._h = log_snr(model, step.next_sigma) - self._here
        self._reached = 0.0
        self._noises: Tensor | float = 0.0

    def reached(
        self, x: Tensor, denoised: Tensor, r: float, bend: Tensor | float = 0.0
    ) -> tuple[Tensor, Tensor]:
        """Return level and sample after this part of the step from `x`.

        `bend` is the change of the answer over the whole step.
        """
        sigma = self._next_sigma if r == 1 else level_of(self._model, self._here + r * self._h)
        alpha = self._model.alpha(sigma)
        h_eta = r * self._h * (1 + self._eta)
        shrunk = (-h_eta).expm1()
        x = sigma / self._sigma * (-r * self._h * self._eta).exp() * x - alpha * shrunk * denoised
        if not isinstance(bend, float):
            x = x + r * alpha * (shrunk / h_eta + 1) * bend
        if self._eta > 0:
            x = x + sigma * self._noise_until(r)
        return sigma, x

    def _noise_until(self, r: float) -> Tensor:
        """Add fresh noise to what there is, so that the variance is 1 - exp(-2 r h eta)."""
        decay = (self._reached - r) * self._h * self._eta
        fresh = (-(2 * decay).expm1()) ** 0.5 * self._noise()
        self._noises = decay.exp() * self._noises + fresh
        self._reached = r
        return self._noises
