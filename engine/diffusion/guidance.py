"""Guidance: which sides are asked, and what their answers make together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.samplers.protocol import Request

Side = Literal["positive", "negative"]


class Guidance(Protocol):
    """Says what a request needs, and turns the answers into one."""

    def sides(self, request: Request) -> tuple[Side, ...]:
        """Return the conditionings to ask about."""
        ...

    def combined(self, answers: Mapping[Side, Tensor], request: Request) -> Tensor:
        """Return the guided prediction."""
        ...


@dataclass(frozen=True, slots=True)
class ClassifierFree:
    """Go from the negative answer through the positive one: Ho & Salimans 2022.

    Attributes:
        cfg: 1 is the positive answer, and the negative is asked only where a sampler needs it.
    """

    cfg: float

    def sides(self, request: Request) -> tuple[Side, ...]:
        """Ask both sides, but for a cfg of 1."""
        if request.need_negative or not math.isclose(self.cfg, 1.0):
            return ("positive", "negative")
        return ("positive",)

    def combined(self, answers: Mapping[Side, Tensor], request: Request) -> Tensor:
        """Return `negative + cfg * (positive - negative)`."""
        positive, negative = answers["positive"], answers.get("negative")
        if negative is None:
            return positive
        return negative + self.cfg * (positive - negative)
