"""Opening the database's file: its lock, its checks, its settings."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import BinaryIO, Literal

from engine.errors import StorageError
from engine.hardware.machine import try_lock
from engine.store.migrations import check_version, migrate
from engine.store.problems import storage_error

#: What a commit survives: the death of the process, or also loss of power.
Durability = Literal["process", "power"]

#: Seconds to wait for another process that writes.
PATIENCE = 10.0
#: The write-ahead log is copied to the database when it has so many pages, which takes two waits
#: for the disk: seldom enough that few commits meet it, and soon enough to read the log at a start.
LOG_PAGES = 4000
LOG_BYTES = LOG_PAGES * 4096
CACHE_KIB = 16 << 10
#: A larger file is not checked after a crash: that takes longer than a start may.
CHECKED_BYTES = 16 << 20


def open_locked(path: Path) -> BinaryIO:
    """Take the lock that one server at a time has.

    Raises:
        StorageError: another server has it, or the folder cannot be written.
    """
    try:
        lock = try_lock(path.with_name(f"{path.name}.lock"))
    except OSError as problem:
        raise unwritable(path, problem) from problem
    if lock is None:
        raise StorageError(
            f'Another server already uses the database "{path}". '
            "Stop it, or start this one with another base directory.",
            details={"reason": "locked"},
        )
    return lock


def open_writer(path: Path, durability: Durability, *, shared: bool) -> sqlite3.Connection:
    """Open the database to write, make it or bring it to the present version.

    Raises:
        StorageError: it is damaged, newer than this program, or cannot be written.
    """
    was_clean = shared or not _log_of(path).exists()
    try:
        if not path.exists():
            path.touch(mode=0o600)  # it holds who may do what; its log gets the same mode
        connection = connect(path)
    except OSError as problem:
        raise unwritable(path, problem) from problem
    except sqlite3.Error as problem:
        raise storage_error(problem, path) or problem from problem
    try:
        check_version(connection, path)
        _settle(connection, durability)
        if not was_clean and path.stat().st_size <= CHECKED_BYTES:
            _check(connection, path)
        migrate(connection, path)
    except sqlite3.Error as problem:
        connection.close()
        raise storage_error(problem, path) or problem from problem
    except BaseException:
        connection.close()
        raise
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """Open one more connection, which only reads."""
    connection = connect(path)
    connection.execute("PRAGMA query_only = ON")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    return connection


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection whose transactions are begun and ended by statements."""
    return sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)


def unwritable(path: Path, problem: OSError) -> StorageError:
    """Return why a database's files cannot be made."""
    return StorageError(
        f'The folder "{path.parent}" can not be written: {problem.strerror}. '
        "Give this account the right to write it, or use another base directory.",
        details={"reason": "read_only"},
    )


def _settle(connection: sqlite3.Connection, durability: Durability) -> None:
    connection.execute("PRAGMA journal_mode = WAL").close()
    connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}").close()
    connection.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}").close()
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    connection.execute("PRAGMA foreign_keys = ON")
    if durability == "power":
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS: fsync alone leaves the drive's cache
    else:
        connection.execute("PRAGMA synchronous = NORMAL")


def _check(connection: sqlite3.Connection, path: Path) -> None:
    found = [row[0] for row in connection.execute("PRAGMA quick_check(3)")]
    if found != ["ok"]:
        raise StorageError(
            f'The database "{path}" is damaged: {"; ".join(found)}. Move the file aside; '
            "a new one is made, and pictures in the output folder stay.",
            details={"reason": "damaged"},
        )


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")
