"""Users and the tokens that prove who asks. A token itself is never stored, only its SHA-256."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec

from engine.errors import Conflict, NotFound
from engine.users import User

#: How a token is shown: in a header, in the path of an address, or in a browser's cookie.
Kind = Literal["bearer", "url", "session"]
#: Begins every token, so that logs can be kept free of them.
PREFIX = "sfm_"
#: A session that was not used for so long is over.
SESSION_LIFE_S = 30 * 24 * 3600.0
#: `used` is written at most so often.
USED_EVERY_S = 3600.0


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a token.

    Attributes:
        used: when it was last used, to within the hour; when it was made, if never.
        revoked: when it was revoked.
    """

    id: str
    user: str
    kind: Kind
    created: float
    used: float
    revoked: float | None = None


class Issued(NamedTuple):
    """A new token: `secret` is shown once and can not be had again."""

    id: str
    secret: str


class Holder(NamedTuple):
    """Whose a token is."""

    user: User
    token: Token


_USER = "name, role, max_queued, max_disk_bytes"
_TOKEN = "id, user, kind, created, used, revoked"


def new_secret() -> str:
    """Return a token that nobody can guess."""
    return PREFIX + secrets.token_urlsafe(32)


@lru_cache(maxsize=128)
def digest_of(secret: str) -> bytes:
    """Return what is stored of a token; those shown last are not hashed again."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def add(connection: sqlite3.Connection, user: User, *, now: float) -> None:
    """Add a user.

    Raises:
        Conflict: there is one of that name.
    """
    row = (user.name, user.role, user.max_queued, user.max_disk_bytes, now)
    try:
        connection.execute(f"INSERT INTO users ({_USER}, created) VALUES (?, ?, ?, ?, ?)", row)
    except sqlite3.IntegrityError as problem:
        raise Conflict(f'There is a user "{user.name}" already. Choose another name.') from problem


def everybody(connection: sqlite3.Connection) -> list[User]:
    """Return all users by name."""
    return [_user(row) for row in connection.execute(f"SELECT {_USER} FROM users ORDER BY name")]


def find(connection: sqlite3.Connection, name: str) -> User:
    """Return a user.

    Raises:
        NotFound: there is none of that name.
    """
    row = connection.execute(f"SELECT {_USER} FROM users WHERE name = ?", (name,)).fetchone()
    if row is None:
        known = ", ".join(each.name for each in everybody(connection))
        raise NotFound(f'There is no user "{name}". Users: {known}.')
    return _user(row)


def issue(connection: sqlite3.Connection, name: str, kind: Kind, *, now: float) -> Issued:
    """Make a token for a user.

    Raises:
        NotFound: there is no such user.
    """
    find(connection, name)
    issued = Issued(secrets.token_hex(4), new_secret())
    connection.execute(
        f"INSERT INTO tokens ({_TOKEN}, digest) VALUES (?, ?, ?, ?, ?, NULL, ?)",
        (issued.id, name, kind, now, now, digest_of(issued.secret)),
    )
    return issued


def tokens_of(connection: sqlite3.Connection, name: str) -> list[Token]:
    """Return the tokens of a user, revoked ones too, oldest first."""
    rows = connection.execute(
        f"SELECT {_TOKEN} FROM tokens WHERE user = ? ORDER BY created, id", (name,)
    )
    return [_token(row) for row in rows]


def revoke(
    connection: sqlite3.Connection, name: str, token: str | None = None, *, now: float
) -> int:
    """Revoke one token of a user, or all, and return how many were valid before.

    Raises:
        NotFound: there is no such user, or the user has no such token.
    """
    find(connection, name)
    if token is not None and token not in {each.id for each in tokens_of(connection, name)}:
        raise NotFound(f'"{name}" has no token "{token}". `users list` shows those there are.')
    changed = connection.execute(
        "UPDATE tokens SET revoked = ? "
        "WHERE user = ? AND revoked IS NULL AND (? IS NULL OR id = ?)",
        (now, name, token, token),
    )
    return changed.rowcount


def holder_of(connection: sqlite3.Connection, digest: bytes, *, now: float) -> Holder | None:
    """Return whose valid token has this digest, or None."""
    row = connection.execute(
        f"SELECT {_TOKEN} FROM tokens WHERE digest = ? AND revoked IS NULL", (digest,)
    ).fetchone()
    if row is None or is_over(token := _token(row), now):
        return None
    return Holder(find(connection, token.user), token)


def is_over(token: Token, now: float) -> bool:
    """Say whether a token has been idle for too long; only those of browsers ever are."""
    return token.kind == "session" and now - token.used > SESSION_LIFE_S


def note_use(connection: sqlite3.Connection, token: str, *, now: float) -> None:
    """Remember that a token was used, and forget sessions that are over."""
    connection.execute("UPDATE tokens SET used = ? WHERE id = ?", (now, token))
    connection.execute(
        "DELETE FROM tokens WHERE kind = 'session' AND used < ?", (now - SESSION_LIFE_S,)
    )


def version_of(connection: sqlite3.Connection) -> int:
    """Return a number that changes when somebody may do something else than before."""
    (version,) = connection.execute("SELECT version FROM keyring").fetchone()
    return version


def _user(row: tuple[object, ...]) -> User:
    return msgspec.convert(dict(zip(_USER.split(", "), row, strict=True)), User)


def _token(row: tuple[object, ...]) -> Token:
    return msgspec.convert(dict(zip(_TOKEN.split(", "), row, strict=True)), Token)
