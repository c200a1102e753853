"""DPM-Solver with a given number of evaluations (Lu et al. 2022, section 3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from engine.diffusion.denoising.noise import stepwise_noise
from engine.diffusion.samplers.dpm_solver import Solve, down_and_up, ends

if TYPE_CHECKING:
    from engine.diffusion.samplers.protocol import SamplerStart, Sampling


def dpm_fast(start: SamplerStart, *, eta: float = 0.0, s_noise: float = 1.0) -> Sampling:
    """Divide the way into equal parts of log sigma, as many steps of third order as evaluations do.

    Of the schedule only its ends and its number of steps count; an evaluation is a step.
    """
    x, calls = start.x, len(start.sigmas) - 1
    noise = stepwise_noise(x, start.seed, s_noise)
    t_start, t_end = ends(start.sigmas)
    orders = _orders(calls)
    times = torch.linspace(float(t_start), float(t_end), len(orders) + 1)
    done = 0
    for order, t, t_next in zip(orders, times, times[1:], strict=False):
        t_down, up = down_and_up(t, t_next, t_end, eta)
        solve = Solve(x, t, t_down, done, calls)
        x = yield from (solve.first, solve.second, solve.third)[order - 1]()
        done += order
        if eta > 0:
            x = x + up * noise()
    return x


def _orders(calls: int) -> list[int]:
    """Return the orders of the steps, which are also their evaluations; lower ones come last."""
    thirds, left = divmod(calls, 3)
    return [3] * thirds + [left] if left else [3] * (thirds - 1) + [2, 1]
