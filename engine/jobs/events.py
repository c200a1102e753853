"""What clients hear of jobs: events, numbered by one global sequence.

Events of nodes come from the worker as they are (`engine.events`); those of whole jobs are here.
`STORED` ones are durable before anybody hears of them; the others are numbered only.
"""

from __future__ import annotations

from typing import Any

import msgspec

from engine import events
from engine.events import Event
from engine.jobs.job import State


class JobChanged(Event, frozen=True, omit_defaults=True):
    """A job has another state, place or priority; `why` says what a person would not expect.

    Attributes:
        error: why it failed.
    """

    state: State
    why: str = ""
    error: dict[str, Any] | None = None


class JobDeleted(Event, frozen=True):
    """A job is gone from the history."""


class QueueChanged(Event, frozen=True):
    """An owner's queue was paused or goes on; of no job, its `job` is empty."""

    is_paused: bool


class PacksChanged(Event, frozen=True):
    """Packs bring other nodes or files than before; of no job and for everybody."""


class PreviewMade(Event, frozen=True):
    """What a node has so far, as an encoded picture."""

    node_id: str
    real_id: str
    mime: str
    data: bytes
    width: int
    height: int


#: Durable; the others are told to whoever listens now.
STORED = (
    JobChanged,
    JobDeleted,
    events.NodeReused,
    events.NodeFinished,
    events.NodeFailed,
    events.Warned,
)

#: What a client may hear, beside previews, which are binary.
JobEvent = (
    JobChanged
    | JobDeleted
    | QueueChanged
    | PacksChanged
    | events.NodeStarted
    | events.NodeReused
    | events.NodeFinished
    | events.NodeFailed
    | events.Progress
    | events.Warned
    | PreviewMade
)


class Numbered(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its place in the global order.

    Attributes:
        seq: greater than that of every earlier event, across restarts.
        owner: who hears of it; "" is everybody.
        time: seconds since the epoch.
    """

    seq: int
    job: str
    owner: str
    time: float
    event: JobEvent
