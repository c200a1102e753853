"""What is said of a thread on which a pack does not come back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import TimeLimit
from engine.packs.discovery import ENTRANCE
from engine.registry import PACK_PREFIX
from engine.running.asking import late_question

if TYPE_CHECKING:
    from types import FrameType


def overdue(thread: int) -> TimeLimit | None:
    """Return the error of a pack's function that a thread waits too long for, or None."""
    question = late_question(thread)
    if question is None:
        return None
    place = place_of(thread)
    reason = f"{place} does not come back." if place else "it is still at it."
    return TimeLimit(
        f"{question.told} and takes longer than {question.limit_s:g} s: {reason}",
        node_id=question.node_id,
    )


def place_of(thread: int) -> str:
    """Return which pack, and where in its files, a thread is, or nothing."""
    frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage] public in name only
    frame: FrameType | None = frames.get(thread)
    while frame is not None:
        module = str(frame.f_globals.get("__name__"))
        if module.startswith(PACK_PREFIX):
            home = Path(str(sys.modules[module.split(".")[0]].__file__))
            name = home.parent.name if home.name == ENTRANCE else home.stem
            file = Path(frame.f_code.co_filename).name
            return f'pack "{name}" ({file}:{frame.f_lineno}, in {frame.f_code.co_name})'
        frame = frame.f_back
    return ""
