"""What is known of model files: descriptions from their headers, and hashes, which cost reading.

A row holds for as long as the file is the same: its inode, size and modification time.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")

VERSION = 1
SCHEMA = """
CREATE TABLE files (path TEXT PRIMARY KEY, state TEXT NOT NULL, sha256 TEXT, about TEXT);
CREATE INDEX files_by_hash ON files (sha256) WHERE sha256 IS NOT NULL;
"""
IN_MEMORY = ":memory:"
#: Seconds to wait for another process that writes.
PATIENCE = 10.0


class State(NamedTuple):
    """What changes when a file does."""

    inode: int
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: str | os.PathLike[str]) -> State:
        """Return the present state of a file.

        Raises:
            OSError: it can not be looked at.
        """
        status = os.stat(path)  # noqa: PTH116 strings, called for every model
        return cls(status.st_ino, status.st_size, status.st_mtime_ns)

    def as_text(self) -> str:
        """Return it as it is stored; an inode may exceed SQLite's integers."""
        return f"{self.inode}:{self.size}:{self.mtime_ns}"


class Known(NamedTuple):
    """What the index knows of one file as it is now."""

    sha256: str | None
    about: Mapping[str, Any] | None


class ModelIndex:
    """Rows by path. Opened when first used; a damaged database is made anew.

    Where it can not be written it lasts as long as the process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database: sqlite3.Connection | None = None
        self._lock = threading.RLock()

    def known(self, path: Path, state: State) -> Known:
        """Return what is known of a file in this state."""
        rows = self._read(
            "SELECT sha256, about FROM files WHERE path = ? AND state = ?",
            (str(path), state.as_text()),
        )
        for sha256, about in rows:
            return Known(sha256, json.loads(about) if about else None)
        return Known(None, None)

    def put_hash(self, path: Path, state: State, sha256: str) -> None:
        """Keep a file's hash."""
        self._write(
            "INSERT INTO files (path, state, sha256) VALUES (?, ?, ?) ON CONFLICT (path) DO UPDATE "
            "SET about = CASE WHEN state = excluded.state THEN about END, "
            "state = excluded.state, sha256 = excluded.sha256",
            [(str(path), state.as_text(), sha256)],
        )

    def put_about(self, rows: Iterable[tuple[Path, State, Mapping[str, Any]]]) -> None:
        """Keep descriptions of several files in one transaction."""
        self._write(
            "INSERT INTO files (path, state, about) VALUES (?, ?, ?) ON CONFLICT (path) DO UPDATE "
            "SET sha256 = CASE WHEN state = excluded.state THEN sha256 END, "
            "state = excluded.state, about = excluded.about",
            [(str(path), state.as_text(), json.dumps(about)) for path, state, about in rows],
        )

    def paths_with(self, sha256: str) -> list[Path]:
        """Return the files, as they are now, whose hash begins with these digits."""
        rows = self._read(
            "SELECT path, state FROM files WHERE sha256 >= ? AND sha256 < ? ORDER BY path",
            (sha256, sha256 + "g"),  # "g" follows every digit
        )
        return [Path(path) for path, state in rows if _is_now(path, state)]

    def hashes(self) -> dict[tuple[str, int, int, int], str]:
        """Return every hash by path, inode, size and modification time; opens no new database."""
        if self._database is None and not self._path.exists():
            return {}
        rows = self._read("SELECT path, state, sha256 FROM files WHERE sha256 IS NOT NULL")
        return {(path, *_numbers(state)): sha256 for path, state, sha256 in rows}

    def close(self) -> None:
        """Close the database; it is opened again where it is used again."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def _read(self, statement: str, values: tuple[str, ...] = ()) -> list[Any]:
        return self._mended(lambda database: database.execute(statement, values).fetchall())

    def _write(self, statement: str, rows: list[tuple[str, ...]]) -> None:
        def write(database: sqlite3.Connection) -> None:
            with database:
                database.executemany(statement, rows)

        self._mended(write)

    def _mended(self, action: Callable[[sqlite3.Connection], T]) -> T:
        """Do something with the database, and once more with a new one where it is damaged."""
        with self._lock:
            try:
                return action(self._opened())
            except sqlite3.OperationalError:  # a full disk, a folder without permission
                self.close()
                self._database = _made(IN_MEMORY)
            except sqlite3.DatabaseError:
                self.close()
                for end in ("", "-wal", "-shm"):
                    Path(f"{self._path}{end}").unlink(missing_ok=True)
            return action(self._opened())

    def _opened(self) -> sqlite3.Connection:
        if self._database is None:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
            except OSError:
                self._database = _made(IN_MEMORY)
            else:
                self._database = _made(str(self._path))
        return self._database


def _made(path: str) -> sqlite3.Connection:
    """Open a database and bring it to the present schema; one of another version starts anew."""
    database = sqlite3.connect(path, timeout=PATIENCE, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL").close()
        database.execute("PRAGMA synchronous = NORMAL").close()
        with closing(database.execute("PRAGMA user_version")) as answer:
            (version,) = answer.fetchone()
        if version != VERSION:
            database.executescript(
                f"BEGIN IMMEDIATE; DROP TABLE IF EXISTS files; {SCHEMA}"
                f"PRAGMA user_version = {VERSION}; COMMIT;"
            )
    except BaseException:
        database.close()
        raise
    return database


def _numbers(state: str) -> tuple[int, int, int]:
    inode, size, mtime_ns = state.split(":")
    return int(inode), int(size), int(mtime_ns)


def _is_now(path: str, state: str) -> bool:
    try:
        return State.of(path).as_text() == state
    except OSError:
        return False
