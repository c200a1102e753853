"""The exponential integrator of second order over the last two answers (Zhang et al. 2023)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.diffusion.denoising.noise import stepwise_noise
from engine.diffusion.samplers.steps import Step, ancestral_levels, slope, steps

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.samplers.protocol import SamplerStart, Sampling


def res_multistep(
    start: SamplerStart, *, eta: float = 0.0, s_noise: float = 1.0, cfg_pp: bool = False
) -> Sampling:
    """Weigh the last two answers by the exponential integrator's order conditions.

    Refined exponential solver, Zhang et al. 2023, Algorithm 3. With `cfg_pp` the sample is moved as
    in CFG++ and steps along the unconditional answers.
    """
    x = start.x
    noise = stepwise_noise(x, start.seed, s_noise)
    last: tuple[Tensor, Step, Tensor] | None = None
    for step in steps(start):
        answer = yield step.ask(x, need_negative=cfg_pp)
        if step.is_last:
            return answer.denoised
        along = answer.denoised
        if cfg_pp:
            assert answer.negative is not None
            along = answer.negative
        down, up = ancestral_levels(step.sigma, step.next_sigma, eta)
        if last is None:
            x = answer.denoised + slope(x, along, step.sigma) * down
        else:
            x = _second_order(x + (answer.denoised - along), along, step, down, last)
        if eta > 0:
            x = x + noise() * up
        last = along, step, down
    return x


def _second_order(
    x: Tensor, along: Tensor, step: Step, down: Tensor, last: tuple[Tensor, Step, Tensor]
) -> Tensor:
    along_before, step_before, down_before = last
    t, t_next = -step.sigma.log(), -down.log()
    h = t_next - t
    place = (down_before.log() - step_before.sigma.log()) / h
    phi1 = (-h).expm1() / -h
    phi2 = (phi1 - 1) / -h
    earlier = phi2 / place
    return (-h).exp() * x + h * ((phi1 - earlier) * along + earlier * along_before)
