"""Versions of the database's schema: files `schema/vNN_name.sql`, applied in order.

`PRAGMA user_version` says which ones a database has had. A file is never edited once it is
released: what has to change is a new version.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import NamedTuple

from engine.errors import StorageError

FILES = Path(__file__).with_name("schema")
#: A table that every version has.
OURS = "jobs"
_FILE = re.compile(r"v(\d+)_\w+\.sql")


class Version(NamedTuple):
    """One step of the schema."""

    number: int
    script: str


@cache
def versions() -> tuple[Version, ...]:
    """Return every version that this program knows, in order."""
    found = ((file, _FILE.fullmatch(file.name)) for file in FILES.iterdir())
    return tuple(
        sorted(
            Version(int(match[1]), file.read_text(encoding="utf-8"))
            for file, match in found
            if match is not None
        )
    )


def version_of(connection: sqlite3.Connection) -> int:
    """Return the schema version of a database; 0 is an empty one."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return version


def check_version(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a database that a newer program has made, or another one.

    Raises:
        StorageError: its version is unknown here, or it is none of ours.
    """
    connection.execute("BEGIN")  # another process may make the tables between the two looks
    present = version_of(connection)
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    connection.execute("ROLLBACK")
    latest = versions()[-1].number
    if present > latest:
        raise StorageError(
            f'The database "{path}" has version {present}, and this program knows versions up to '
            f"{latest}. Update Sfumato, or use another base directory.",
            details={"reason": "newer", "version": present, "known": latest},
        )
    is_ours = OURS in tables if present else not tables
    if not is_ours:
        raise StorageError(
            f'The database "{path}" is another program\'s. '
            "Move the file aside, or use another base directory.",
            details={"reason": "foreign"},
        )


def migrate(
    connection: sqlite3.Connection, path: Path, steps: Sequence[Version] | None = None
) -> None:
    """Bring a database to the newest version, each version in a transaction of its own.

    What an existing database was before is kept beside it.
    """
    steps = versions() if steps is None else steps
    if 0 < (present := version_of(connection)) < steps[-1].number:
        _back_up(connection, path.with_name(f"{path.name}.v{present}.backup"))
    for step in steps:
        connection.execute("BEGIN IMMEDIATE")
        try:
            if version_of(connection) < step.number:  # another process may do the same
                for statement in statements(step.script):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {step.number}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def statements(script: str) -> Iterator[str]:
    """Split a script; `executescript` would commit the transaction it runs in."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


def _back_up(connection: sqlite3.Connection, target: Path) -> None:
    beside = target.with_name(f"{target.name}.part")
    beside.touch(mode=0o600)
    with closing(sqlite3.connect(beside)) as copy:
        connection.backup(copy)
    beside.replace(target)
