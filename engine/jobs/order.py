"""In which order waiting jobs run: pure bookkeeping of one queue.

Higher priorities come first. Within a priority owners take turns, who was served longest ago first,
so that nobody waits behind another's thousand jobs. Within an owner the lower position comes first.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heapify, heappop, heapreplace
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from engine.jobs.job import Job


class Place(NamedTuple):
    """Where a job stands in its owner's line.

    Attributes:
        number: orders those of one position.
        can_be_held: it waits while its owner's queue is held.
    """

    position: float
    number: int
    job: str
    can_be_held: bool = True


@dataclass
class Queue:
    """The waiting jobs, by id."""

    #: priority -> owner -> the owner's line, in order
    _lines: dict[int, dict[str, list[Place]]] = field(
        default_factory=dict[int, dict[str, list[Place]]]
    )
    _places: dict[str, tuple[int, str, Place]] = field(
        default_factory=dict[str, tuple[int, str, Place]]
    )
    #: owner -> when it was served last, counted in jobs
    _served: dict[str, int] = field(default_factory=dict[str, int])
    #: owners whose jobs are not taken out
    _held: set[str] = field(default_factory=set[str])
    _turns: Iterator[int] = field(default_factory=lambda: count(1))
    _numbers: Iterator[int] = field(default_factory=count)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, job: str) -> bool:
        return job in self._places

    def add(self, job: Job) -> None:
        """Let a job wait."""
        place = Place(job.position, next(self._numbers), job.id, can_be_held(job))
        line = self._lines.setdefault(job.priority, {}).setdefault(job.owner, [])
        insort(line, place)
        self._places[job.id] = job.priority, job.owner, place

    def remove(self, job: str) -> bool:
        """Take a job out; False where it does not wait."""
        found = self._places.pop(job, None)
        if found is None:
            return False
        priority, owner, place = found
        line = self._lines[priority][owner]
        del line[bisect_left(line, place)]
        self._let_go(priority, owner)
        return True

    def remove_all(self, jobs: Iterable[str]) -> set[str]:
        """Take jobs out; return those that waited. A line is gone through once."""
        gone = {job: self._places.pop(job) for job in jobs if job in self._places}
        for priority, owner in {(priority, owner) for priority, owner, _ in gone.values()}:
            owners = self._lines[priority]
            owners[owner] = [place for place in owners[owner] if place.job not in gone]
            self._let_go(priority, owner)
        return set(gone)

    def hold(self, owner: str) -> None:
        """Take out none of an owner's jobs that can be held."""
        self._held.add(owner)

    def release(self, owner: str) -> None:
        """Let an owner's jobs be taken out again."""
        self._held.discard(owner)

    def is_held(self, owner: str) -> bool:
        """Say whether an owner's jobs wait for `release`."""
        return owner in self._held

    def holds(self, job: Job) -> bool:
        """Say whether a job would not be taken out now."""
        return job.owner in self._held and can_be_held(job)

    def take(self) -> str | None:
        """Take out the job that is next; its owner's turn is over."""
        if self._held:
            return self._take_unheld()
        if not self._lines:
            return None
        owners = self._lines[max(self._lines)]
        owner = min(owners, key=lambda each: self._rank(each, owners[each][0]))
        return self._taken(owner, owners[owner][0])

    def _take_unheld(self) -> str | None:
        """Take out the first one that is not held."""
        for priority in sorted(self._lines, reverse=True):
            owners = self._lines[priority]
            heads = {each: head for each in owners if (head := self._first(each, owners[each]))}
            if heads:
                owner = self._next_of(heads)
                return self._taken(owner, heads[owner])
        return None

    def _next_of(self, heads: dict[str, Place]) -> str:
        return min(heads, key=lambda each: self._rank(each, heads[each]))

    def _first(self, owner: str, line: list[Place]) -> Place | None:
        if owner not in self._held:
            return line[0]
        return next((each for each in line if not each.can_be_held), None)

    def _taken(self, owner: str, place: Place) -> str:
        self.remove(place.job)
        self._served[owner] = next(self._turns)
        return place.job

    def in_order(self) -> list[str]:
        """Return all jobs in the order in which they run if nothing comes between."""
        ordered: list[str] = []
        served = dict(self._served)
        turns = count(len(self._places) + max(served.values(), default=0))
        for priority in sorted(self._lines, reverse=True):
            lines = self._lines[priority]
            if len(lines) == 1:
                ((owner, line),) = lines.items()
                ordered += [place.job for place in line]
                served[owner] = next(turns)
                continue
            heads = [
                (served.get(owner, 0), line[0].number, owner, 0) for owner, line in lines.items()
            ]
            heapify(heads)
            while heads:
                _, _, owner, index = heads[0]
                line = lines[owner]
                ordered.append(line[index].job)
                served[owner] = next(turns)
                if index + 1 < len(line):
                    heapreplace(heads, (served[owner], line[index + 1].number, owner, index + 1))
                else:
                    heappop(heads)
        return ordered

    def line(self, owner: str, priority: int) -> list[Place]:
        """Return an owner's line."""
        return list(self._lines.get(priority, {}).get(owner, ()))

    def front(self, owner: str, priority: int) -> float:
        """Return a position before all of an owner's jobs of a priority."""
        line = self._lines.get(priority, {}).get(owner)
        return line[0].position - 1 if line else 0.0

    def _let_go(self, priority: int, owner: str) -> None:
        """Forget a line that has nobody left."""
        owners = self._lines[priority]
        if not owners[owner]:
            del owners[owner]
        if not owners:
            del self._lines[priority]

    def _rank(self, owner: str, head: Place) -> tuple[int, int]:
        return self._served.get(owner, 0), head.number


def can_be_held(job: Job) -> bool:
    """Say whether a job waits while its owner's queue is held.

    ComfyUI's clients neither see that it is nor could they let it go.
    """
    return job.source == "native"
