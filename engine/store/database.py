"""The server's database: one file, one thread that writes, a few that read."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TypeVar

from engine.store.opening import Durability, open_locked, open_reader, open_writer, unwritable
from engine.store.problems import storage_error
from engine.store.writer import Entry, Writer, closed, gone, settle

T = TypeVar("T")

#: Threads that read; a slow search delays nobody else.
READERS = 3


@dataclass(slots=True)
class _Given:
    entries: list[Entry] = field(default_factory=list[Entry])
    is_short: bool = True


class Database:
    """Runs works, functions of a connection, each in a transaction.

    A work neither begins nor commits; it may run in any thread, beside other works. It is done
    even if who waits for it is cancelled. One that writes changes nothing else: it is undone and
    done again where another one fails.
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        lock: BinaryIO | None,
        *,
        is_quick: bool = False,
    ) -> None:
        self.path = path
        self._connection = connection
        self._lock = lock
        self._writer = Writer(connection, path, is_quick=is_quick)
        #: what was given to `write` in this turn of an event loop, and if all of it is short
        self._given: dict[asyncio.AbstractEventLoop, _Given] = {}
        self._is_closed = False
        self._pool = ThreadPoolExecutor(READERS, "reader")
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []

    @classmethod
    def open(
        cls, path: Path, *, durability: Durability = "process", shared: bool = False
    ) -> Database:
        """Open the database; make it where there is none, and migrate an older one.

        Args:
            shared: use it beside a server, as a command does; else no other server may have it.

        Raises:
            StorageError: another server has it, a newer program made it, it is damaged, or the
                folder cannot be written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise unwritable(path, problem) from problem
        lock = None if shared else open_locked(path)
        try:
            connection = open_writer(path, durability, shared=shared)
            return cls(path, connection, lock, is_quick=durability == "process")
        except BaseException:
            if lock is not None:
                lock.close()
            raise

    async def write(self, work: Callable[[sqlite3.Connection], T], *, is_short: bool = False) -> T:
        """Do a work, and return what it returns once that is durable.

        The works of one turn of the event loop are handed over together: waking the thread costs
        more than a short work does.

        Args:
            is_short: it takes less than a millisecond, and may hold the event loop for that long.

        Raises:
            StorageError: the disk is full or fails; nothing of the work is stored.
        """
        if self._is_closed:
            raise closed(self.path.name)
        loop = asyncio.get_running_loop()
        if (given := self._given.get(loop)) is None:
            given = self._given[loop] = _Given()
            loop.call_soon(self._hand_over, loop)
        future: asyncio.Future[T] = loop.create_future()
        given.entries.append(Entry(work, future, loop))
        given.is_short &= is_short
        return await future

    def write_now(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do a work like `write`, in a program without an event loop."""
        future: Future[T] = Future()
        self._writer.put(Entry(work, future))
        return future.result()

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what a work reads; it sees all that is written, and no change while it runs.

        Raises:
            StorageError: the file cannot be read.
        """
        return await asyncio.wrap_future(self._reading(work))

    def read_now(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Read like `read`, in a program without an event loop."""
        return self._reading(work).result()

    async def close(self) -> None:
        """Finish what was asked and close the file; the database is gone for everybody."""
        self._end()
        await asyncio.to_thread(self.close_now)

    def close_now(self) -> None:
        """Close like `close`, in a program without an event loop."""
        self._end()
        self._writer.close()
        self._pool.shutdown()
        for reader in self._readers:
            reader.close()
        with contextlib.suppress(sqlite3.Error):  # the next start reads the log instead
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        self._connection.close()
        if self._lock is not None:
            self._lock.close()

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        given = self._given.pop(loop, None)
        if given is None:  # closing has come before
            return
        outcomes = self._writer.do_now(given.entries) if given.is_short else None
        if outcomes is None:
            self._writer.put(*given.entries)
        else:
            settle(outcomes)

    def _end(self) -> None:
        self._is_closed = True
        for loop in [*self._given]:
            self._hand_over(loop)

    def _reading(self, work: Callable[[sqlite3.Connection], T]) -> Future[T]:
        try:
            return self._pool.submit(self._read, work)
        except RuntimeError as problem:
            raise closed(self.path.name) from problem

    def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            connection = self._reader()
            connection.execute("BEGIN")
            try:
                return work(connection)
            finally:
                if connection.in_transaction:  # an error may have ended it
                    connection.execute("ROLLBACK")
        except sqlite3.Error as problem:
            raise storage_error(problem, self.path.name) or problem from problem

    def _reader(self) -> sqlite3.Connection:
        """Return this thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is None:
            if not self.path.exists():  # SQLite would make an empty one
                raise gone(self.path.name)
            connection = self._local.connection = open_reader(self.path)
            self._readers.append(connection)
        return connection
