"""Conversations with a worker, for tests: with a session itself, and with a host."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar, cast

from engine.document import Document, write_document
from engine.engine import Engine
from engine.worker.host import Death, WorkerHost
from engine.worker.messages import (
    FromWorker,
    JobEnded,
    JobTold,
    Message,
    RunJob,
    ShutDown,
    ToWorker,
    decode_from_worker,
    encode,
)
from engine.worker.session import Session

M = TypeVar("M")
#: Seconds after which a test gives up.
PATIENCE = 20.0


def run_job(job: str, document: Document, **facts: Any) -> RunJob:
    return RunJob(job, write_document(document), facts.pop("owner", ""), **facts)


class Talk:
    """A session in a thread, and what it has said so far, as the server reads it."""

    def __init__(self, engine: Engine) -> None:
        self.frames: list[list[FromWorker]] = []
        self._wake = threading.Condition()
        self.session = Session(engine, self._take)
        self._thread = threading.Thread(target=self.session.run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def say(self, *messages: ToWorker) -> None:
        for message in messages:
            self.session.take(message)

    def end(self) -> None:
        if self._thread.ident is not None:
            self.say(ShutDown())
            self._thread.join(PATIENCE)

    @property
    def heard(self) -> list[FromWorker]:
        return [message for frame in self.frames for message in frame]

    def until(self, kind: type[M], **fields: Any) -> M:
        """Wait for a message of a kind whose fields are these."""

        def found() -> list[M]:
            return [
                cast("M", each)
                for each in self.heard
                if isinstance(each, kind)
                and all(getattr(each, name) == value for name, value in fields.items())
            ]

        with self._wake:
            assert self._wake.wait_for(found, PATIENCE), f"no {kind.__name__} with {fields}"
        return found()[0]

    def run(self, job: str, document: Document, **facts: Any) -> JobEnded:
        """Have a job run, and return its end."""
        self.say(run_job(job, document, **facts))
        return self.until(JobEnded, job=job)

    def told(self, job: str) -> list[Any]:
        """Return all events of a job."""
        messages = [each for each in self.heard if isinstance(each, JobTold) and each.job == job]
        return [event for message in messages for event in message.events]

    def _take(self, messages: Sequence[Message]) -> None:
        frame = decode_from_worker(encode(messages))
        with self._wake:
            self.frames.append(frame)
            self._wake.notify_all()


class Heard:
    """What a host's listeners heard; to be used inside its loop."""

    def __init__(self, host: WorkerHost) -> None:
        self.messages: list[FromWorker] = []
        self.deaths: list[Death] = []
        self._changed = asyncio.Event()
        host.on_message(self._take)
        host.on_death(self._take_death)

    async def until(self, kind: type[M], times: int = 1, **fields: Any) -> M:
        """Wait for the n-th message of a kind whose fields are these."""
        while True:
            found = [
                each
                for each in [*self.messages, *self.deaths]
                if isinstance(each, kind)
                and all(getattr(each, name) == value for name, value in fields.items())
            ]
            if len(found) >= times:
                return found[times - 1]
            self._changed.clear()
            await asyncio.wait_for(self._changed.wait(), PATIENCE)

    def _take(self, message: FromWorker) -> None:
        self.messages.append(message)
        self._changed.set()

    def _take_death(self, death: Death) -> None:
        self.deaths.append(death)
        self._changed.set()


def in_loop(work: Callable[[], Awaitable[None]]) -> None:
    """Run the steps of a test on an event loop of its own."""

    async def limited() -> None:
        await asyncio.wait_for(work(), 3 * PATIENCE)

    asyncio.run(limited())
