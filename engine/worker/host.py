"""The server's side of the worker: keeps one process alive and speaks with it.

What is said while there is no process waits for the next one. When a process dies all that it was
told is lost: questions fail, and whoever sent jobs hears of the death and sends them again.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from engine.errors import WorkerError
from engine.worker.connection import Connection, Death, Listener
from engine.worker.faults import error_from
from engine.worker.messages import (
    Answer,
    Ask,
    FromWorker,
    JobEnded,
    Ready,
    RunJob,
    ShutDown,
    ToWorker,
    Usage,
)

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future, TimerHandle

    from engine.worker.logs import Line

logger = logging.getLogger(__name__)

#: Seconds before the next start, after so many deaths in a row.
DELAYS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
#: A worker that lived so long, or ended a job, was no failed start.
SOUND_S = 30.0
#: How long an answer may be behind its question's limit.
GRACE_S = 2.0
LOG_LINES = 1000
#: Of these so many are told with a death.
LAST_LINES = 50


class WorkerHost:
    """Starts the worker, watches it, and starts another when it dies.

    Attributes:
        is_ready: the process takes jobs.
        last_heard: when it said something last, by the host's clock.
        usage: what it said last of what it holds.
        log: the lines that workers wrote last.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        delays: Sequence[float] = DELAYS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._command = command
        self._delays = delays
        self._clock = clock
        self.is_ready = False
        self.last_heard = 0.0
        self.usage = Usage(0)
        self.log: deque[Line] = deque(maxlen=LOG_LINES)
        self._on_message: list[Callable[[FromWorker], None]] = []
        self._on_death: list[Callable[[Death], None]] = []
        self._connection: Connection | None = None
        self._unsent: list[ToWorker] = []
        self._ids = itertools.count(1)
        self._asked: dict[int, Future[Any]] = {}
        #: jobs that this worker was sent and has not ended
        self._jobs: set[str] = set()
        self._deaths = 0
        self._started = 0.0
        self._was_killed = ""
        self._is_ending = self._is_replaced = False
        self._gone: asyncio.Event | None = None
        self._restart: TimerHandle | None = None
        self._starting: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Return the worker's process, or None while there is none."""
        return self._connection.pid if self._connection else None

    @property
    def silent_s(self) -> float:
        """Return how long the worker has said nothing; one that lives tells its memory."""
        return self._clock() - self.last_heard

    def on_message(self, hear: Callable[[FromWorker], None]) -> None:
        """Have all messages but answers handed over, on the loop and in order."""
        self._on_message.append(hear)

    def on_death(self, hear: Callable[[Death], None]) -> None:
        """Have it told when a worker has died, before the next one starts."""
        self._on_death.append(hear)

    async def start(self) -> None:
        """Start the process; `Ready` follows as a message.

        Raises:
            WorkerError: the system starts no such process.
        """
        self._is_ending = False
        await self._spawn()

    async def stop(self, within_s: float = 10.0) -> None:
        """Have the worker pause its job and end; kill it if it has not after `within_s`."""
        self._is_ending = True
        if self._restart is not None:
            self._restart.cancel()
        if self._starting is not None:
            await asyncio.wait([self._starting])
        if self._connection is None or self._gone is None:
            return
        self._connection.send([ShutDown()])
        try:
            await asyncio.wait_for(self._gone.wait(), within_s)
        except TimeoutError:
            self.kill(f"it did not end within {within_s:g} s")
            await self._gone.wait()

    def kill(self, reason: str) -> None:
        """End the worker at once; another one starts."""
        if self._connection is not None:
            logger.warning("The worker is ended: %s", reason)
            self._was_killed = reason
            self._connection.kill()

    def send(self, *messages: ToWorker) -> None:
        """Say something to the worker, or to the next one where there is none now."""
        self._jobs.update(each.job for each in messages if isinstance(each, RunJob))
        if self._connection is None or self._is_replaced:
            self._unsent += messages
        else:
            self._connection.send(messages)

    async def ask(self, what: str, given: dict[str, Any], limit_s: float = 30.0) -> Any:
        """Return the worker's answer to a question of `engine.worker.questions`.

        Raises:
            EngineError: what the worker answered, or that it is gone or takes too long.
        """
        if self._is_ending:
            raise WorkerError(f'The worker is ending, and does not answer "{what}".')
        number = next(self._ids)
        future = asyncio.get_running_loop().create_future()
        self._asked[number] = future
        try:
            self.send(Ask(number, what, given, limit_s))
            return await asyncio.wait_for(future, limit_s + GRACE_S)
        except TimeoutError as problem:
            raise WorkerError(
                f'The worker did not answer "{what}" within {limit_s:g} s. '
                "Something that it computes may keep it from answering; ask again."
            ) from problem
        finally:
            del self._asked[number]

    # --- what a connection tells

    def heard(self, messages: Sequence[FromWorker]) -> None:
        """Take what the worker says."""
        self.last_heard = self._clock()
        for message in messages:
            match message:
                case Answer():
                    self._answered(message)
                    continue
                case Ready():
                    self.is_ready = True
                case JobEnded(job=job):
                    self._jobs.discard(job)
                    self._deaths = 0
                case Usage():
                    self.usage = message
                case _:
                    pass
            for hear in self._on_message:
                hear(message)
        self._replace_if_worn()

    def logged(self, line: Line) -> None:
        """Take a line that the worker wrote, and hand it to the logger that it is of."""
        self.log.append(line)
        level = logging.getLevelNamesMapping().get(line.level, logging.INFO)
        to = logging.getLogger(line.logger)
        to.log(level, "%s", line.message, extra={"job": line.job})

    def died(self, how: str, exit_code: int | None) -> None:
        """Take note that the worker is gone, and start another unless it was asked to end."""
        self._connection = None
        self.is_ready = False
        if self._gone is not None:
            self._gone.set()
        told = [each.message for each in self.log if each.job in self._jobs or not each.job]
        lines = told[-LAST_LINES:]  # but those of other users' jobs
        death = Death(how, exit_code, lines, self._was_killed)
        was_asked_to = self._is_ending or self._is_replaced
        self._is_replaced, self._was_killed = False, ""
        if self._clock() - self._started > SOUND_S:
            self._deaths = 0
        if not was_asked_to:
            self._unsent.clear()
            self._jobs.clear()
            if not death.was_killed:
                self._deaths += 1
            logger.error("The worker ended: %s", how)
        self._fail_questions(how)
        if not was_asked_to:
            for hear in self._on_death:
                hear(death)
        if not self._is_ending:
            self._start_later()

    def _fail_questions(self, how: str) -> None:
        waiting = {each.id for each in self._unsent if isinstance(each, Ask)}
        for number, future in self._asked.items():
            if number not in waiting and not future.done():
                future.set_exception(WorkerError(f"The worker ended ({how}) before it answered."))

    def _answered(self, message: Answer) -> None:
        future = self._asked.get(message.id)
        if future is None or future.done():
            return
        if message.error is not None:
            future.set_exception(error_from(message.error))
        else:
            future.set_result(msgspec.json.decode(message.result))

    def _replace_if_worn(self) -> None:
        """Replace a worker that asks for it, between two jobs."""
        if self.usage.wants_rest and not self._jobs and not self._asked and self._connection:
            logger.info("The worker is replaced: questions that hang keep too many of its threads")
            self.usage = Usage(0)
            self._is_replaced = True
            self.is_ready = False
            self._connection.send([ShutDown()])

    # --- starting

    def _start_later(self) -> None:
        delay = self._delays[min(max(self._deaths - 1, 0), len(self._delays) - 1)]
        loop = asyncio.get_running_loop()
        self._restart = loop.call_later(delay, self._start_now, loop)

    def _start_now(self, loop: AbstractEventLoop) -> None:
        self._starting = loop.create_task(self._spawn_again())

    async def _spawn_again(self) -> None:
        try:
            await self._spawn()
        except WorkerError as problem:
            self.died(problem.message, None)

    async def _spawn(self) -> None:
        gone = self._gone = asyncio.Event()
        self._started = self.last_heard = self._clock()
        connection = await self._connect(self)
        if gone.is_set():  # it has died already
            return
        self._connection = connection
        unsent, self._unsent = self._unsent, []
        if unsent:
            self._connection.send(unsent)

    async def _connect(self, listener: Listener) -> Connection:
        from engine.worker.child import start_child

        return await start_child(self._command, listener)
