"""Events as clients get them: frames of JSON texts, and binary ones of previews.

A preview's frame holds the length of a JSON header (4 bytes, big-endian), the header, and the
picture:

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
from engine.server.outgoing import binary_frame, text_frame

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
    """Makes each event's frame once, however many clients get it.

    Args:
        kept: how many of the last events are remembered; of previews, which are large, the last.
    """

    def __init__(self, kept: int = 512) -> None:
        self._kept = kept
        self._frames: OrderedDict[int, bytes] = OrderedDict()
        self._preview = 0, b""

    def of(self, event: Numbered) -> bytes:
        """Return an event's frame."""
        if isinstance(event.event, PreviewMade):
            return self._of_preview(event, event.event.data)
        frame = self._frames.get(event.seq)
        if frame is None:
            frame = self._frames[event.seq] = text_frame(_encode(told(event)))
            if len(self._frames) > self._kept:
                self._frames.popitem(last=False)
        return frame

    def _of_preview(self, event: Numbered, picture: bytes) -> bytes:
        seq, frame = self._preview
        if seq != event.seq:
            header = _encode(told(event))
            frame = binary_frame(len(header).to_bytes(4, "big") + header + picture)
            self._preview = event.seq, frame
        return frame
