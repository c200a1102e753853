"""Progress, told at most so often: of each node the newest, and the last one always."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.events import Progress
    from engine.jobs.job import Job
    from engine.jobs.ledger import Happening

#: Between two tellings of one job: 20 a second.
PAUSE_S = 0.05


@dataclass(slots=True)
class _Held:
    told_at: float
    waiting: dict[str, Happening] = field(default_factory=dict[str, "Happening"])


@dataclass
class Pacer:
    """Holds progress back until it is due.

    Attributes:
        clock: seconds, rising.
        wake: calls back after so many seconds; whoever is called asks `due`.
    """

    clock: Callable[[], float]
    wake: Callable[[float], object]
    _jobs: dict[str, _Held] = field(default_factory=dict[str, _Held])

    def put(self, job: Job, progress: Progress) -> list[Happening]:
        """Take progress; return what is to be told now."""
        now = self.clock()
        held = self._jobs.get(job.id)
        if held is None:
            self._jobs[job.id] = _Held(now)
            return [(job, progress)]
        is_first = not held.waiting
        held.waiting[progress.node_id] = job, progress
        if now - held.told_at >= PAUSE_S:
            return self._tell(held, now)
        if is_first:
            self.wake(held.told_at + PAUSE_S - now)
        return []

    def due(self) -> list[Happening]:
        """Return what has waited long enough."""
        now = self.clock()
        told: list[Happening] = []
        for held in self._jobs.values():
            if not held.waiting:
                continue
            if now - held.told_at >= PAUSE_S:
                told += self._tell(held, now)
            else:
                self.wake(held.told_at + PAUSE_S - now)
        return told

    def flush(self, job: str) -> list[Happening]:
        """Return all that waits of a job, because something else is told of it."""
        held = self._jobs.get(job)
        return self._tell(held, self.clock()) if held and held.waiting else []

    def forget(self, job: str) -> None:
        """Let go of a job that has ended."""
        self._jobs.pop(job, None)

    def _tell(self, held: _Held, now: float) -> list[Happening]:
        told = list(held.waiting.values())
        held.waiting.clear()
        held.told_at = now
        return told
