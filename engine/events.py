"""What a running job tells its watchers. Plain data: it may cross to another process.

`node_id` is a node of the document. A node that was added while running is shown at the one that
added it; `real_id` then says which it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec


class Event(msgspec.Struct, frozen=True, tag=True):
    """Base of all events."""


class NodeStarted(Event, frozen=True):
    """A node begins."""

    node_id: str
    real_id: str


class NodeReused(Event, frozen=True):
    """A stored result stands for a node; `ui` is what it showed then."""

    node_id: str
    real_id: str
    ui: Mapping[str, Sequence[Any]] | None = None


class NodeFinished(Event, frozen=True):
    """A node gave its result."""

    node_id: str
    real_id: str
    seconds: float
    ui: Mapping[str, Sequence[Any]] | None = None


class NodeFailed(Event, frozen=True):
    """A node raised; `error` is the error's JSON form."""

    node_id: str
    real_id: str
    error: Mapping[str, Any]


class Progress(Event, frozen=True):
    """How far a node is."""

    node_id: str
    step: int
    steps: int


class Preview(Event, frozen=True):
    """What a node has so far; `picture` is a small Pillow picture."""

    node_id: str
    picture: Any
    real_id: str = ""


class Warned(Event, frozen=True):
    """Something a person may want to act on; the job goes on."""

    node_id: str
    message: str
