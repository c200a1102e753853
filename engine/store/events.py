"""Stored events by their number, and the numbers themselves."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from functools import cache
from itertools import chain
from typing import Any

import msgspec

from engine.jobs.events import JobEvent, Numbered

#: Events of one statement: between two another thread may keep the interpreter for a while.
AT_ONCE = 32
_ROW = "(?, ?, ?, ?, ?)"
_SELECT = "SELECT seq, job, owner, time, event FROM events"
_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[JobEvent] = msgspec.json.Decoder(JobEvent)


def append(c: sqlite3.Connection, events: Sequence[Numbered]) -> None:
    """Store events; nobody hears of them before."""
    for start in range(0, len(events), AT_ONCE):
        some = events[start : start + AT_ONCE]
        rows = [
            (each.seq, each.job, each.owner, each.time, _encoder.encode(each.event).decode())
            for each in some
        ]
        c.execute(_insert(len(rows)), [*chain.from_iterable(rows)])


@cache
def _insert(count: int) -> str:
    return f"INSERT INTO events (seq, job, owner, time, event) VALUES {', '.join([_ROW] * count)}"


def since(
    c: sqlite3.Connection,
    seq: int,
    *,
    owner: str | None = None,
    jobs: Collection[str] | None = None,
    limit: int,
) -> list[Numbered]:
    """Return the first events after a number, in order; fewer than `limit` are all there are.

    Args:
        owner: None takes those of everybody.
        jobs: None takes those of all jobs.
    """
    conditions = {
        "seq > ?": seq,
        "owner = ?": owner,
        "job IN (SELECT value FROM json_each(?))": None
        if jobs is None
        else _encoder.encode(list(jobs)).decode(),
    }
    given = {text: value for text, value in conditions.items() if value is not None}
    condition = f"WHERE {' AND '.join(given)} ORDER BY seq LIMIT ?"
    return _found(c, condition, *given.values(), limit)


def of_job(c: sqlite3.Connection, job: str) -> list[Numbered]:
    """Return the stored events of one job, in order."""
    return _found(c, "WHERE job = ? ORDER BY seq", job)


def reserve_numbers(c: sqlite3.Connection, count: int) -> int:
    """Take `count` numbers, which are never given out again, and return the first.

    Who numbers events takes many at once: those that a crash leaves over are skipped.
    """
    (after,) = c.execute(
        "UPDATE counters SET next = next + ? WHERE name = 'events' RETURNING next", (count,)
    ).fetchone()
    return after - count


def forget_before(c: sqlite3.Connection, job: str) -> None:
    """Remove the events before the first one of a job."""
    c.execute("DELETE FROM events WHERE seq < (SELECT MIN(seq) FROM events WHERE job = ?)", (job,))


def _found(c: sqlite3.Connection, condition: str, *values: Any) -> list[Numbered]:
    return [
        Numbered(seq=seq, job=job, owner=owner, time=time, event=_decoder.decode(event))
        for seq, job, owner, time, event in c.execute(f"{_SELECT} {condition}", values)
    ]
