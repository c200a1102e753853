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
from engine.worker.faults import error_from
from engine.worker.messages import (
    JobBegan,
    JobEnded,
    JobTold,
    Pictured,
    Reserve,
    Reserved,
    RunJob,
    StopJob,
    Stuck,
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
SOON_S = 0.25
#: So many are, while jobs end by the dozen in this time: what the worker says of one is made
#: durable while it runs the next few.
MOST_AHEAD = 4
#: While the worker has more to do, what it said waits so long for what it says next: the ends of
#: several short jobs then share a transaction.
GATHER_S = 0.0007
#: So many happenings are stored in less than a millisecond.
SHORT = 40
#: What the worker says of the job that runs.
_OF_A_RUN = (JobBegan, JobTold, Pictured, JobEnded)
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
            notes = Notes()
            await self._take(notes)
            if notes.happenings and len(self._board.sent) > 1:
                await asyncio.sleep(GATHER_S)
                await self._take(notes)
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
        if self._board.queue.holds(job):
            return
        for ahead in [self._board.jobs[each] for each in self._board.sent]:
            is_before = job.priority > ahead.priority or (
                (job.priority, job.owner) == (ahead.priority, ahead.owner)
                and job.position < ahead.position
            )
            if is_before and ahead.id != self._board.begun:
                self._worker.send(StopJob(ahead.id, "recall"))

    def take_back(self) -> None:
        """Have jobs wait here again that are more than are sent ahead of long ones."""
        if self._ahead() <= 1:
            ahead = self._board.ahead()
            for job_id in ahead[1:]:
                self._worker.send(StopJob(job_id, "recall"))

    def end_silent(self, job: Job, verdict: EngineError) -> None:
        """Stop a job that nobody asked to stop; `verdict` becomes its error."""
        self._hearing.verdicts[job.id] = verdict
        self._worker.send(StopJob(job.id, "cancel"))

    def is_being_ended(self, job: Job) -> bool:
        """Say whether a running job was asked to stop, by a person or a time limit."""
        return bool(job.wish) or job.id in self._hearing.verdicts

    def _end_stuck(self, said: Stuck) -> None:
        """End the worker of a job that can not be stopped in any other way."""
        if said.job == self._board.at_worker:
            self._hearing.verdicts[said.job] = error_from(said.error)
            self._worker.kill(said.error["message"])

    def _later(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(seconds, lambda: self._ledger.tell(self._pacer.due()))

    def _on_message(self, said: Said) -> None:
        if isinstance(said, Reserve):
            self._start(self._reserve(said))
            return
        if isinstance(said, Stuck):
            self._end_stuck(said)
            return
        if isinstance(said, _OF_A_RUN):
            self.heard_at = time.monotonic()
            self.has_nodes_begun = not isinstance(said, JobBegan)
        self._inbox.append(said)
        self._wake.set()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _take(self, notes: Notes) -> None:
        """Take what the worker has said, and give it what it can do."""
        inbox, self._inbox = self._inbox, []
        for said in inbox:
            self._hearing.take(said, notes)
        await self._fill(notes)

    async def _persist(self, notes: Notes) -> None:
        """Make durable what the worker said, however long the store refuses."""

        def write(connection: sqlite3.Connection) -> None:
            for job_id, names in notes.changes.items():
                job_table.put_fields(connection, notes.jobs[job_id], names)

        for pause_s in chain(PAUSES_S, repeat(PAUSES_S[-1])):
            notes.drop_overtaken(self._board)
            if not notes.happenings:
                return
            try:
                is_short = len(notes.happenings) <= SHORT
                await self._ledger.record(write, notes.happenings, is_short=is_short)
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
        """Send the worker its next jobs, some of them ahead while they are short."""
        board = self._board
        orders: list[RunJob] = []
        while self._worker.is_ready and len(board.sent) <= self._ahead():
            job_id = board.queue.take()
            if job_id is None:
                break
            board.sent.append(job_id)
            document = self.documents.kept(board.jobs[job_id].document)
            if document is None:
                self._send(orders)  # they need not wait for the store
                document = await self._read(board.jobs[job_id], notes)
            if document is not None:
                orders.append(self._order(board.jobs[job_id], document))
        self._send(orders)

    def _ahead(self) -> int:
        """Return how many jobs may wait at the worker."""
        if self._hearing.last_run_s >= SOON_S:
            return 0
        return MOST_AHEAD if self._hearing.are_ending_within(SOON_S) else 1

    def _send(self, orders: list[RunJob]) -> None:
        if orders:
            if self._board.sent[0] == orders[0].job:
                self.heard_at = time.monotonic()
            self._worker.send(*orders)
            orders.clear()

    async def _read(self, job: Job, notes: Notes) -> bytes | None:
        """Return the document of a job from the store; None where the job is not run now."""
        try:
            document = await self.documents.get(job.document)
        except EngineError as problem:
            self._give_up(job, problem, notes)
            return None
        job = self._board.jobs[job.id]  # it may have been changed meanwhile
        if self._worker.is_ready and not job.wish and not self._board.queue.holds(job):
            return document
        self._board.sent.remove(job.id)
        fate = wished(job, self._ledger.clock()) or queued_again("")
        self._hearing.settle(job, fate, notes)
        return None

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
