"""Guidance: what the network is asked at a request, and what its answers make together.

A guidance is a generator, as samplers are: it yields what is to be asked and is sent the answers,
once or several times over, and returns one prediction. Another guidance may go round it.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.parameterisation import Parameterisation
    from engine.diffusion.samplers.protocol import Request
    from engine.types import Patch

#: Names a conditioning of the run; classifier-free guidance knows these two.
Side = str
POSITIVE: Side = "positive"
NEGATIVE: Side = "negative"


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """One question to the network.

    Attributes:
        side: the conditioning.
        x: another sample than the request's, of the same shape.
        changes: patches of the network for this question beside those of the model.
    """

    side: Side
    x: Tensor | None = None
    changes: tuple[Patch, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Guided:
    """The guided prediction and what it was made of, (B, C, h, w) each."""

    denoised: Tensor
    positive: Tensor
    negative: Tensor | None = None


Guiding = Generator[Sequence[Ask], Sequence["Tensor"], Guided]


class Guidance(Protocol):
    """Says what a request needs, and turns the answers into one."""

    @property
    def remembers(self) -> bool:
        """Whether an answer depends on earlier ones; then a run cannot go on from a recording."""
        ...

    def guide(self, request: Request, model: Parameterisation) -> Guiding:
        """Ask, be sent the answers in the order asked, and return the guided prediction.

        What is returned has a `negative` where the request needs it.
        """
        ...


@dataclass(frozen=True, slots=True)
class ClassifierFree:
    """Go from the negative answer through the positive one: Ho & Salimans 2022.

    Attributes:
        cfg: 1 is the positive answer, and the negative is asked only where a sampler needs it.
    """

    cfg: float
    remembers: bool = False

    def guide(self, request: Request, model: Parameterisation) -> Guiding:
        """Return `negative + cfg * (positive - negative)`; ask both sides, but for a cfg of 1."""
        if not request.need_negative and math.isclose(self.cfg, 1.0):
            (positive,) = yield (_ASK_POSITIVE,)
            return Guided(positive, positive)
        positive, negative = yield _ASK_BOTH
        return Guided(negative + self.cfg * (positive - negative), positive, negative)


_ASK_POSITIVE = Ask(POSITIVE)
_ASK_BOTH = (_ASK_POSITIVE, Ask(NEGATIVE))
