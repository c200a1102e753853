"""Steps of DPM-Solver in t = -log sigma, of first to third order (Lu et al. 2022, section 3)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from engine.diffusion.samplers.protocol import Answer, Request
from engine.diffusion.samplers.steps import ancestral_levels

Solving = Generator[Request, Answer, Tensor]


@dataclass(slots=True)
class Solve:
    """Solves from `x` at time `t` to `t_next`; what was asked for one order serves the others.

    Attributes:
        step, of: what requests say of progress.
    """

    x: Tensor
    t: Tensor
    t_next: Tensor
    step: int
    of: int | None
    _asked: dict[float, Tensor] = field(default_factory=dict[float, Tensor])

    @property
    def calls(self) -> int:
        """How many evaluations were asked for."""
        return len(self._asked)

    def first(self, r: float = 1.0) -> Solving:
        """Go the part `r` of the way: DPM-Solver-1."""
        eps = yield from self._eps(0.0, self.x)
        return self.x - self._sigma(r) * (r * self._h).expm1() * eps

    def second(self, r: float = 0.5) -> Solving:
        """Ask again at the part `r` of the way: DPM-Solver-2."""
        x_middle = yield from self.first(r)
        bend = yield from self._bend(r, x_middle)
        x = yield from self.first()
        return x - self._sigma(1.0) / (2 * r) * self._h.expm1() * bend

    def third(self, r1: float = 1 / 3, r2: float = 2 / 3) -> Solving:
        """Ask again at two parts of the way: DPM-Solver-3."""
        x1 = yield from self.first(r1)
        bend1 = yield from self._bend(r1, x1)
        h = r2 * self._h
        x2 = (yield from self.first(r2)) - self._sigma(r2) * (r2 / r1) * (h.expm1() / h - 1) * bend1
        bend2 = yield from self._bend(r2, x2)
        x = yield from self.first()
        return x - self._sigma(1.0) / r2 * (self._h.expm1() / self._h - 1) * bend2

    @property
    def _h(self) -> Tensor:
        return self.t_next - self.t

    def _sigma(self, r: float) -> Tensor:
        return (-self.t_next if r == 1 else -(self.t + r * self._h)).exp()

    def _bend(self, r: float, x: Tensor) -> Solving:
        """Return how the noise seen there differs from that at the beginning."""
        there = yield from self._eps(r, x)
        return there - self._asked[0.0]

    def _eps(self, r: float, x: Tensor) -> Solving:
        if r not in self._asked:
            sigma = self._sigma(r)
            step = self.step if self.of is None else self.step + len(self._asked)
            answer = yield Request(x, float(sigma), step, self.of)
            self._asked[r] = (x - answer.denoised) / sigma
        return self._asked[r]


def ends(sigmas: tuple[float, ...]) -> tuple[Tensor, Tensor]:
    """Return the times of the largest and the smallest positive level."""
    levels = max(sigmas), min(sigma for sigma in sigmas if sigma > 0)
    t, t_end = (-torch.tensor(level, dtype=torch.float32).log() for level in levels)
    return t, t_end


def down_and_up(t: Tensor, t_next: Tensor, t_end: Tensor, eta: float) -> tuple[Tensor, Tensor]:
    """Split a step into the time to solve to and the noise to add; without `eta` there is none."""
    if eta == 0:
        return t_next, torch.zeros(())
    sigma_next = (-t_next).exp()
    down, _ = ancestral_levels((-t).exp(), sigma_next, eta)
    t_down = torch.minimum(t_end, -down.log())
    return t_down, (sigma_next**2 - (-t_down).exp() ** 2) ** 0.5
