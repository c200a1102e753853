"""Takes jobs, keeps them, has them run. What it acknowledges is durable."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from engine.errors import NotFound, StorageError
from engine.jobs.board import Board
from engine.jobs.changing import Changer
from engine.jobs.dispatch import Dispatcher
from engine.jobs.events import JobChanged
from engine.jobs.fates import after_restart
from engine.jobs.holding import Holding
from engine.jobs.room import Room
from engine.jobs.submission import Submission
from engine.jobs.watching import TimeLimits
from engine.recordings import all_recordings, recordings_of_job
from engine.store import events as event_table
from engine.store import job_lists, word_index
from engine.store import jobs as job_table

if TYPE_CHECKING:
    import sqlite3

    from engine.jobs.events import JobEvent
    from engine.jobs.feed import Subscription
    from engine.jobs.job import Job
    from engine.jobs.ledger import Ledger
    from engine.paths import Folders
    from engine.worker.host import WorkerHost

logger = logging.getLogger(__name__)

#: A document of up to so many bytes is stored in less than a millisecond.
SHORT_BYTES = 2**16
#: A job that ends well or is cancelled sooner is logged with --debug only, seconds.
TOLD_S = 1.0

__all__ = ["Jobs", "Limits", "Submission"]


@dataclass(frozen=True)
class Limits:
    """What operators may set.

    Attributes:
        most_jobs, most_bytes: how much history is kept.
        node_s: a job that is not heard of for so long is ended; None waits for ever.
        stop_s: a job that does not stop when asked is ended with the worker after so long.
        close_s: how long the end waits for what jobs did to be stored.
        look_s: how often this is looked at.
        tidy_s: how often the history is cut.
    """

    most_jobs: int = 10_000
    most_bytes: int = 2 * 2**30
    node_s: float | None = None
    check_s: float = 300.0
    stop_s: float = 30.0
    close_s: float = 3.0
    look_s: float = 1.0
    tidy_s: float = 30.0


class Jobs:
    """All jobs of one server.

    Attributes:
        changes: what people do to jobs.
        holding: what they do to their queues.
    """

    def __init__(
        self, ledger: Ledger, worker: WorkerHost, folders: Folders, limits: Limits | None = None
    ) -> None:
        self._ledger = ledger
        self._database = ledger.database
        self._folders = folders
        self._limits = limits or Limits()
        self._board = Board()
        self.room = Room(self._board)
        self._watchers: list[Callable[[Job], None]] = []
        self._dispatcher = Dispatcher(self._board, ledger, worker, self._on_changed)
        self._time_limits = TimeLimits(self._board, self._dispatcher, worker)
        self.changes = Changer(self._board, ledger, worker, self._on_changed)
        self.holding = Holding(self._board, ledger, worker, self.changes, self._dispatcher.wake)
        self._positions = 0.0
        self._by_key: dict[tuple[str, str], asyncio.Future[list[Job]]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def watch(self, callback: Callable[[Job], None]) -> None:
        """Have every new state of a job told, at once and before it is durable: for counting."""
        self._watchers.append(callback)

    def announce(self, event: JobEvent) -> None:
        """Tell everybody of what is of no job."""
        self._ledger.announce("", event)

    async def open(self) -> None:
        """Take up what was left when the server ended, and begin to dispatch."""
        await self.holding.open()
        unfinished = await self._database.read(job_table.unfinished)
        for job in unfinished:
            self._board.add(job)
        self._positions = max((job.position for job in unfinished), default=0.0)
        now = self._ledger.clock()
        running = {job.id: after_restart(job, now) for job in unfinished if job.state == "running"}
        await self.changes.settle(running)
        await asyncio.to_thread(_remove_recordings, self._folders, [*self._board.jobs])
        lacks_words = await self._database.read(word_index.is_behind)
        loops = (self._dispatcher.run(), self._watch_time(), self._tidy(lacks_words))
        self._tasks = [asyncio.create_task(each) for each in loops]
        self._dispatcher.wake()

    async def close(self) -> None:
        """Stop dispatching; the worker has ended and said all it had to say.

        What can not be stored even now is done again after the next start.
        """
        try:
            await asyncio.wait_for(self.idle(), self._limits.close_s)
        except TimeoutError:
            logger.error("What jobs did last could not be stored, and is done again later")
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def idle(self) -> None:
        """Wait until everything that the worker said is durable, and it has what it can take."""
        await self._dispatcher.finish()

    async def submit(self, submission: Submission) -> list[Job]:
        """Make jobs durable and let them wait; the same key again returns the same jobs.

        Raises:
            QuotaExceeded: the owner has as many as they may.
            StorageError: they could not be written; there is no job.
        """
        if submission.key is None:
            return await self._accept(submission)
        place = submission.owner, submission.key
        if (task := self._by_key.get(place)) is None:
            task = self._by_key[place] = asyncio.ensure_future(self._accept_once(submission))
            task.add_done_callback(lambda _: self._by_key.pop(place))
        return await asyncio.shield(task)

    async def get(self, job_id: str, owner: str | None = None) -> Job:
        """Return a job, in its present state.

        Raises:
            NotFound: there is none, or it is somebody else's.
        """
        job = self._board.jobs.get(job_id)
        if job is None:
            job = await self._database.read(partial(job_table.find, job_id=job_id))
        if job is None or owner not in (None, job.owner):
            raise NotFound(f'There is no job "{job_id}". It may have been deleted.')
        return job

    def queue(self, owner: str | None = None) -> tuple[list[Job], list[Job]]:
        """Return the jobs that run, and those that wait in the order in which they will."""
        return self._board.running(owner), self._board.queued(owner)

    def unfinished(self, owner: str | None = None) -> list[Job]:
        """Return the jobs that have not ended, paused ones too."""
        return [job for job in self._board.jobs.values() if owner in (None, job.owner)]

    async def document_of(self, job: Job) -> bytes:
        """Return the JSON of the document that a job runs, before its values are set."""
        return await self._dispatcher.documents.get(job.document)

    async def enter_words(self) -> None:
        """Let a search find all that was submitted."""
        with contextlib.suppress(StorageError):  # it finds what was entered before
            while await self._database.write(word_index.enter_next):
                pass

    async def ended(self, job: Job, subscription: Subscription) -> Job:
        """Wait until a job has ended; the subscription hears of it and began before this call."""
        while not (job := await self.get(job.id)).has_ended:
            await subscription.next()
        return job

    async def _accept_once(self, submission: Submission) -> list[Job]:
        find = partial(job_table.by_key, owner=submission.owner, key=submission.key or "")
        return await self._database.read(find) or await self._accept(submission)

    async def _accept(self, submission: Submission) -> list[Job]:
        self.room.check(submission.owner, submission.most, len(submission.values))
        digest = job_table.digest_of(submission.document)
        jobs = submission.jobs(digest, self._first_position(submission), self._ledger.clock())

        def write(connection: sqlite3.Connection) -> None:
            job_table.keep_document(connection, digest, submission.document)
            job_table.add(connection, jobs)

        with self.room.kept(submission.owner, len(jobs)):
            queued = [(job, JobChanged("queued")) for job in jobs]
            is_short = len(jobs) == 1 and len(submission.document) <= SHORT_BYTES
            await self._ledger.record(write, queued, is_short=is_short)
        self._dispatcher.documents.keep(digest, submission.document)
        for job in jobs:
            self._board.add(job)
            self._on_changed(job)
        return jobs

    def _first_position(self, submission: Submission) -> float:
        count = len(submission.values)
        if submission.position is not None:
            return submission.position
        if submission.front:
            return self._board.queue.front(submission.owner, submission.priority) - count + 1
        first = self._positions + 1
        self._positions += count
        return first

    def _on_changed(self, job: Job) -> None:
        if job.state == "queued":
            self._dispatcher.overtake(job)
            self._dispatcher.wake()
        elif job.has_ended:
            _log_end(job)
        for watcher in self._watchers:
            watcher(job)

    async def _watch_time(self) -> None:
        while True:
            await asyncio.sleep(self._limits.look_s)
            self._dispatcher.take_back()
            self._time_limits.look(
                node_s=self._limits.node_s,
                check_s=self._limits.check_s,
                stop_s=self._limits.stop_s,
            )

    async def _tidy(self, lacks_words: bool) -> None:
        """Cut the history now and then; first enter what an earlier server left to searches."""
        beyond = partial(
            job_table.beyond_retention,
            max_count=self._limits.most_jobs,
            max_bytes=self._limits.most_bytes,
        )
        if lacks_words:
            await self.enter_words()
        while True:
            await asyncio.sleep(self._limits.tidy_s)
            try:
                await self._tidy_once(beyond)
            except (StorageError, NotFound) as problem:  # it is done the next time
                logger.warning("The history could not be cut: %s", problem.message)

    async def _tidy_once(self, beyond: Callable[[sqlite3.Connection], list[str]]) -> None:
        ids = await self._database.read(beyond)
        await self.changes.delete([await self.get(job_id) for job_id in ids])
        await self.enter_words()
        oldest, _ = await self._database.read(partial(job_lists.page, newest_first=False, limit=1))
        if ids and oldest:
            await self._database.write(partial(event_table.forget_before, job=oldest[0].id))


def _log_end(job: Job) -> None:
    """Write a line about a job that has ended; short ones come by the hundred."""
    ran_s = 0.0 if job.started is None else (job.ended or 0.0) - job.started
    is_short = ran_s < TOLD_S and job.state != "failed"
    level = logging.DEBUG if is_short else logging.INFO
    if logger.isEnabledFor(level):
        about = {"job": job.id, "owner": job.owner, "error": (job.error or {}).get("message")}
        logger.log(level, "Job %s has ended: %s", job.id, job.state, extra=about)


def _remove_recordings(folders: Folders, unfinished: Collection[str]) -> None:
    """Remove what samplers recorded for jobs that have ended."""
    kept = {recordings_of_job(folders, job) for job in unfinished}
    folder = all_recordings(folders)
    for each in folder.iterdir() if folder.is_dir() else ():
        if each not in kept:
            shutil.rmtree(each, ignore_errors=True)
