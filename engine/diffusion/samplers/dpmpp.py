"""DPM-Solver++: exponential integrators over the denoised latent (Lu et al. 2022)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.diffusion.denoising.noise import stepwise_noise
from engine.diffusion.samplers.steps import (
    ancestral_step,
    extrapolated,
    level_of,
    levels_of,
    log_snr,
    moved,
    solved,
    steps,
)

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.levels.parameterisation import Parameterisation
    from engine.diffusion.samplers.protocol import SamplerStart, Sampling

#: A flow at level 1 is noise alone and has no finite log-SNR; its middle is taken here.
NEARLY_ALL_NOISE = 0.9999


def dpmpp_2m(start: SamplerStart) -> Sampling:
    """Take second-order steps from the last two answers: Lu et al. 2022, Algorithm 2."""
    x, last, h_last = start.x, None, None
    t = -levels_of(start).log()
    ratios = (-t[1:]).exp() / (-t[:-1]).exp()
    for step, h, ratio in zip(steps(start), t.diff(), ratios, strict=True):
        denoised = (yield step.ask(x)).denoised
        if step.is_last:
            return denoised
        x = solved(x, extrapolated(denoised, last, h, h_last), h, ratio)
        last, h_last = denoised, h
    return x


def dpmpp_2s_ancestral(start: SamplerStart, *, eta: float = 1.0, s_noise: float = 1.0) -> Sampling:
    """Take single steps of second order, with noise: Lu et al. 2022, Algorithm 1, r = 1/2."""
    model, x = start.parameterisation, start.x
    noise = stepwise_noise(x, start.seed, s_noise)
    for step in steps(start):
        answer = yield step.ask(x)
        if step.is_last:
            return answer.denoised
        down, scale, up = ancestral_step(model, step, eta)
        middle = _middle(model, step.sigma, down)
        x_middle = moved(x, answer.denoised, step.sigma, middle)
        answer = yield step.ask(x_middle, middle)
        x = moved(x, answer.denoised, step.sigma, down)
        x = scale * x + noise() * up
    return x


def _middle(model: Parameterisation, sigma: Tensor, down: Tensor) -> Tensor:
    """Return the level half way in log-SNR."""
    if model.alpha(sigma) == 0:
        return sigma * NEARLY_ALL_NOISE
    return level_of(model, log_snr(model, sigma).lerp(log_snr(model, down), 0.5))
