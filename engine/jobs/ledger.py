"""Writes changes together with the events that tell of them, and publishes these in order.

An event is published when its change is durable, and never before one with a smaller number.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from engine.jobs.events import Numbered
from engine.jobs.feed import stored
from engine.store import events as event_table

if TYPE_CHECKING:
    import sqlite3

    from engine.jobs.events import JobEvent
    from engine.jobs.feed import Feed
    from engine.jobs.job import Job
    from engine.store.database import Database

T = TypeVar("T")
#: Numbers are set aside in the store this many at once, so that none is given out twice.
BLOCK = 1_000_000

#: An event before it has its number: what happened to which job.
Happening = tuple["Job", "JobEvent"]


@dataclass(slots=True, eq=False)
class _Entry:
    events: list[Numbered]
    is_settled: bool


@dataclass
class Ledger:
    """Numbers, stores and publishes events."""

    database: Database
    feed: Feed
    clock: Callable[[], float] = time.time
    _next: int = 0
    _end: int = 0
    _line: deque[_Entry] = field(default_factory=deque["_Entry"])

    async def open(self) -> None:
        """Set numbers aside that were never given out."""
        self._next = await self.database.write(_reserve)
        self._end = self._next + BLOCK
        self.feed.newest = self._next - 1

    async def record(
        self,
        work: Callable[[sqlite3.Connection], T],
        happenings: Sequence[Happening],
        *,
        is_short: bool = False,
    ) -> T:
        """Make a change durable, then tell of it.

        Args:
            is_short: as for `Database.write`.

        Raises:
            StorageError: it could not be written; nothing of it is told.
        """
        if self._end - self._next < BLOCK // 2:
            self._end = await self.database.write(_reserve) + BLOCK
        entry = _Entry(self._numbered(happenings), is_settled=False)
        kept = list(stored(entry.events))

        def write(connection: sqlite3.Connection) -> T:
            result = work(connection)
            if kept:
                event_table.append(connection, kept)
            return result

        self._line.append(entry)
        try:
            return await self.database.write(write, is_short=is_short)
        except BaseException:
            entry.events = []
            raise
        finally:
            entry.is_settled = True
            self._publish()

    def tell(self, happenings: Sequence[Happening]) -> None:
        """Tell of what is not stored, in its turn."""
        self._line.append(_Entry(self._numbered(happenings), is_settled=True))
        self._publish()

    def announce(self, owner: str, event: JobEvent) -> None:
        """Tell an owner, or with "" everybody, of what is of no job and not stored."""
        told = Numbered(seq=self._next, job="", owner=owner, time=self.clock(), event=event)
        self._next += 1
        self._line.append(_Entry([told], is_settled=True))
        self._publish()

    def _publish(self) -> None:
        while self._line and self._line[0].is_settled:
            self.feed.publish(self._line.popleft().events)

    def _numbered(self, happenings: Iterable[Happening]) -> list[Numbered]:
        now = self.clock()
        numbered: list[Numbered] = []
        for job, event in happenings:
            numbered.append(
                Numbered(seq=self._next, job=job.id, owner=job.owner, time=now, event=event)
            )
            self._next += 1
        return numbered


def _reserve(connection: sqlite3.Connection) -> int:
    return event_table.reserve_numbers(connection, BLOCK)
