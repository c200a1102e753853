"""Guidances of more than two sides."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from engine.diffusion.guidances import steered
from engine.diffusion.guidances.guidance import NEGATIVE, PLAIN, POSITIVE, Ask, Guided, Moment

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.denoising.settings import Settings
    from engine.diffusion.guidances.guidance import Guiding, Side, Steering, Turn
    from engine.diffusion.levels.parameterisation import Parameterisation
    from engine.diffusion.samplers.protocol import Request
    from engine.types import Conditioning

#: The second of two prompts.
MIDDLE: Side = "middle"
#: A prompt that says nothing.
EMPTY: Side = "empty"
#: The same of a patch, which may be another one than the guider's.
EMPTY_OF_PATCH: Side = "empty of a patch"


@dataclass(frozen=True, slots=True)
class DualClassifierFree:
    """Go from the negative answer through a second prompt's and on to the first one's.

    Attributes:
        cfg_conds: how far from the second prompt towards the first.
        cfg_cond2_negative: how far from the negative towards the second, as InstructPix2Pix
            (Brooks et al. 2023, eq. 3) weighs picture and text; "nested" goes from the negative
            towards what the two prompts make together.
    """

    cfg_conds: float
    cfg_cond2_negative: float
    style: Literal["regular", "nested"] = "regular"
    steering: Steering = PLAIN

    @property
    def follows(self) -> frozenset[Turn]:
        """What acts on the pair that is combined first, as in ComfyUI.

        That is the middle and the negative; nested, the positive and the middle.
        """
        if self.style == "nested":
            return frozenset({"rule", "after", "negative_changes"})
        return frozenset({"rule", "after"})

    @property
    def remembers(self) -> bool:
        """Whether its steering does."""
        return self.steering.remembers

    def guide(self, request: Request, model: Parameterisation) -> Guiding:
        """Ask what the factors leave any weight to; all where a patch may look at it."""
        needs_all = request.need_negative or self.style == "nested" or self.steering != PLAIN
        if not needs_all and math.isclose(self.cfg_cond2_negative, 1.0):
            if math.isclose(self.cfg_conds, 1.0):
                (positive,) = yield (Ask(POSITIVE),)
                return Guided(positive, positive)
            middle, positive = yield Ask(MIDDLE), Ask(POSITIVE)
            return Guided(middle + self.cfg_conds * (positive - middle), positive)
        asked_middle = Ask(MIDDLE, changes=self.steering.negative_changes)
        negative, middle, positive = yield Ask(NEGATIVE), asked_middle, Ask(POSITIVE)
        if self.style == "nested":
            moment = Moment(request, model, self.cfg_conds, POSITIVE, MIDDLE)
            both = yield from self.steering.combined(moment, positive, middle)
            denoised = negative + self.cfg_cond2_negative * (both.denoised - negative)
        else:
            moment = Moment(request, model, self.cfg_cond2_negative, MIDDLE, NEGATIVE)
            first = yield from self.steering.combined(moment, middle, negative)
            denoised = first.denoised + self.cfg_conds * (positive - middle)
        return Guided(denoised, positive, negative)


@dataclass(frozen=True, slots=True)
class PerpendicularNegative:
    """Leave out of the negative what it shares with the positive: Armandpour et al. 2023.

    Attributes:
        neg_scale: how strongly to go away from what is left of it.
    """

    cfg: float
    neg_scale: float
    steering: Steering = PLAIN

    @property
    def follows(self) -> frozenset[Turn]:
        """What comes after the combination, as in ComfyUI; that itself is the guidance's own."""
        return frozenset({"after", "negative_changes"})

    @property
    def remembers(self) -> bool:
        """Whether its steering does."""
        return self.steering.remembers

    def guide(self, request: Request, model: Parameterisation) -> Guiding:
        """Ask all three sides; both prompts are seen from the empty one."""
        asked_negative = Ask(NEGATIVE, changes=self.steering.negative_changes)
        positive, negative, empty = yield Ask(POSITIVE), asked_negative, Ask(EMPTY)
        guided = Guided(self.combined(positive, negative, empty), positive, negative)
        return (yield from self.steering.changed(Moment(request, model, self.cfg), guided))

    def combined(self, positive: Tensor, negative: Tensor, empty: Tensor) -> Tensor:
        """Return `empty + cfg * (towards - neg_scale * aside)`, where aside is at a right angle.

        The angle is one for the whole batch, as in ComfyUI.
        """
        towards, away = positive - empty, negative - empty
        shared = (away * towards).sum() / towards.norm() ** 2
        return empty + self.cfg * (towards - self.neg_scale * (away - shared * towards))


def perpendicular(
    settings: Settings, empty_conditioning: Conditioning, neg_scale: float
) -> Settings:
    """Combine the sides as `PerpendicularNegative` does, with an empty prompt of its own."""

    def after(moment: Moment, guided: Guided) -> Generator[Sequence[Ask], Sequence[Tensor], Tensor]:
        (empty,) = yield (Ask(EMPTY_OF_PATCH),)
        assert guided.negative is not None, "the steering says that it is needed"
        rule = PerpendicularNegative(moment.cfg, neg_scale)
        return rule.combined(guided.positive, guided.negative, empty)

    sides = {**settings.sides, EMPTY_OF_PATCH: empty_conditioning}
    return steered(replace(settings, sides=sides), "PerpNeg", after=after, needs_negative=True)
