"""Compute the SHA-256 of model files once, in the background, and keep it in the index."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from engine.store.model_index import ModelIndex, State

CHUNK = 4 * 2**20
#: The lowest priority there is on systems that have such.
LOWEST = 19

#: path, bytes of it read so far
Progress = Callable[[Path, int], None]


@dataclass
class Hashing:
    """One thread that hashes files in order; what it has finished is kept whenever it stops.

    Attributes:
        delay: seconds to wait first.
        problems: files that could not be read.
    """

    index: ModelIndex
    files: Iterable[Path]
    on_progress: Progress | None = None
    delay: float = 0.0
    problems: list[str] = field(default_factory=list[str], init=False)
    _stopped: threading.Event = field(default_factory=threading.Event, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    def start(self) -> None:
        """Begin; the process does not wait for it at its end."""
        self._thread = threading.Thread(target=self._run, name="hashing", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Wait until all are done; a Ctrl-C in between stops it."""
        try:
            while self._thread is not None and self._thread.is_alive():
                self._thread.join(0.1)  # an endless join would not notice Ctrl-C on Windows
        finally:
            self.stop()

    def stop(self) -> None:
        """End after the present piece; the file that is being read is left out."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        if self._stopped.wait(self.delay):
            return
        _yield_to_others()
        for path in self.files:
            if self._stopped.is_set():
                return
            try:
                self._hash(path)
            except OSError as problem:
                self.problems.append(f'"{path}" can not be read: {problem.strerror or problem}.')

    def _hash(self, path: Path) -> None:
        state = State.of(path)
        if self.index.known(path, state).sha256 is not None:
            return
        digest = hashlib.sha256()
        done = 0
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                if self._stopped.is_set():
                    return
                digest.update(chunk)
                done += len(chunk)
                if self.on_progress is not None:
                    self.on_progress(path, done)
        if State.of(path) == state:
            self.index.put_hash(path, state, digest.hexdigest())


def _yield_to_others() -> None:
    """Give this thread the lowest priority; only Linux has priorities of threads."""
    with contextlib.suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWEST)
