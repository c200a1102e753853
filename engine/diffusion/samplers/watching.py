"""What a sampler was answered, seen from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.samplers.protocol import Sampling


class StepAnswers:
    """Keeps the first answer of each step; later ones may be at levels of a solver's own.

    Attributes:
        last: that of the step begun last, None before there is one.
    """

    def __init__(self) -> None:
        self.last: Tensor | None = None

    def watched(self, sampling: Sampling) -> Sampling:
        """Pass on what a sampler asks and is answered."""
        request, step = next(sampling), -1
        while True:
            answer = yield request
            if request.step != step:
                step, self.last = request.step, answer.denoised
            try:
                request = sampling.send(answer)
            except StopIteration as end:
                return end.value
