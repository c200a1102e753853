"""What stands before a path: the prefix of a proxy, and the token of a client without headers."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote

from yarl import URL

#: Begins an address that holds a token: `/t/TOKEN/api/v1/jobs`.
TOKENS = "/t/"


class Address(NamedTuple):
    """A path of the table's, still escaped, and the token that stood before it."""

    path: str
    token: str | None


def taken_apart(path: str, prefix: str) -> Address:
    """Return what a path is without prefix and token."""
    if prefix and (path == prefix or path.startswith(f"{prefix}/")):
        path = path[len(prefix) :] or "/"
    if not path.startswith(TOKENS):
        return Address(path, None)
    token, _, rest = path[len(TOKENS) :].partition("/")
    return Address(f"/{rest}", unquote(token))


def with_path(url: URL, path: str) -> URL:
    """Return a request's address with another path, escapes as they are."""
    return URL.build(path=path, query_string=url.raw_query_string, encoded=True)
