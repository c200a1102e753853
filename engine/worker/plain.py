"""What packs show and raise becomes plain data: nothing that they put there breaks the stream."""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from engine import events

if TYPE_CHECKING:
    from engine.events import Event
    from engine.worker.messages import Told

#: Deeper containers become text.
DEEPEST = 32
#: Characters that all texts of one event may have together.
ROOM = 32 * 2**20
#: What MessagePack's integers hold.
INT_MIN, INT_MAX = -(2**63), 2**64 - 1

Shown = dict[str, list[Any]]


def plain(value: Any) -> Any:
    """Return a copy of a value that any encoder takes; what is no data becomes text."""
    try:
        return _Copy().of(value)
    except Exception:  # noqa: BLE001 the containers and numbers of a pack may raise anything
        return _text(value)


def plain_ui(ui: Mapping[str, Sequence[Any]] | None) -> Shown | None:
    """Return what a node shows as lists by name, whatever it gave; None stays None."""
    if ui is None:
        return None
    copied = plain(ui)
    if not isinstance(copied, dict):
        return {"text": [copied]}
    shown = cast("dict[str, Any]", copied)
    return {name: each if isinstance(each, list) else [each] for name, each in shown.items()}


def plain_event(event: Event) -> Told:
    """Return an event whose fields are what they are declared to be."""
    match event:
        case events.NodeFinished(ui=ui) | events.NodeReused(ui=ui):
            return event if ui is None else replace(event, ui=plain_ui(ui) or {})
        case events.NodeFailed(error=error):
            return replace(event, error=plain(error))
        case events.Progress(step=step, steps=steps):
            return replace(event, step=_count(step), steps=_count(steps))
        case events.Warned(message=message):
            return replace(event, message=_text(message))
        case _:
            return cast("Told", event)


class _Copy:
    """One copy of one value; `room` is how many characters it may still hold."""

    def __init__(self) -> None:
        self._room = ROOM

    def of(self, value: Any, depth: int = 0) -> Any:
        kind = type(value)
        if kind is str:
            return self._told(value)
        if value is None or kind is bool or kind is float:
            return value
        if kind is int:
            return value if INT_MIN <= value <= INT_MAX else self._told(str(value))
        if depth < DEEPEST:
            if isinstance(value, Mapping):
                return self._mapping(cast("Mapping[Any, Any]", value), depth)
            if isinstance(value, (list, tuple, set, frozenset)):
                return [self.of(each, depth + 1) for each in cast("Sequence[Any]", value)]
        return self._other(value)

    def _mapping(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        return {
            self._told(key if type(key) is str else _text(key)): self.of(each, depth + 1)
            for key, each in value.items()
        }

    def _other(self, value: Any) -> Any:
        """Return numbers of other libraries as numbers, and all else as text."""
        if isinstance(value, numbers.Integral):
            return self.of(int(value))
        if isinstance(value, numbers.Real):
            return float(value)
        return self._told(_text(value))

    def _told(self, text: str) -> str:
        if len(text) > self._room:
            text = f"{text[: max(self._room, 0)]}… ({len(text):,} characters)"
        self._room -= len(text)
        return text if text.isascii() else _encodable(text)


def _text(value: Any) -> str:
    try:
        return _encodable(str(value))
    except Exception:  # noqa: BLE001 this is the pack's code too
        return f"<{type(value).__name__}>"


def _encodable(text: str) -> str:
    """Return a text without lone surrogates, which UTF-8 has no bytes for."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _count(value: Any) -> int:
    try:
        return max(0, min(int(value), INT_MAX))
    except Exception:  # noqa: BLE001 a pack may call anything a number
        return 0
