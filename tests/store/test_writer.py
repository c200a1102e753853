"""Write errors at every place where one may happen; nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.errors import StorageError
from engine.store.opening import LOG_PAGES
from engine.store.writer import IN_A_ROW, Entry, Writer, settle


class Disk(sqlite3.Connection):
    """A connection whose statements fail as they do when the disk does."""

    fails: Callable[[str], bool] = staticmethod(lambda statement: False)

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        if self.fails(statement):
            problem = sqlite3.OperationalError("disk I/O error")
            problem.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise problem
        return super().execute(statement, *values)


def disk(path: Path) -> Disk:
    """Open a new database with one table."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Disk)
    connection.execute("PRAGMA journal_mode = WAL").close()
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("CREATE TABLE kept (key TEXT PRIMARY KEY)")
    return connection


def put(key: str) -> Callable[[sqlite3.Connection], str]:
    """Return a work that writes two rows."""

    def work(c: sqlite3.Connection) -> str:
        c.execute("INSERT INTO kept VALUES (?)", (key,))
        c.execute("INSERT INTO kept VALUES (?)", (f"{key} too",))
        return key

    return work


def written(writer: Writer, keys: list[str]) -> list[Any]:
    """Write at once and return the keys or errors; what the thread is not needed for, without."""

    async def run() -> list[Any]:
        loop = asyncio.get_running_loop()
        futures = [loop.create_future() for _ in keys]
        entries = [Entry(put(key), each, loop) for key, each in zip(keys, futures, strict=True)]
        done = writer.do_now(entries)
        if done is None:
            for entry in entries:
                writer.put(entry)
        else:
            settle(done)
        return await asyncio.gather(*futures, return_exceptions=True)

    return asyncio.run(run())


def kept(connection: sqlite3.Connection) -> set[str]:
    return {key for (key,) in connection.execute("SELECT key FROM kept")}


def failing_at(count: int) -> Callable[[str], bool]:
    """Return what fails one statement, the one with this number."""
    statements = iter(range(count + 1000))
    return lambda statement: next(statements) == count


def test_a_commit_that_fails_fails_for_all_who_wait_for_it(tmp_path: Path):
    with closing(disk(tmp_path / "a.sqlite")) as connection:
        connection.fails = lambda statement: statement == "COMMIT"
        writer = Writer(connection, tmp_path / "a.sqlite")
        failed = written(writer, ["a", "b"])
        connection.fails = lambda statement: False
        later = written(writer, ["a", "c"])
        writer.close()

        assert all(isinstance(each, StorageError) for each in failed)
        assert failed[0].details == {"reason": "unreadable"}
        assert later == ["a", "c"]
        assert kept(connection) == {"a", "a too", "c", "c too"}


@pytest.mark.parametrize("is_quick", [False, True])
@pytest.mark.parametrize("count", range(30))
def test_after_any_failing_statement_what_was_acknowledged_is_there(
    count: int, is_quick: bool, tmp_path: Path
):
    keys = [str(number) for number in range(6)]
    with closing(disk(tmp_path / "a.sqlite")) as connection:
        connection.fails = failing_at(count)
        writer = Writer(connection, tmp_path / "a.sqlite", is_quick=is_quick)
        acknowledged = [
            key for part in (keys[:2], keys[2:3], keys[3:]) for key in written(writer, part)
        ]
        good = {key for key in acknowledged if isinstance(key, str)}
        connection.fails = lambda statement: False
        later = written(writer, ["later"])
        writer.close()

        assert later == ["later"]
        assert kept(connection) == {*good, *(f"{key} too" for key in good), "later", "later too"}
        assert all(isinstance(each, str | StorageError) for each in acknowledged)


def threads_of(writer: Writer, numbers: Iterable[int]) -> list[bool]:
    """Write numbers one after the other; say of each if it was done in this thread."""

    async def run() -> list[bool]:
        loop = asyncio.get_running_loop()
        found: list[bool] = []
        for number in numbers:
            future = loop.create_future()
            entry = Entry(put(str(number)), future, loop)
            done = writer.do_now([entry])
            found.append(done is not None)
            if done is None:
                writer.put(entry)
            else:
                settle(done)
            await future
        return found

    return asyncio.run(run())


def test_short_works_need_no_thread_where_a_commit_does_not_wait_for_the_disk(tmp_path: Path):
    with closing(disk(tmp_path / "a.sqlite")) as connection:
        slow = Writer(connection, tmp_path / "a.sqlite")
        assert threads_of(slow, range(2)) == [False, False]
        slow.close()
        connection.execute("DELETE FROM kept")
        quick = Writer(connection, tmp_path / "a.sqlite", is_quick=True)
        assert threads_of(quick, range(2)) == [True, True]
        quick.close()


def test_the_thread_gets_a_short_work_now_and_then_and_copies_the_log(tmp_path: Path):
    asked: list[str] = []
    with closing(disk(tmp_path / "a.sqlite")) as connection:
        connection.fails = lambda statement: bool(asked.append(statement))
        writer = Writer(connection, tmp_path / "a.sqlite", is_quick=True)
        ways = threads_of(writer, range(IN_A_ROW + 2))
        writer.close()

    assert ways == [True] * IN_A_ROW + [False, True]
    logs = [each for each in asked if "wal_autocheckpoint" in each]
    assert logs == [f"PRAGMA wal_autocheckpoint = {pages}" for pages in (0, LOG_PAGES, 0)]


def test_a_short_work_waits_in_the_thread_while_another_program_writes(tmp_path: Path):
    path = tmp_path / "a.sqlite"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    with closing(disk(path)) as connection, closing(other):
        writer = Writer(connection, path, is_quick=True)

        async def act() -> tuple[bool, Any]:
            loop = asyncio.get_running_loop()
            future = loop.create_future()
            entry = Entry(put("a"), future, loop)
            other.execute("BEGIN IMMEDIATE")
            done = writer.do_now([entry])
            writer.put(entry)
            other.execute("ROLLBACK")
            return done is None, await future

        assert asyncio.run(act()) == (True, "a")
        writer.close()
        assert kept(connection) == {"a", "a too"}


def test_a_short_work_comes_after_what_waits_already(tmp_path: Path):
    with closing(disk(tmp_path / "a.sqlite")) as connection:
        writer = Writer(connection, tmp_path / "a.sqlite", is_quick=True)
        may_go_on = threading.Event()

        async def act() -> list[Any]:
            loop = asyncio.get_running_loop()
            futures = loop.create_future(), loop.create_future()
            long = Entry(lambda _: may_go_on.wait(), futures[0], loop)
            short = Entry(put("short"), futures[1], loop)
            writer.put(long)
            done = writer.do_now([short])
            writer.put(short)
            may_go_on.set()
            return [done, *(await asyncio.gather(*futures))]

        assert asyncio.run(act()) == [None, True, "short"]
        writer.close()


FILLED = """
import resource, sys
from pathlib import Path
from engine.errors import StorageError
from engine.store.database import Database

path = Path(sys.argv[1])
database = Database.open(path)
put = lambda key: database.write_now(
    lambda c: c.execute("INSERT INTO documents VALUES (?, '', zeroblob(3000))", (key,)).rowcount)
whole = resource.getrlimit(resource.RLIMIT_FSIZE)
log = path.with_name(path.name + "-wal").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (log + 40_000, whole[1]))
for number in range(100):
    try:
        put(f"limited {number}")
        print(f"limited {number}")
    except StorageError as problem:
        print(problem.message, file=sys.stderr)
resource.setrlimit(resource.RLIMIT_FSIZE, whole)
put("free")
print("free")
database.close_now()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sets no limit to files")
def test_when_the_system_refuses_to_write_nothing_acknowledged_is_lost(tmp_path: Path):
    path = tmp_path / "sfumato.sqlite"
    command = [sys.executable, "-c", FILLED, str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    with closing(sqlite3.connect(path)) as connection:
        found = {key for (key,) in connection.execute("SELECT digest FROM documents")}

    acknowledged = set(run.stdout.splitlines())
    assert found == acknowledged
    assert 1 < len(acknowledged) < 100
    assert "free" in acknowledged
    assert "could not be read or written: the disk reports an error" in run.stderr
