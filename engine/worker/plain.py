"""What packs show and raise becomes plain data: nothing that they put there breaks the stream."""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from engine import events

if TYPE_CHECKING:
    from engine.events import Event
    from engine.worker.messages import Told

#: Deeper containers become text.
DEEPEST = 32
#: Characters and values that are copied, at most; as MessagePack they take less than a frame does.
ROOM = 16 * 2**20
#: The same of each part of an error.
ERROR_ROOM = 2**16
#: What MessagePack's integers hold.
INT_MIN, INT_MAX = -(2**63), 2**64 - 1
CUT = "…"

Shown = dict[str, list[Any]]


def plain(value: Any) -> Any:
    """Return a copy of a value that any encoder takes; what is no data becomes text."""
    return Plain().value(value)


def plain_error(error: Mapping[str, Any]) -> dict[str, Any]:
    """Return an error of which each part has room of its own, so that none is left out."""
    return {name: Plain(ERROR_ROOM).value(part) for name, part in error.items()}


class Plain:
    """Makes plain copies; all that it makes has room in one frame, and what has none is cut."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room

    def value(self, value: Any) -> Any:
        """Return a copy of a value that any encoder takes; what is no data becomes text."""
        return self._copy(value, 0)

    def ui(self, ui: Mapping[str, Sequence[Any]]) -> Shown:
        """Return what a node shows as lists by name, whatever it gave."""
        copied = self.value(ui)
        if not isinstance(copied, dict):
            return {"text": [copied]}
        shown = cast("dict[str, Any]", copied)
        return {name: each if isinstance(each, list) else [each] for name, each in shown.items()}

    def event(self, event: Event) -> Told:
        """Return an event whose fields are what they are declared to be."""
        match event:
            case events.NodeFinished(ui=ui) | events.NodeReused(ui=ui):
                told = event if ui is None else replace(event, ui=self.ui(ui))
            case events.NodeFailed(error=error):
                told = replace(event, error=plain_error(error))
            case events.Progress(step=step, steps=steps):
                told = replace(event, step=_count(step), steps=_count(steps))
            case events.Warned(message=message):
                told = replace(event, message=_text(message))
            case _:
                told = event
        return _with_ids(cast("Told", told))

    def _copy(self, value: Any, depth: int) -> Any:
        kind = type(value)
        self._room -= 1
        if kind is str:
            return self._cut(value)
        if value is None or kind is bool or kind is float:
            return value
        if kind is int:
            return value if INT_MIN <= value <= INT_MAX else self._cut(_text(value))
        try:
            return self._of_a_pack(value, depth)
        except Exception:  # noqa: BLE001 the containers and numbers of a pack may raise anything
            return self._cut(_text(value))

    def _of_a_pack(self, value: Any, depth: int) -> Any:
        """Return containers and foreign numbers as such, and all else as text."""
        if depth < DEEPEST and isinstance(value, (list, tuple, set, frozenset)):
            return self._list(cast("Iterable[Any]", value), depth)
        if depth < DEEPEST and isinstance(value, (dict, Mapping)):  # a dict is known at once
            return self._mapping(cast("Mapping[Any, Any]", value), depth)
        if isinstance(value, numbers.Integral):
            return self._copy(int(value), DEEPEST)
        if isinstance(value, numbers.Real):
            return float(value)
        return self._cut(_text(value))

    def _mapping(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        copied: dict[str, Any] = {}
        for key, each in value.items():
            if self._room < 0:
                break
            name = self._cut(key if type(key) is str else _text(key))
            copied[name] = self._copy(each, depth + 1)
        return copied

    def _list(self, value: Iterable[Any], depth: int) -> list[Any]:
        copied: list[Any] = []
        for each in value:
            if self._room < 0:
                break
            copied.append(self._copy(each, depth + 1))
        return copied

    def _cut(self, text: str) -> str:
        room, self._room = max(self._room, 0), self._room - len(text)
        if len(text) > room:
            text = text[:room] + CUT
        return text if text.isascii() else _encodable(text)


def _with_ids(event: Told) -> Told:
    """Return an event whose node ids are texts; packs make some of them."""
    shown, real = event.node_id, getattr(event, "real_id", "")
    if type(shown) is type(real) is str and shown.isascii() and real.isascii():
        return event
    names = [name for name in ("node_id", "real_id") if hasattr(event, name)]
    return replace(event, **{name: _text(getattr(event, name)) for name in names})


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
