"""Whose a token is, answered from memory for as long as nothing has changed.

A look at SQLite's `data_version` takes microseconds, so a token that another process revokes is
refused from the next request on.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from msgspec.structs import replace

from engine.store import users
from engine.store.opening import open_reader
from engine.store.problems import storage_error
from engine.store.users import Holder, digest_of, is_over


class Keyring:
    """Knows the valid tokens of a database. For one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = open_reader(path)
        self._seen = -1
        self._version = -1
        #: digest -> holder, of valid tokens that were asked for
        self._holders: dict[bytes, Holder] = {}

    def holder(self, secret: str, *, now: float) -> Holder | None:
        """Return whose token this is; None if it is not valid.

        Raises:
            StorageError: the database can not be read.
        """
        try:
            return self._holder(digest_of(secret), now)
        except sqlite3.Error as problem:
            raise storage_error(problem, self._path.name) or problem from problem

    def renew(self, secret: str, *, now: float) -> None:
        """Remember that a token was used now."""
        digest = digest_of(secret)
        if (holder := self._holders.get(digest)) is not None:
            self._holders[digest] = holder._replace(token=replace(holder.token, used=now))

    def version(self) -> int:
        """Return a number that changes when a token is revoked or a user changed."""
        self._refresh()
        return self._version

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _holder(self, digest: bytes, now: float) -> Holder | None:
        self._refresh()
        holder = self._holders.get(digest)
        if holder is None:
            holder = users.holder_of(self._connection, digest, now=now)
            if holder is not None:
                self._holders[digest] = holder
        elif is_over(holder.token, now):
            return None
        return holder

    def _refresh(self) -> None:
        (seen,) = self._connection.execute("PRAGMA data_version").fetchone()
        if seen == self._seen:
            return
        self._seen = seen
        if (version := users.version_of(self._connection)) != self._version:
            self._version = version
            self._holders.clear()
