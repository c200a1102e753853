"""What each workflow of each user held, revision after revision.

The newest one stands for the file as it was last seen; a deletion is a revision without content.
"""

from __future__ import annotations

import sqlite3
import zlib
from typing import Literal, NamedTuple

How = Literal["saved", "found", "restored", "deleted"]

_COLUMNS = "name, number, time, how, title, digest, state"
_NEWEST = (
    f"SELECT {_COLUMNS} FROM workflow_revisions AS each WHERE owner = ? AND number = ("
    "SELECT max(number) FROM workflow_revisions WHERE owner = each.owner AND name = each.name)"
)


class Revision(NamedTuple):
    """One revision, without what it holds.

    Attributes:
        time: seconds since the epoch.
        digest: of the content, "" of a deletion.
        state: what the file was like that held it.
    """

    name: str
    number: int
    time: float
    how: How
    title: str
    digest: str
    state: str

    @property
    def is_deletion(self) -> bool:
        """Say whether the workflow was deleted."""
        return self.how == "deleted"


def newest(connection: sqlite3.Connection, owner: str) -> dict[str, Revision]:
    """Return the newest revision of each workflow of a user, by name."""
    rows = connection.execute(_NEWEST, (owner,))
    return {row[0]: Revision(*row) for row in rows}


def newest_of(connection: sqlite3.Connection, owner: str, name: str) -> Revision | None:
    """Return the newest revision of a workflow, or None."""
    row = connection.execute(f"{_NEWEST} AND name = ?", (owner, name)).fetchone()
    return Revision(*row) if row else None


def revisions(
    connection: sqlite3.Connection, owner: str, name: str, limit: int, offset: int
) -> list[Revision]:
    """Return revisions of a workflow, newest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM workflow_revisions WHERE owner = ? AND name = ? "
        "ORDER BY number DESC LIMIT ? OFFSET ?",
        (owner, name, limit, offset),
    )
    return [Revision(*row) for row in rows]


def revision(
    connection: sqlite3.Connection, owner: str, name: str, number: int
) -> tuple[Revision, bytes] | None:
    """Return a revision with its content, or None; a deletion holds nothing."""
    row = connection.execute(
        f"SELECT {_COLUMNS}, content FROM workflow_revisions "
        "WHERE owner = ? AND name = ? AND number = ?",
        (owner, name, number),
    ).fetchone()
    if row is None:
        return None
    *columns, content = row
    return Revision(*columns), zlib.decompress(content) if content else b""


def add(
    connection: sqlite3.Connection, owner: str, found: Revision, content: bytes | None
) -> Revision:
    """Keep a revision under the next number of its workflow; `found.number` does not count."""
    (last,) = connection.execute(
        "SELECT coalesce(max(number), 0) FROM workflow_revisions WHERE owner = ? AND name = ?",
        (owner, found.name),
    ).fetchone()
    kept = found._replace(number=last + 1)
    packed = None if content is None else zlib.compress(content)
    connection.execute(
        f"INSERT INTO workflow_revisions (owner, {_COLUMNS}, content) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (owner, *kept, packed),
    )
    return kept


def set_state(connection: sqlite3.Connection, owner: str, seen: Revision, state: str) -> None:
    """Note what the file is like now that holds the same content."""
    connection.execute(
        "UPDATE workflow_revisions SET state = ? WHERE owner = ? AND name = ? AND number = ?",
        (state, owner, seen.name, seen.number),
    )


def rename(connection: sqlite3.Connection, owner: str, old: str, new: str) -> None:
    """Give a workflow's revisions to another name, after those that this name has."""
    (last,) = connection.execute(
        "SELECT coalesce(max(number), 0) FROM workflow_revisions WHERE owner = ? AND name = ?",
        (owner, new),
    ).fetchone()
    connection.execute(
        "UPDATE workflow_revisions SET name = ?, number = number + ? WHERE owner = ? AND name = ?",
        (new, last, owner, old),
    )


def last_with_content(connection: sqlite3.Connection, owner: str, name: str) -> int | None:
    """Return the newest revision of a workflow that is no deletion, or None."""
    (number,) = connection.execute(
        "SELECT max(number) FROM workflow_revisions "
        "WHERE owner = ? AND name = ? AND content IS NOT NULL",
        (owner, name),
    ).fetchone()
    return number


def kept_bytes(connection: sqlite3.Connection, owner: str) -> int:
    """Return how much the revisions of a user take."""
    (total,) = connection.execute(
        "SELECT coalesce(sum(length(content)), 0) FROM workflow_revisions WHERE owner = ?", (owner,)
    ).fetchone()
    return total
