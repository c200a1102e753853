"""What people do to jobs after submitting them: cancel, pause, resume, retry, move, delete.

One change after the other; a change is durable before it is seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec

from engine.errors import Conflict, NotFound
from engine.jobs.events import JobChanged, JobDeleted
from engine.jobs.fates import Fate, ended, queued_again
from engine.jobs.job import ENDED
from engine.store import job_lists
from engine.store import jobs as job_table
from engine.worker.messages import StopJob

if TYPE_CHECKING:
    import sqlite3

    from engine.jobs.board import Board
    from engine.jobs.job import Job, State
    from engine.jobs.ledger import Ledger
    from engine.jobs.order import Place
    from engine.worker.host import WorkerHost

End = Literal["front", "back"]
T = TypeVar("T")
#: Jobs that are changed or deleted in one go: more would keep everybody else waiting.
AT_ONCE = 100


class Changer:
    """Changes the jobs of a board on behalf of people."""

    def __init__(
        self, board: Board, ledger: Ledger, worker: WorkerHost, on_changed: Callable[[Job], None]
    ) -> None:
        self._board = board
        self._ledger = ledger
        self._worker = worker
        self._on_changed = on_changed
        self._lock = asyncio.Lock()

    async def cancel(self, jobs: Iterable[Job]) -> None:
        """End jobs that wait or run; others stay as they are."""
        await self._stop(jobs, "cancel", ended("cancelled", self._ledger.clock()))

    async def pause(self, jobs: Iterable[Job]) -> None:
        """Let jobs rest; one that runs keeps what it has, others stay as they are."""
        await self._stop(jobs, "pause", Fate({"state": "paused"}))

    async def resume(self, job: Job) -> None:
        """Let a paused job wait again, in its old place."""
        async with self._lock:
            current = self._board.jobs.get(job.id)
            if current is None or current.state != "paused":
                raise _not_so(current or job, "resumed", "paused")
            await self.settle({job.id: queued_again("")})

    async def resume_all(self, jobs: Iterable[Job]) -> list[str]:
        """Let those that are paused wait again, in their old places; return their ids."""
        async with self._lock:
            board = self._board.jobs
            ids = [job.id for job in jobs if job.id in board and board[job.id].state == "paused"]
            await self.settle({job_id: queued_again("") for job_id in ids})
        return ids

    async def retry(self, job: Job) -> Job:
        """Let a job wait again that failed or was cancelled; what it finished is not done again.

        Raises:
            Conflict: it did not.
            NotFound: it was deleted meanwhile.
        """
        async with self._lock:
            current = self._board.jobs.get(job.id) or await self._stored(job.id)
            if current.state not in ("failed", "cancelled"):
                raise _not_so(current, "retried", "failed or cancelled")
            fresh = {"error": None, "ended": None, "started": None, "crashes": 0, "restarts": 0}
            self._board.jobs[job.id] = current
            try:
                await self.settle({job.id: queued_again("", **fresh)})
            except BaseException:
                del self._board.jobs[job.id]
                raise
            return self._board.jobs[job.id]

    async def _stored(self, job_id: str) -> Job:
        job = await self._ledger.database.read(partial(job_table.find, job_id=job_id))
        if job is None:
            raise NotFound(f'There is no job "{job_id}". It was deleted.')
        return job

    async def settle(self, fates: Mapping[str, Fate]) -> None:
        """Give jobs that neither wait nor run their new state, and tell of it, some at a time."""
        for some in _parts(list(fates.items())):
            happenings = [
                (
                    self._board.jobs[job_id],
                    JobChanged(fate.fields["state"], fate.why, fate.fields.get("error")),
                )
                for job_id, fate in some
            ]
            work = self._writing({job_id: fate.fields for job_id, fate in some})
            await self._ledger.record(work, happenings)
            for job_id, fate in some:
                job = self._board.change(job_id, **fate.fields)
                if job.state == "queued":
                    self._board.queue.add(job)
                self._on_changed(job)

    async def move(
        self,
        job: Job,
        *,
        to: End | None = None,
        before: str | None = None,
        after: str | None = None,
        priority: int | None = None,
    ) -> None:
        """Give a waiting job another place in its owner's line, or another priority.

        One that was sent ahead comes back, and then waits there.

        Raises:
            Conflict: it does not wait, or the other job does not wait in its line.
        """
        async with self._lock:
            current = self._board.jobs.get(job.id)
            if current is None or not (self._board.waits(job.id) or job.id in self._board.ahead()):
                raise _not_so(current or job, "moved", "queued")
            chosen = current.priority if priority is None else priority
            line = self._board.line(current.owner, chosen)
            places = [each for each in line if each.job != job.id]
            index = _index(places, to, before, after)
            order = [each.job for each in places]
            if index is None:
                changes = {job.id: {"priority": chosen}}
            else:
                changes = _positions(places, order, index, job.id)
                changes.setdefault(job.id, {})["priority"] = chosen
            happenings = [(current, JobChanged("queued", "It was moved."))]
            await self._ledger.record(self._writing(changes), happenings)
            for job_id, fields in changes.items():
                self._put(job_id, fields)

    def _put(self, job_id: str, fields: Mapping[str, Any]) -> None:
        if self._board.queue.remove(job_id):
            moved = self._board.change(job_id, **fields)
            self._board.queue.add(moved)
            self._on_changed(moved)
        elif job_id in self._board.ahead():
            self._board.change(job_id, **fields)
            self._worker.send(StopJob(job_id, "recall"))

    async def delete(self, jobs: Sequence[Job]) -> None:
        """Forget jobs that have ended; their output files stay.

        Raises:
            Conflict: one has not ended.
        """
        for job in jobs:
            if (current := self._board.jobs.get(job.id)) is not None:
                raise _not_so(current, "deleted", "ended")
        for some in _parts(jobs):
            await self._delete(some)

    async def delete_ended(self, owner: str | None, states: Collection[State] = ENDED) -> list[str]:
        """Forget all jobs of an owner, or of everybody, that have ended; return their ids."""
        read = self._ledger.database.read
        numbers = await read(partial(job_lists.ended, owner=owner, states=states))
        gone: list[str] = []
        for some in _parts(numbers):
            gone += await self._delete(await read(partial(job_lists.of_numbers, numbers=some)))
        return gone

    async def _delete(self, jobs: Iterable[Job]) -> list[str]:
        """Forget those that have ended; one that is retried meanwhile stays."""
        async with self._lock:
            ended = [job for job in jobs if job.id not in self._board.jobs]
            ids = [job.id for job in ended]
            work = partial(job_table.delete, job_ids=ids)
            await self._ledger.record(work, [(job, JobDeleted()) for job in ended])
        return ids

    async def _stop(self, jobs: Iterable[Job], how: Literal["cancel", "pause"], fate: Fate) -> None:
        async with self._lock:
            ids = dict.fromkeys(job.id for job in jobs if job.id in self._board.jobs)
            paused = {each for each in ids if self._board.jobs[each].state == "paused"}
            waiting = self._board.queue.remove_all(ids)
            resting = waiting | paused
            stopped = resting if how == "cancel" else waiting
            idle = [each for each in ids if each in stopped]
            try:
                await self._wish([each for each in ids if each not in resting], how)
                await self.settle(dict.fromkeys(idle, fate))
            except BaseException:
                self._put_back(idle)
                raise

    async def _wish(self, job_ids: Sequence[str], how: Literal["cancel", "pause"]) -> None:
        """Ask the worker to stop jobs; what was asked is durable before it is done."""
        if not job_ids:
            return
        wishes = {job_id: {"wish": how} for job_id in job_ids}
        await self._ledger.record(self._writing(wishes), [])
        for job_id in job_ids:
            if job_id in self._board.jobs:  # it may have ended meanwhile
                self._board.change(job_id, wish=how)
                self._worker.send(StopJob(job_id, how))

    def _writing(
        self, changes: Mapping[str, Mapping[str, Any]]
    ) -> Callable[[sqlite3.Connection], None]:
        """Return the work that stores what jobs of the board are to be."""
        jobs = [
            (msgspec.structs.replace(self._board.jobs[job_id], **fields), fields.keys())
            for job_id, fields in changes.items()
        ]

        def write(connection: sqlite3.Connection) -> None:
            for job, names in jobs:
                job_table.put_fields(connection, job, names)

        return write

    def _put_back(self, job_ids: Iterable[str]) -> None:
        for job_id in job_ids:
            job = self._board.jobs.get(job_id)
            if job is not None and job.state == "queued":
                self._board.queue.add(job)


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE))


def _index(
    places: Sequence[Place], to: End | None, before: str | None, after: str | None
) -> int | None:
    """Return where in a line a job goes; None leaves its position."""
    if to is not None:
        return 0 if to == "front" else len(places)
    if before is None and after is None:
        return None
    other = before if before is not None else after
    for index, place in enumerate(places):
        if place.job == other:
            return index if before is not None else index + 1
    raise Conflict(
        f'Job "{other}" does not wait in the same line. Name a queued job of the same owner and '
        "priority."
    )


def _positions(
    places: Sequence[Place], order: list[str], index: int, job_id: str
) -> dict[str, dict[str, Any]]:
    """Return the positions that change so that a job stands at an index of a line."""
    low = places[index - 1].position if index > 0 else None
    high = places[index].position if index < len(places) else None
    if low is None:
        return {job_id: {"position": 0.0 if high is None else high - 1}}
    if high is None:
        return {job_id: {"position": low + 1}}
    between = (low + high) / 2
    if low < between < high:
        return {job_id: {"position": between}}
    order.insert(index, job_id)  # no number lies between: the whole line gets new ones
    start = places[0].position
    return {each: {"position": start + place} for place, each in enumerate(order)}


def _not_so(job: Job, done: str, wanted: str) -> Conflict:
    return Conflict(
        f'Job "{job.id}" is {job.state}. Only one that is {wanted} can be {done}.',
        details={"job": job.id, "state": job.state},
    )
