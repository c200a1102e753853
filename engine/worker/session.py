"""The worker's side of the conversation: runs jobs, one after the other, and answers beside them.

The same session serves a child process and a thread of this one.
"""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from msgspec.structs import replace

from engine.worker.desk import Desk
from engine.worker.messages import (
    Ask,
    Free,
    JobBegan,
    JobEnded,
    Ready,
    Reserved,
    RunJob,
    ShutDown,
    StopJob,
    Stuck,
    ToWorker,
    Usage,
    WantPreviews,
)
from engine.worker.outbox import Outbox, Send
from engine.worker.pictures import Pictures
from engine.worker.plain import plain_error
from engine.worker.pulse import Pulse
from engine.worker.questions import answer
from engine.worker.reservations import Reservations
from engine.worker.running import Running
from engine.worker.stuck import overdue
from engine.worker.usage import device_of, resident_bytes

if TYPE_CHECKING:
    from engine.engine import Engine

logger = logging.getLogger(__name__)

#: How a job ends that is stopped before it begins.
NOT_BEGUN: Mapping[str, Literal["cancelled", "paused", "recalled"]] = {
    "cancel": "cancelled",
    "pause": "paused",
    "recall": "recalled",
}


class Session:
    """One conversation.

    `take` may be called on any thread and returns at once; `run` is called on the thread that jobs
    are to run on, and returns when the session has ended.
    """

    def __init__(self, engine: Engine, send: Send) -> None:
        self._engine = engine
        self.outbox = Outbox(send)
        self._pictures = Pictures(self.outbox.say)
        self._reservations = Reservations(self.outbox.say)
        self._desk = Desk(lambda ask: answer(engine, ask.what, ask.given), self.outbox.say)
        self._pulse = Pulse(self.outbox, lambda: self.is_busy, self._usage, self._look)
        self._waiting: deque[RunJob | Free] = deque()
        self._wake = threading.Condition()
        self._is_ending = False
        self._hits = self._misses = 0
        #: the thread that runs jobs
        self._thread = 0
        #: the job of which it was said that it is stuck
        self._stuck = ""
        #: the job that runs now
        self.running: Running | None = None

    @property
    def is_busy(self) -> bool:
        """Say whether a job runs or waits."""
        return self.running is not None or bool(self._waiting)

    @property
    def job(self) -> str:
        """Return the job that runs, or nothing."""
        running = self.running  # another thread may end it meanwhile
        return running.message.job if running is not None else ""

    def take(self, message: ToWorker) -> None:
        """Take a message of the server."""
        match message:
            case RunJob() | Free():
                with self._wake:
                    self._waiting.append(message)
                    self._wake.notify()
            case StopJob():
                self._stop(message)
            case WantPreviews(job=job, wanted=wanted):
                self._want_previews(job, wanted=wanted)
            case Ask():
                self._desk.ask(message)
            case Reserved():
                self._reservations.take(message)
            case ShutDown():
                self.end()

    def run(self) -> None:
        """Run jobs until the session ends."""
        self._thread = threading.get_ident()
        self.outbox.say(Ready(os.getpid()))
        self._pulse.start()
        while (message := self._next()) is not None:
            if isinstance(message, Free):
                self._free(message)
            else:
                self._run_job(message)
        self._pulse.stop()
        self.outbox.flush()

    def end(self) -> None:
        """Pause the running job, give back those that wait, and let `run` return."""
        with self._wake:
            self._is_ending = True
            waiting, running = [*self._waiting], self.running
            self._waiting.clear()
            self._wake.notify()
        for message in waiting:
            if isinstance(message, RunJob):
                self.outbox.put(JobEnded(message.job, "recalled"))
        if running is not None:
            running.stop("pause")

    def _next(self) -> RunJob | Free | None:
        with self._wake:
            while not self._waiting and not self._is_ending:
                self._wake.wait()
            if self._is_ending:
                return None
            message = self._waiting.popleft()
            if isinstance(message, RunJob):
                self.running = Running(
                    message, self._engine, self.outbox, self._pictures, self._reservations
                )
            return message

    def _run_job(self, message: RunJob) -> None:
        assert self.running is not None
        self._pulse.wake()
        self._pictures.begin(message.job)
        self.outbox.put(JobBegan(message.job))
        ended = self.running.run()
        self._hits += ended.reused
        self._misses += ended.ran
        self._pictures.begin("")
        with self._wake:
            self.running = None
        self.outbox.say(ended)

    def _stop(self, message: StopJob) -> None:
        """Stop a job that runs, or take it back before it does."""
        with self._wake:
            waiting = [each for each in self._waiting if _is_run_of(each, message.job)]
            for each in waiting:
                self._waiting.remove(each)
            running = self.running
        if waiting:
            self.outbox.say(JobEnded(message.job, NOT_BEGUN[message.how]))
        elif running is not None and running.message.job == message.job and message.how != "recall":
            running.stop(message.how)

    def _want_previews(self, job: str, *, wanted: bool) -> None:
        with self._wake:
            if self.running is not None and self.running.message.job == job:
                self.running.wants_previews = wanted
            for at, each in enumerate(self._waiting):
                if isinstance(each, RunJob) and each.job == job:
                    self._waiting[at] = replace(each, wants_previews=wanted)

    def _free(self, message: Free) -> None:
        runtime = self._engine.runtime_in_use
        if message.results:
            self._engine.cache.memory.clear()
        if message.weights and runtime is not None:
            runtime.memory.make_room(runtime.memory.budget_bytes)
        gc.collect()
        if runtime is not None and runtime.devices.kind == "cuda":
            import torch

            torch.cuda.empty_cache()

    def _look(self) -> None:
        """Say once if the running job waits too long for a pack's answer."""
        job = self.job
        if job and job != self._stuck and (problem := overdue(self._thread)) is not None:
            self._stuck = job
            self.outbox.say(Stuck(job, plain_error(problem.as_json())))

    def _usage(self) -> Usage:
        return Usage(
            resident_bytes(),
            _device(self._engine),
            self._hits,
            self._misses,
            wants_rest=self._desk.is_worn,
        )


def _is_run_of(message: RunJob | Free, job: str) -> bool:
    return isinstance(message, RunJob) and message.job == job


def _device(engine: Engine) -> dict[str, Any]:
    try:
        return device_of(engine)
    except RuntimeError as problem:  # an accelerator that is broken says so to the job that uses it
        logger.warning("The device does not answer: %s", problem)
        return {}
