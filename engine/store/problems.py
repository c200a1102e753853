"""What SQLite's errors mean to a person, and what can be done."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from engine.errors import StorageError
from engine.hardware.machine import is_full

#: What is said where another program writes.
BUSY = "busy"
#: Result code -> a word for programs, and what is wrong and what to do.
_MEANINGS = {
    sqlite3.SQLITE_FULL: (
        "full",
        "has no room left on its disk. Make room; what was not acknowledged was not stored",
    ),
    sqlite3.SQLITE_READONLY: (
        "read_only",
        "can not be written. Give this account the right to write it and its folder",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "read_only",
        "can not be opened. Give this account the right to write it and its folder",
    ),
    sqlite3.SQLITE_PERM: (
        "read_only",
        "can not be opened. Give this account the right to write it and its folder",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "damaged",
        "is damaged. Move the file aside; a new one is made, "
        "and pictures in the output folder stay",
    ),
    sqlite3.SQLITE_NOTADB: (
        "damaged",
        "is no database. Move the file aside; a new one is made",
    ),
    sqlite3.SQLITE_IOERR: (
        "unreadable",
        "could not be read or written: the disk reports an error. Check the disk",
    ),
    sqlite3.SQLITE_BUSY: (
        BUSY,
        "is held by another program. Close it and try again",
    ),
}
_PRIMARY = 0xFF  # the lowest byte; the others say which kind of it


def storage_error(problem: BaseException, shown: Path | str) -> StorageError | None:
    """Return what an error of SQLite means; None for one that is not of the file.

    Args:
        shown: how the file is named: its path to the operator, its name to clients.
    """
    code = getattr(problem, "sqlite_errorcode", 0) & _PRIMARY
    if code == sqlite3.SQLITE_IOERR and isinstance(shown, Path) and is_full(shown.parent):
        code = sqlite3.SQLITE_FULL  # what is shared between processes did not fit
    if (meaning := _MEANINGS.get(code)) is None:
        return None
    reason, sentence = meaning
    error = StorageError(f'The database "{shown}" {sentence}.', details={"reason": reason})
    error.__cause__ = problem
    return error
