"""The texts of jobs, entered into the index that a search asks.

Jobs are entered when somebody searches, and now and then: most are never searched for, and many at
once cost a small part of what each would alone. Those that are not entered yet have the highest
numbers.
"""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec

from engine.store.words import owner_word, spaced, words_of

#: Jobs of one work, so that other works need not wait long.
AT_ONCE = 100
_LAST = "SELECT rowid FROM job_words ORDER BY rowid DESC LIMIT 1"
_NEXT = (
    "SELECT number, owner, title, rest, document FROM jobs WHERE number > ? ORDER BY number LIMIT ?"
)


class _Rest(msgspec.Struct):
    """What has texts among the fields of a job that have no column."""

    values: dict[str, Any] = {}
    error: dict[str, Any] | None = None


_decoder = msgspec.json.Decoder(_Rest)


def is_behind(c: sqlite3.Connection) -> bool:
    """Say whether there are jobs that are not entered."""
    (last,) = c.execute(_LAST).fetchone() or (0,)
    return bool(c.execute(_NEXT, (last, 1)).fetchone())


def enter_next(c: sqlite3.Connection) -> bool:
    """Enter the next jobs; say whether there may be more."""
    (last,) = c.execute(_LAST).fetchone() or (0,)
    jobs = c.execute(_NEXT, (last, AT_ONCE)).fetchall()
    documents = {digest: _words_of(c, digest) for digest in {each[-1] for each in jobs}}
    entries = [
        (number, owner_word(owner), f"{_words(title, rest)} {documents[digest]}")
        for number, owner, title, rest, digest in jobs
    ]
    c.executemany("INSERT INTO job_words (rowid, owner, words) VALUES (?, ?, ?)", entries)
    return len(jobs) == AT_ONCE


def _words_of(c: sqlite3.Connection, digest: str) -> str:
    (text,) = c.execute("SELECT text FROM documents WHERE digest = ?", (digest,)).fetchone()
    return words_of(text)


def _words(title: str, rest: str) -> str:
    fields = _decoder.decode(rest)
    return spaced((title, *fields.values.values(), (fields.error or {}).get("message")))
