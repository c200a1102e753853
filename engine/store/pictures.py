"""The index of the gallery: what lies in users' output folders, and how it was made.

The folder is what counts; a row is only what was seen in it.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

NS = 10**9
#: So many files, the newest, are found by their words where more have them.
SEARCHED = 10_000
#: More groups of three letters are not asked for: the words themselves are looked at anyway.
MOST_LETTERS = 64
#: An output file's name, as `outputs` has it in parts.
_NUMBERED = re.compile(r"(.+)_(\d{1,15})_(\..+)")


class Picture(NamedTuple):
    """One file of an output folder; fields are those of the table."""

    name: str
    size: int
    mtime_ns: int
    width: int | None
    height: int | None
    prompt: str
    negative: str
    model: str
    seed: str
    sampler: str
    scheduler: str
    steps: int | None
    cfg: float | None
    job: str
    has_workflow: bool
    words: str


_COLUMNS = ", ".join(Picture._fields)
_NEWEST_FIRST = "ORDER BY mtime_ns DESC, id DESC"
_MARKS = ", ".join("?" * len(Picture._fields))
_CHANGED = ", ".join(f"{each} = excluded.{each}" for each in Picture._fields)
#: A replaced row would be gone without a trigger that hears of it.
_PUT = (
    f"INSERT INTO pictures (owner, {_COLUMNS}) VALUES (?, {_MARKS}) "
    f"ON CONFLICT DO UPDATE SET {_CHANGED}"
)


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is looked for; empty fields are not.

    Attributes:
        words: all of them are in the prompts, the model, or the file's name. Of more than
            `SEARCHED` files that have them, the newest are found.
        model: a part of its name.
        since, until: seconds since the epoch.
    """

    words: str = ""
    model: str = ""
    seed: str = ""
    job: str = ""
    since: float | None = None
    until: float | None = None


def put(connection: sqlite3.Connection, owner: str, pictures: Iterable[Picture]) -> None:
    """Keep what was seen; the job is the one that has reserved the file's name."""
    connection.executemany(
        _PUT, ((owner, *each._replace(job=_job(connection, owner, each))) for each in pictures)
    )


def _job(connection: sqlite3.Connection, owner: str, picture: Picture) -> str:
    subfolder, _, name = picture.name.rpartition("/")
    if (found := _NUMBERED.fullmatch(name)) is None:
        return picture.job
    row = connection.execute(
        "SELECT job FROM outputs WHERE (owner, folder, subfolder, stem, number, suffix) "
        "= (?, 'output', ?, ?, ?, ?)",
        (owner, subfolder, found[1], int(found[2]), found[3]),
    ).fetchone()
    return row[0] if row else picture.job


def remove(connection: sqlite3.Connection, owner: str, names: Iterable[str]) -> int:
    """Forget files, and return how many were known."""
    gone = connection.executemany(
        "DELETE FROM pictures WHERE owner = ? AND name = ?", ((owner, name) for name in names)
    )
    return gone.rowcount


def states(connection: sqlite3.Connection, owner: str) -> dict[str, tuple[int, int]]:
    """Return size and time of each file as it was last seen, by name."""
    rows = connection.execute("SELECT name, size, mtime_ns FROM pictures WHERE owner = ?", (owner,))
    return {name: (size, mtime_ns) for name, size, mtime_ns in rows}


def find(connection: sqlite3.Connection, owner: str, name: str) -> Picture | None:
    """Return what is known of one file, or None."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM pictures WHERE owner = ? AND name = ?",
        (owner, name),
    ).fetchone()
    return Picture(*row) if row else None


def page(
    connection: sqlite3.Connection, owner: str, search: Search, limit: int, offset: int
) -> tuple[list[Picture], int]:
    """Return files newest first, and how many there are in all."""
    condition, values = _condition(owner, search)
    if search.words.strip():
        found = _found(connection, search.words, condition, values)
        one = f"SELECT {_COLUMNS} FROM pictures WHERE id = ?"
        rows = (connection.execute(one, each).fetchone() for each in found[offset : offset + limit])
        return [Picture(*row) for row in rows], len(found)
    part = f"SELECT {_COLUMNS} FROM pictures WHERE {condition} {_NEWEST_FIRST} LIMIT ? OFFSET ?"
    rows = connection.execute(part, (*values, limit, offset))
    shown = [Picture(*row) for row in rows]
    counted = f"SELECT count(*) FROM pictures WHERE {condition}"
    (total,) = connection.execute(counted, values).fetchone()
    return shown, total


def _found(
    connection: sqlite3.Connection, words: str, condition: str, values: list[Any]
) -> list[tuple[int]]:
    """Return the ids of the files that have words and fit a condition, newest first."""
    source, given = _source(connection, words)
    ids = f"SELECT id FROM {source} WHERE {condition} {_NEWEST_FIRST} LIMIT {SEARCHED}"
    return connection.execute(ids, (*given, *values)).fetchall()


def _source(connection: sqlite3.Connection, words: str) -> tuple[str, tuple[str, ...]]:
    """Return where to look for words: at the files that have their letters, if these are few."""
    question = _question(words)
    if not question:
        return "pictures", ()
    few = f"SELECT rowid FROM picture_letters WHERE picture_letters MATCH ? LIMIT {SEARCHED + 1}"
    ids = [each for (each,) in connection.execute(few, (question,))]
    if len(ids) > SEARCHED:
        return "pictures", ()
    listed = msgspec.json.encode(ids).decode()
    return "(SELECT value FROM json_each(?)) CROSS JOIN pictures ON id = value", (listed,)


def _question(words: str) -> str:
    """Return the question to FTS5 for what has the letters of words; none for very short ones."""
    plain = words.casefold().replace("\0", " ").split()
    letters = dict.fromkeys(word[at : at + 3] for word in plain for at in range(len(word) - 2))
    return " ".join('"' + each.replace('"', '""') + '"' for each in [*letters][:MOST_LETTERS])


def _condition(owner: str, search: Search) -> tuple[str, list[Any]]:
    parts: list[tuple[str, Any]] = [("owner = ?", owner)]
    parts += [("instr(words, ?)", word) for word in search.words.casefold().split()]
    if search.model:
        parts.append(("instr(lower(model), lower(?))", search.model))
    if search.seed:
        parts.append(("seed = ?", search.seed))
    if search.job:
        parts.append(("job = ?", search.job))
    if search.since is not None:
        parts.append(("mtime_ns >= ?", int(search.since * NS)))
    if search.until is not None:
        parts.append(("mtime_ns <= ?", int(search.until * NS)))
    return " AND ".join(part for part, _ in parts), [value for _, value in parts]
