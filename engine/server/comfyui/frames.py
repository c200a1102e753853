"""What goes over ComfyUI's websocket: JSON texts and binary frames (COMPAT.md B3)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import msgspec

from engine.server.outgoing import binary_frame, text_frame

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.jobs.events import PreviewMade

JPEG = "image/jpeg"
#: Kinds of binary frames.
_PREVIEW, _PREVIEW_WITH_FACTS = 1, 4
#: The format of a picture in a frame of kind 1. PNG is 2, which clients take for a result.
_JPEG_FORMAT = 1

_encode = msgspec.json.Encoder(enc_hook=str).encode


def text(kind: str, data: Mapping[str, Any]) -> bytes:
    """Return the frame of a message."""
    return text_frame(_encode({"type": kind, "data": data}))


def preview(event: PreviewMade) -> bytes | None:
    """Return the frame of a preview for clients that know no more; None where it is no JPEG."""
    if event.mime != JPEG:
        return None
    return binary_frame(struct.pack(">II", _PREVIEW, _JPEG_FORMAT) + event.data)


def preview_with_facts(event: PreviewMade, facts: Mapping[str, Any]) -> bytes:
    """Return the frame of a preview that says which node of which prompt it is of."""
    about = _encode(facts)
    head = struct.pack(">II", _PREVIEW_WITH_FACTS, len(about))
    return binary_frame(head + about + event.data)
