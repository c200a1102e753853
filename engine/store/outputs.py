"""Names of output files, each reserved for one picture of one node before it is written.

A job that runs again after a crash finds its names, and writes over what it wrote before.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.worker.messages import Reserve


def reserve(c: sqlite3.Connection, owner: str, message: Reserve) -> str:
    """Return the file name for a picture; asked again for the same folder, the same name."""
    wanted = message.wanted
    place = (message.job, wanted.node, wanted.index)
    folder = (owner, wanted.folder, wanted.subfolder)
    row = c.execute(
        "SELECT stem, number FROM outputs WHERE (job, node, place) = (?, ?, ?) "
        "AND (owner, folder, subfolder, suffix) = (?, ?, ?, ?)",
        (*place, *folder, wanted.suffix),
    ).fetchone()
    # A stem may hold the time: the second run of a job then asks with another one.
    stem, number = row or (wanted.stem, _reserved(c, owner, message))
    return f"{stem}_{number:05}_{wanted.suffix}"


def _reserved(c: sqlite3.Connection, owner: str, message: Reserve) -> int:
    """Take the next number of a stem, whatever the suffix."""
    wanted = message.wanted
    name = (owner, wanted.folder, wanted.subfolder, wanted.stem)
    (last,) = c.execute(
        "SELECT MAX(number) FROM outputs WHERE (owner, folder, subfolder, stem) = (?, ?, ?, ?)",
        name,
    ).fetchone()
    number = max(wanted.least, (last or 0) + 1)
    c.execute(
        "INSERT OR REPLACE INTO outputs "
        "(job, node, place, owner, folder, subfolder, stem, number, suffix) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (message.job, wanted.node, wanted.index, *name, number, wanted.suffix),
    )
    return number
