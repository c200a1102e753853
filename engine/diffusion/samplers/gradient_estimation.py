"""Euler's method with a momentum that corrects the direction (Permenter & Yuan 2023)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.diffusion.samplers.steps import slope, steps

if TYPE_CHECKING:
    from engine.diffusion.samplers.protocol import SamplerStart, Sampling


def gradient_estimation(
    start: SamplerStart, *, ge_gamma: float = 2.0, cfg_pp: bool = False
) -> Sampling:
    """Go `ge_gamma` times as far from the last slope to this one: Permenter & Yuan 2023, eq. 8.

    With `cfg_pp` slopes are those of the unconditional answers, as in CFG++.
    """
    x, last = start.x, None
    for step in steps(start):
        answer = yield step.ask(x, need_negative=cfg_pp)
        if step.is_last:
            return answer.denoised
        if cfg_pp:
            assert answer.negative is not None
            d = slope(x, answer.negative, step.sigma)
            x = answer.denoised + d * step.next_sigma
        else:
            d = slope(x, answer.denoised, step.sigma)
            x = x + d * step.move
        if last is not None:
            x = x + (ge_gamma - 1) * (d - last) * step.move
        last = d
    return x
