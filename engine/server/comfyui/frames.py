"""What goes over ComfyUI's websocket: JSON texts and binary frames (COMPAT.md B3)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.jobs.events import PreviewMade

JPEG = "image/jpeg"
#: Kinds of binary frames.
_PREVIEW, _PREVIEW_WITH_FACTS = 1, 4
#: The format of a picture in a frame of kind 1. PNG is 2, which clients take for a result.
_JPEG_FORMAT = 1

_encode = msgspec.json.Encoder(enc_hook=str).encode


def text(kind: str, data: Mapping[str, Any]) -> str:
    """Return a message."""
    return _encode({"type": kind, "data": data}).decode()


def preview(event: PreviewMade) -> bytes | None:
    """Return a preview for clients that know no more; None where it is no JPEG."""
    if event.mime != JPEG:
        return None
    return struct.pack(">II", _PREVIEW, _JPEG_FORMAT) + event.data


def preview_with_facts(event: PreviewMade, facts: Mapping[str, Any]) -> bytes:
    """Return a preview that says which node of which prompt it is of."""
    about = _encode(facts)
    return struct.pack(">II", _PREVIEW_WITH_FACTS, len(about)) + about + event.data
