"""Guidances that patch a model: each adds to the steering of classifier-free guidance."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.diffusion.guidances.guidance import TURNS
from engine.errors import BadValue

if TYPE_CHECKING:
    from engine.diffusion.denoising.settings import Settings
    from engine.diffusion.guidances.guidance import After, Before, Rule, Steering
    from engine.types import Patch


def steered(
    settings: Settings,
    title: str,
    *,
    before: Before | None = None,
    rule: Rule | None = None,
    after: After | None = None,
    negative_change: Patch | None = None,
    needs_negative: bool = False,
    remembers: bool = False,
) -> Settings:
    """Return settings whose guidance is steered further.

    Args:
        title: of the patch, for messages.

    Raises:
        BadValue: the guidance cannot be steered so.
    """
    guidance: Any = settings.guidance
    given = (before, rule, after, negative_change)
    turns = {turn for turn, change in zip(TURNS, given, strict=True) if change is not None}
    if not turns <= getattr(guidance, "follows", frozenset()):
        raise BadValue(
            f'"{title}" changes how two answers are combined, but the guider of this run combines '
            "its answers in a way of its own. Take the patch away, or use a CFG Guider."
        )
    steering: Steering = guidance.steering
    added = replace(
        steering,
        before=(*steering.before, before) if before else steering.before,
        rule=rule or steering.rule,
        after=(*steering.after, after) if after else steering.after,
        negative_changes=(
            (*steering.negative_changes, negative_change)
            if negative_change
            else steering.negative_changes
        ),
        needs_negative=steering.needs_negative or needs_negative,
        remembers=steering.remembers or remembers,
    )
    return replace(settings, guidance=replace(guidance, steering=added))
