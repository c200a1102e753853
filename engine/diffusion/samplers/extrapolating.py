"""An Euler method that goes beyond the guided answer, away from the negative one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.diffusion.samplers.steps import slope, steps

if TYPE_CHECKING:
    from engine.diffusion.samplers.protocol import SamplerStart, Sampling


def euler_cfg_pp_alternative(start: SamplerStart) -> Sampling:
    """Take Euler's slope at the sample moved by the guidance: the other form of CFG++."""
    x = start.x
    for step in steps(start):
        answer = yield step.ask(x, need_negative=True)
        assert answer.negative is not None
        moved = x - answer.denoised + answer.negative
        x = x + slope(moved, answer.denoised, step.sigma) * step.move
    return x
