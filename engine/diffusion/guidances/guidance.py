"""Guidance: what the network is asked at a request, and what its answers make together.

A guidance is a generator, as samplers are: it yields what is to be asked and is sent the answers,
once or several times over, and returns one prediction.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal, Protocol

import torch

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.levels.parameterisation import Parameterisation
    from engine.diffusion.samplers.protocol import Request
    from engine.types import Patch

#: Names a conditioning of the run; classifier-free guidance knows these two.
Side = str
POSITIVE: Side = "positive"
NEGATIVE: Side = "negative"


# Neither this nor `Moment` is frozen, which would cost a microsecond each; nobody changes them.
@dataclass(slots=True, eq=False)
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


@dataclass(slots=True, eq=False)
class Guided:
    """The guided prediction and what it was made of, (B, C, h, w) each."""

    denoised: Tensor
    positive: Tensor
    negative: Tensor | None = None


@dataclass(slots=True, eq=False)
class Moment:
    """The request that is answered, of which model, and how strongly it is guided.

    Attributes:
        positive_side, negative_side: whose answers are combined.
    """

    request: Request
    model: Parameterisation
    cfg: float
    positive_side: Side = POSITIVE
    negative_side: Side = NEGATIVE

    @property
    def x(self) -> Tensor:
        """The noisy samples, (B, C, h, w)."""
        return self.request.x

    @property
    def sigma(self) -> float:
        """Their level."""
        return self.request.sigma


Guiding = Generator[Sequence[Ask], Sequence["Tensor"], Guided]
#: Changes the answers of the positive and the negative side before they are combined.
Before = Callable[[Moment, "Tensor", "Tensor | None"], "tuple[Tensor, Tensor | None]"]
#: Combines the answers of both sides.
Rule = Callable[[Moment, "Tensor", "Tensor"], "Tensor"]
#: Changes what was combined; it may ask further.
After = Callable[[Moment, Guided], Generator[Sequence[Ask], Sequence["Tensor"], "Tensor"]]


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


def classifier_free(moment: Moment, positive: Tensor, negative: Tensor) -> Tensor:
    """Return `negative + cfg * (positive - negative)`: Ho & Salimans 2022."""
    return (positive - negative).mul_(_factor(moment.cfg)).add_(negative)


@lru_cache(maxsize=64)
def _factor(cfg: float) -> Tensor:
    """Return a number as a tensor, which is made once and not at every step."""
    return torch.tensor(cfg, dtype=torch.float32)


#: Parts of a steering; a guidance that can be steered says by `follows` which it heeds.
Turn = Literal["before", "rule", "after", "negative_changes"]
TURNS: tuple[Turn, ...] = ("before", "rule", "after", "negative_changes")


@dataclass(frozen=True, slots=True)
class Steering:
    """What patches of a model make of guidance.

    Attributes:
        before: applied in order to both answers.
        rule: the last one set combines them.
        after: applied in order to what was combined.
        negative_changes: patches of the network while it answers the negative side.
        needs_negative: ask for it at a cfg of 1 too.
        remembers: whether one of them carries something from call to call.
    """

    before: tuple[Before, ...] = ()
    rule: Rule = classifier_free
    after: tuple[After, ...] = ()
    negative_changes: tuple[Patch, ...] = ()
    needs_negative: bool = False
    remembers: bool = False

    def combined(self, moment: Moment, positive: Tensor, negative: Tensor | None) -> Guiding:
        """Combine two answers by the rule, and change that."""
        plain = positive if negative is None else self.rule(moment, positive, negative)
        guided = Guided(plain, positive, negative)
        return (yield from self.changed(moment, guided)) if self.after else guided

    def changed(self, moment: Moment, guided: Guided) -> Guiding:
        """Change what was combined, in order; it may ask further."""
        for change in self.after:
            guided = replace(guided, denoised=(yield from change(moment, guided)))
        return guided


#: Classifier-free guidance as it was published.
PLAIN = Steering()


@dataclass(frozen=True)
class ClassifierFree:
    """Go from the negative answer through the positive one: Ho & Salimans 2022.

    Attributes:
        cfg: 1 is the positive answer, and the negative is asked only where it is needed.
    """

    cfg: float
    steering: Steering = PLAIN

    @property
    def follows(self) -> frozenset[Turn]:
        """Every part of a steering."""
        return frozenset(TURNS)

    @property
    def remembers(self) -> bool:
        """Whether its steering does."""
        return self.steering.remembers

    def guide(self, request: Request, model: Parameterisation) -> Guiding:
        """Ask both sides, but for a cfg of 1, and combine them as the steering says."""
        moment, steering = Moment(request, model, self.cfg), self.steering
        if request.need_negative or self._needs_negative:
            positive, negative = yield self._both
        else:
            (positive,), negative = (yield self._both[:1]), None
        for change in steering.before:
            positive, negative = change(moment, positive, negative)
        return (yield from steering.combined(moment, positive, negative))

    @cached_property
    def _needs_negative(self) -> bool:
        return self.steering.needs_negative or not math.isclose(self.cfg, 1.0)

    @cached_property
    def _both(self) -> tuple[Ask, Ask]:
        return Ask(POSITIVE), Ask(NEGATIVE, changes=self.steering.negative_changes)
