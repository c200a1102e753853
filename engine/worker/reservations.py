"""Names of output files, which the server gives out: asked from a node's thread, which waits."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from engine.errors import StorageError
from engine.worker.faults import error_from
from engine.worker.messages import Reserve, Reserved

if TYPE_CHECKING:
    from engine.context import Cancellation
    from engine.files.output_files import Reservation

#: The store commits in milliseconds; a full disk makes it try again for a while.
LIMIT_S = 60.0
LOOK_S = 0.25


class Reservations:
    """Questions to the server that wait for their answers."""

    def __init__(self, say: Callable[[Reserve], None]) -> None:
        self._say = say
        self._ids = itertools.count(1)
        self._open: dict[int, Future[str]] = {}
        self._lock = threading.Lock()

    def ask(self, job: str, wanted: Reservation, cancellation: Cancellation) -> str:
        """Return the name that a file of a job gets.

        Raises:
            StorageError: the server has none, or does not answer.
            Interrupted: the job is to stop.
        """
        answer: Future[str] = Future()
        with self._lock:
            number = next(self._ids)
            self._open[number] = answer
        self._say(Reserve(number, job, wanted))
        try:
            for _ in range(int(LIMIT_S / LOOK_S)):
                try:
                    return answer.result(LOOK_S)
                except TimeoutError:
                    cancellation.check()
        finally:
            del self._open[number]
        raise StorageError(
            f'The server gave no name for "{wanted.stem}{wanted.suffix}" within {LIMIT_S:g} s. '
            "Look into its log, then run the job again."
        )

    def take(self, message: Reserved) -> None:
        """Take the server's answer."""
        answer = self._open.get(message.id)
        if answer is None:
            return
        if message.error is not None:
            answer.set_exception(error_from(message.error))
        else:
            answer.set_result(message.name)
