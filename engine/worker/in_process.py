"""A worker in a thread of this process: for tests, and for programs that embed the server."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from engine.worker.host import WorkerHost
from engine.worker.session import Session

if TYPE_CHECKING:
    from engine.engine import Engine
    from engine.worker.connection import Connection, Listener
    from engine.worker.messages import Message, ToWorker


class InProcess(WorkerHost):
    """A host whose worker is a session in a thread; it cannot be killed, only forgotten."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(())
        self._engine = engine

    async def _connect(self, listener: Listener) -> Connection:
        return _Thread(self._engine, listener, asyncio.get_running_loop())


class _Thread:
    """One session in its thread."""

    def __init__(self, engine: Engine, listener: Listener, loop: asyncio.AbstractEventLoop) -> None:
        self._listener = listener
        self._loop = loop
        self._is_told = False
        self._session = Session(engine, self._say)
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        """Return this process."""
        return os.getpid()

    def send(self, messages: Sequence[ToWorker]) -> None:
        """Say something to the session."""
        for message in messages:
            self._session.take(message)

    def kill(self) -> None:
        """Hear no more of it, and let it end when it can."""
        self._session.end()
        self._tell("killed")

    def _run(self) -> None:
        self._session.run()
        self._later(lambda: self._tell("ended"))

    def _say(self, messages: Sequence[Message]) -> None:
        self._later(lambda: self._hear(messages))

    def _hear(self, messages: Sequence[Message]) -> None:
        if not self._is_told:
            self._listener.heard(messages)  # pyright: ignore[reportArgumentType]

    def _tell(self, how: str) -> None:
        if not self._is_told:
            self._is_told = True
            self._listener.died(how, None)

    def _later(self, work: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # nobody listens any more: the loop is closed
            self._loop.call_soon_threadsafe(work)
