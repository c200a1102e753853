"""Events as clients get them: JSON texts, and previews as binary frames.

A preview's frame is the length of a JSON header (4 bytes, big-endian), the header, and the picture:

    {"seq": 12, "job": "…", "time": 1.5, "type": "preview", "node_id": "5", "real_id": "5",
     "mime": "image/jpeg", "width": 128, "height": 128}
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from engine.jobs.events import PreviewMade

if TYPE_CHECKING:
    from engine.jobs.events import Numbered

_encode = msgspec.json.Encoder().encode
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


def error_told(error: Mapping[str, Any]) -> dict[str, Any]:
    """Return an error's JSON form as the API has it: `type` says the kind, in details too.

    Long ones were cut on their way from the worker, so anything may be missing.
    """
    details = dict(error.get("details") or {})
    if "problems" in details:
        details["problems"] = [error_told(each) for each in details["problems"]]
    return {
        "type": error.get("kind", "error"),
        "message": error.get("message", ""),
        "details": details,
        "node": error.get("node"),
        "input": error.get("input"),
    }


def told(event: Numbered) -> dict[str, Any]:
    """Return an event as plain data; a preview without its picture."""
    fields = _fields(event.event)
    return {"seq": event.seq, "job": event.job, "time": event.time, **fields}


def _fields(event: Any) -> dict[str, Any]:
    if isinstance(event, PreviewMade):
        names = ("node_id", "real_id", "mime", "width", "height")
        return {"type": "preview", **{name: getattr(event, name) for name in names}}
    fields: dict[str, Any] = msgspec.to_builtins(event)
    fields["type"] = type_of(type(event))
    if (error := fields.get("error")) is not None:
        fields["error"] = error_told(error)
    return fields


@cache
def type_of(event: type) -> str:
    """Return the word for a kind of event: `NodeStarted` is "node_started"."""
    return "preview" if event is PreviewMade else _WORD.sub("_", event.__name__).lower()


class Frames:
    """Encodes each event once, however many clients get it.

    Args:
        kept: how many of the last events are remembered.
    """

    def __init__(self, kept: int = 512) -> None:
        self._kept = kept
        self._frames: OrderedDict[int, str] = OrderedDict()

    def of(self, event: Numbered) -> str | bytes:
        """Return the content of an event's frame; previews are binary, large and not remembered."""
        if isinstance(event.event, PreviewMade):
            header = _encode(told(event))
            return len(header).to_bytes(4, "big") + header + event.event.data
        frame = self._frames.get(event.seq)
        if frame is None:
            frame = self._frames[event.seq] = _encode(told(event)).decode()
            if len(self._frames) > self._kept:
                self._frames.popitem(last=False)
        return frame
