"""Whose queues are held: one row an owner."""

from __future__ import annotations

import sqlite3


def owners(connection: sqlite3.Connection) -> set[str]:
    """Return those whose queues are held."""
    return {owner for (owner,) in connection.execute("SELECT owner FROM held_queues")}


def put(connection: sqlite3.Connection, owner: str, *, is_held: bool) -> None:
    """Hold an owner's queue, or let it go."""
    if is_held:
        connection.execute("INSERT OR IGNORE INTO held_queues VALUES (?)", (owner,))
    else:
        connection.execute("DELETE FROM held_queues WHERE owner = ?", (owner,))
