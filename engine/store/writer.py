"""One thread that writes. Works that wait at once share a transaction and so the cost of a commit.

Short works may be done by whoever gives them, where a commit does not wait for the disk and nothing
else is being written: handing them to the thread takes longer than they do.

Where one fails, all of them are undone and done again, each within a savepoint: the one that fails
is then undone alone. Who waits hears after the commit.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from engine.errors import StorageError
from engine.store.opening import LOG_PAGES, PATIENCE
from engine.store.problems import BUSY, storage_error

Work = Callable[[sqlite3.Connection], Any]

#: A transaction with so many works takes no more, so that the first does not wait for ever.
GROUP = 256
#: Of so many transactions that need no thread the last is given to it all the same: it copies the
#: log to the database when that is due, which waits for the disk.
IN_A_ROW = 100


class Entry(NamedTuple):
    """A work and who waits for it: a task of an event loop, or a thread (no loop)."""

    work: Work
    future: asyncio.Future[Any] | Future[Any]
    loop: asyncio.AbstractEventLoop | None = None


class Outcome(NamedTuple):
    """What a work came to."""

    entry: Entry
    value: Any = None
    error: BaseException | None = None


class Writer:
    """Runs works on its connection in the order in which they were put.

    Args:
        is_quick: a commit does not wait for the disk.
    """

    def __init__(
        self, connection: sqlite3.Connection, path: Path, *, is_quick: bool = False
    ) -> None:
        self._connection = connection
        self._is_quick = is_quick
        if is_quick:
            self._wait_up_to(0, 0)
        self._path = path
        self._name = path.name
        self._file = _file_at(path)
        self._queue: SimpleQueue[Sequence[Entry] | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._is_closed = False
        #: works that were put and are not done
        self._waiting = 0
        self._in_a_row = 0
        #: whoever has it uses the connection
        self._turn = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="database", daemon=True)
        self._thread.start()

    def put(self, *entries: Entry) -> None:
        """Queue works, which share a transaction.

        Raises:
            StorageError: the writer is closed.
        """
        with self._gate:
            if self._is_closed:
                raise closed(self._name)
            self._waiting += len(entries)
            self._in_a_row = 0
            self._queue.put(entries)

    def do_now(self, entries: Sequence[Entry]) -> list[Outcome] | None:
        """Do short works in this thread; None where they have to wait and are not done."""
        with self._gate:
            has_to_wait = self._is_closed or self._waiting or self._in_a_row == IN_A_ROW
            if not self._is_quick or has_to_wait or not self._turn.acquire(blocking=False):
                return None
        try:
            self._in_a_row += 1
            outcomes = self._committed(entries)
        finally:
            self._turn.release()
        # another program writes: the thread waits for it
        return None if _is_busy(outcomes[0].error) else outcomes

    def close(self) -> None:
        """Finish what is queued, then end the thread."""
        with self._gate:
            if not self._is_closed:
                self._is_closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        goes_on = True
        while goes_on:
            group, goes_on = self._next()
            if group:
                outcomes = self._patiently(group)
                with self._gate:  # before anybody hears: they may have a short work at once
                    self._waiting -= len(group)
                _tell(outcomes)

    def _next(self) -> tuple[list[Entry], bool]:
        """Wait for a work; return it with those that wait already, and whether more may come."""
        group: list[Entry] = []
        entries = self._queue.get()
        with contextlib.suppress(Empty):
            while entries is not None:
                group += entries
                if len(group) >= GROUP:
                    return group, True
                entries = self._queue.get_nowait()
        return group, entries is not None

    def _patiently(self, group: Sequence[Entry]) -> list[Outcome]:
        """Run works like `_committed`, and wait for another program or the disk as is needed."""
        with self._turn:
            if self._is_quick:
                self._wait_up_to(PATIENCE, LOG_PAGES)
            try:
                return self._committed(group)
            finally:
                if self._is_quick:
                    self._wait_up_to(0, 0)

    def _wait_up_to(self, seconds: float, log_pages: int) -> None:
        with contextlib.suppress(sqlite3.Error):  # what is wrong is said of the works
            self._connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}").close()
            self._connection.execute(f"PRAGMA wal_autocheckpoint = {log_pages}").close()

    def _committed(self, group: Sequence[Entry]) -> list[Outcome]:
        """Run works in one transaction; where it is lost, all of them have failed.

        A file that is moved or removed would still take them, and nobody ever find them.
        """
        if _file_at(self._path) != self._file:
            return [Outcome(entry, error=gone(self._name)) for entry in group]
        try:
            if self._connection.in_transaction:  # the last one could not be undone
                self._connection.execute("ROLLBACK")
            self._connection.execute("BEGIN IMMEDIATE")
            outcomes = self._done(group)
            self._connection.execute("COMMIT")
        except sqlite3.Error as problem:
            with contextlib.suppress(sqlite3.Error):  # SQLite may have undone it already
                self._connection.execute("ROLLBACK")
            return [Outcome(entry, error=self._meant(problem)) for entry in group]
        return outcomes

    def _done(self, group: Sequence[Entry]) -> list[Outcome]:
        """Run works; savepoints would take as long as short works do, and are seldom needed."""
        try:
            return [Outcome(entry, entry.work(self._connection)) for entry in group]
        except Exception:  # noqa: BLE001 it comes again, and then it is known by which work
            if self._connection.in_transaction:  # SQLite may have undone it already
                self._connection.execute("ROLLBACK")
            self._connection.execute("BEGIN IMMEDIATE")
            return [self._attempted(entry) for entry in group]

    def _attempted(self, entry: Entry) -> Outcome:
        self._connection.execute("SAVEPOINT work")
        try:
            outcome = Outcome(entry, entry.work(self._connection))
        except Exception as problem:  # whatever it is, it is for whoever gave the work
            if isinstance(problem, sqlite3.Error) and not self._connection.in_transaction:
                raise  # a full disk: SQLite has undone the works before it too
            self._connection.execute("ROLLBACK TO work")
            outcome = Outcome(entry, error=self._meant(problem))
        self._connection.execute("RELEASE work")
        return outcome

    def _meant(self, problem: Exception) -> Exception:
        return storage_error(problem, self._name) or problem


def gone(name: str) -> StorageError:
    """Return what is wrong with a database that is no longer at its place."""
    return StorageError(
        f'The database "{name}" is gone from its folder, so nothing more is stored. '
        "Put it back as it was, or restart the server.",
        details={"reason": "gone"},
    )


def _file_at(path: Path) -> tuple[int, int] | None:
    """Return what tells the file at a place from any other, or None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 a Path's own takes twice as long
    except OSError:
        return None
    return found.st_dev, found.st_ino


def closed(name: str) -> StorageError:
    """Return what is wrong with using a closed database."""
    return StorageError(f'The database "{name}" is closed. The server is shutting down.')


def _is_busy(error: BaseException | None) -> bool:
    return isinstance(error, StorageError) and error.details.get("reason") == BUSY


def _tell(outcomes: Sequence[Outcome]) -> None:
    """Settle what was waited for; each loop is woken once."""
    by_loop: dict[asyncio.AbstractEventLoop | None, list[Outcome]] = {}
    for outcome in outcomes:
        by_loop.setdefault(outcome.entry.loop, []).append(outcome)
    for loop, its in by_loop.items():
        if loop is None:
            settle(its)
        else:
            with contextlib.suppress(RuntimeError):  # the loop is closed, nobody waits
                loop.call_soon_threadsafe(settle, its)


def settle(outcomes: Sequence[Outcome]) -> None:
    """Give those who wait what their works came to; called in their event loop or thread."""
    for (_, future, _), value, error in outcomes:
        if future.done():  # whoever waited was cancelled
            continue
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)
