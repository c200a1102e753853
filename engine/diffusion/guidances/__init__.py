"""Guidances that patch a model: each adds to the steering of classifier-free guidance."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

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
        BadValue: the guidance cannot be steered.
    """
    guidance: Any = settings.guidance
    steering: Steering | None = getattr(guidance, "steering", None)
    if steering is None:
        raise BadValue(
            f'"{title}" changes classifier-free guidance, but this run is guided by '
            f"{type(guidance).__name__}. Take the patch away, or use a CFG guider."
        )
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
