"""Gives waiting jobs to the worker, and makes durable what it says of them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from functools import partial
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

from engine.errors import EngineError, StorageError, WorkerError
from engine.jobs.documents import Documents
from engine.jobs.fates import failed, queued_again, wished
from engine.jobs.hearing import Hearing, Notes, Said
from engine.jobs.pacing import Pacer
from engine.store import jobs as job_table
from engine.store import outputs
from engine.worker.messages import (
    JobBegan,
    JobEnded,
    JobTold,
    Pictured,
    Reserve,
    Reserved,
    RunJob,
    StopJob,
    WantPreviews,
)

if TYPE_CHECKING:
    import sqlite3

    from engine.jobs.board import Board
    from engine.jobs.job import Job
    from engine.jobs.ledger import Ledger
    from engine.worker.host import WorkerHost

logger = logging.getLogger(__name__)

#: The next job is sent ahead while jobs are as short as this: the worker need not wait for it.
SHORT_S = 0.25
#: After a write failed it is tried again, ever later.
PAUSES_S = (0.1, 0.5, 1.0, 2.0, 5.0)


class Dispatcher:
    """Keeps the worker busy with the jobs of a board.

    Attributes:
        heard_at: when the job at the worker was sent or heard of last, by `time.monotonic`.
        has_nodes_begun: the running job is past the checks before its first node.
    """

    def __init__(
        self,
        board: Board,
        ledger: Ledger,
        worker: WorkerHost,
        on_changed: Callable[[Job], None],
    ) -> None:
        self._board = board
        self._ledger = ledger
        self._worker = worker
        self._pacer = Pacer(time.monotonic, self._later)
        self._hearing = Hearing(board, self._pacer, ledger.clock, on_changed)
        self.documents = Documents(ledger.database)
        self.heard_at = 0.0
        self.has_nodes_begun = False
        self._previewed: str | None = None
        self._inbox: list[Said] = []
        self._wake = asyncio.Event()
        self._is_idle = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        worker.on_message(self._on_message)
        worker.on_death(self._on_message)
        ledger.feed.on_interest = self._on_interest

    async def run(self) -> None:
        """Dispatch until cancelled."""
        while True:
            self._is_idle.set()
            await self._wake.wait()
            self._is_idle.clear()
            self._wake.clear()
            inbox, self._inbox = self._inbox, []
            notes = Notes()
            for said in inbox:
                self._hearing.take(said, notes)
            await self._fill(notes)
            await self._persist(notes)

    async def finish(self) -> None:
        """Wait until everything that the worker said is durable."""
        while self._inbox or self._wake.is_set() or not self._is_idle.is_set():
            await asyncio.sleep(0)
            await self._is_idle.wait()

    def wake(self) -> None:
        """Look whether there is something to do."""
        self._wake.set()

    def overtake(self, job: Job) -> None:
        """Take back jobs that were sent ahead, if this one comes before them."""
        for ahead in [self._board.jobs[each] for each in self._board.sent]:
            is_before = job.priority > ahead.priority or (
                (job.priority, job.owner) == (ahead.priority, ahead.owner)
                and job.position < ahead.position
            )
            if is_before and ahead.id != self._board.begun:
                self._worker.send(StopJob(ahead.id, "recall"))

    def end_silent(self, job: Job, verdict: str) -> None:
        """Stop a job that nobody asked to stop; `verdict` becomes its error."""
        self._hearing.verdicts[job.id] = verdict
        self._worker.send(StopJob(job.id, "cancel"))

    def is_being_ended(self, job: Job) -> bool:
        """Say whether a running job was asked to stop, by a person or a time limit."""
        return bool(job.wish) or job.id in self._hearing.verdicts

    def _later(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(seconds, lambda: self._ledger.tell(self._pacer.due()))

    def _on_message(self, said: Said) -> None:
        if isinstance(said, Reserve):
            self._start(self._reserve(said))
            return
        if isinstance(said, JobBegan | JobTold | Pictured | JobEnded):
            self.heard_at = time.monotonic()
            self.has_nodes_begun = not isinstance(said, JobBegan)
        self._inbox.append(said)
        self._wake.set()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _persist(self, notes: Notes) -> None:
        """Make durable what the worker said, however long the store refuses."""
        if not notes.happenings:
            return

        def write(connection: sqlite3.Connection) -> None:
            for job_id, names in notes.changes.items():
                job_table.put_fields(connection, notes.jobs[job_id], names)

        for pause_s in chain(PAUSES_S, repeat(PAUSES_S[-1])):
            try:
                await self._ledger.record(write, notes.happenings)
            except StorageError as problem:
                logger.error("What jobs did can not be stored; trying again: %s", problem.message)
                await asyncio.sleep(pause_s)
            else:
                return

    async def _reserve(self, message: Reserve) -> None:
        job = self._board.jobs.get(message.job)
        if job is None:
            return
        try:
            work = partial(outputs.reserve, owner=job.owner, message=message)
            self._worker.send(Reserved(message.id, await self._ledger.database.write(work)))
        except EngineError as problem:
            self._worker.send(Reserved(message.id, error=problem.as_json()))

    async def _fill(self, notes: Notes) -> None:
        """Send the worker its next jobs; one more while they are short."""
        board = self._board
        most = 2 if self._hearing.last_run_s < SHORT_S else 1
        while self._worker.is_ready and len(board.sent) < most:
            job_id = board.queue.take()
            if job_id is None:
                return
            board.sent.append(job_id)
            try:
                document = await self.documents.get(board.jobs[job_id].document)
            except EngineError as problem:
                self._give_up(board.jobs[job_id], problem, notes)
                continue
            job = board.jobs[job_id]  # it may have been changed meanwhile
            if job.wish or not self._worker.is_ready:
                board.sent.remove(job_id)
                fate = wished(job, self._ledger.clock()) or queued_again("")
                self._hearing.settle(job, fate, notes)
            else:
                self._worker.send(self._order(job, document))
                if board.at_worker == job_id:
                    self.heard_at = time.monotonic()

    def _give_up(self, job: Job, problem: EngineError, notes: Notes) -> None:
        """End a job whose document can not be had."""
        self._board.sent.remove(job.id)
        error = WorkerError(f'The document of job "{job.id}" is lost: {problem.message}')
        self._hearing.settle(job, failed(error, self._ledger.clock()), notes)

    def _order(self, job: Job, document: bytes) -> RunJob:
        wants_previews = self._ledger.feed.wants_previews(job.id, job.owner)
        self._previewed = job.id if wants_previews else self._previewed
        return RunJob(
            job=job.id,
            document=document,
            owner=job.owner,
            targets=job.targets,
            values=job.values,
            prompt_seed=job.id if job.source == "native" else "",
            wants_previews=wants_previews,
        )

    def _on_interest(self) -> None:
        """Have previews made while somebody looks."""
        job = self._board.jobs.get(self._board.begun or "")
        if job is None:
            return
        wanted = self._ledger.feed.wants_previews(job.id, job.owner)
        if wanted != (self._previewed == job.id):
            self._previewed = job.id if wanted else None
            self._worker.send(WantPreviews(job.id, wanted))
