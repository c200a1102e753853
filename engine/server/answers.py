"""Answers in JSON that cost little; answers that a client may have already, or takes compressed."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import time
from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING

from aiohttp import HttpVersion11, hdrs, web

from engine.server import guards

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter


class Whole(web.Response):
    """An answer in JSON of which head and body go out in one write.

    Where it is no plain case (HEAD, HTTP/1.0, the last answer of a connection, headers or cookies
    of its own) it goes aiohttp's way, which is the same to the client.
    """

    _is_written = False

    def __init__(self, body: bytes, status: int = 200) -> None:
        super().__init__(body=body, status=status, content_type="application/json")

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send it all."""
        is_plain = (
            request.keep_alive
            and request.version == HttpVersion11
            and request.method != hdrs.METH_HEAD
            and len(self.headers) == 1
            and not self.cookies
        )
        if not is_plain:
            return await super().prepare(request)
        transport, body = request.transport, self.body
        assert isinstance(body, bytes)
        if transport is None or transport.is_closing():
            raise ConnectionResetError("The client is gone.")
        head = _head(self.status, self.reason, int(time.time()))
        transport.write(b"%b%d\r\n\r\n%b" % (head, len(body), body))
        self._is_written = True
        await request.writer.drain()
        return request.writer

    async def write_eof(self, data: bytes = b"") -> None:
        """End it."""
        if not self._is_written:
            await super().write_eof(data)

    @property
    def keep_alive(self) -> bool | None:
        """Say whether the connection stays; None where that is not known yet."""
        return True if self._is_written else super().keep_alive


@lru_cache(maxsize=32)
def _head(status: int, reason: str, second: int) -> bytes:
    """Return what goes before the length of an answer."""
    headers = {
        "Content-Type": "application/json",
        **guards.DATA_HEADERS,
        "Server": guards.SERVER,
        "Date": formatdate(second, usegmt=True),
    }
    lines = [
        f"HTTP/1.1 {status} {reason}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "Content-Length: "]).encode()


#: Less than this is one packet either way.
SMALL = 1400
#: More than this is compressed beside the loop.
LARGE = 64 * 1024


async def in_json(request: web.Request, body: bytes, status: int = 200) -> web.Response:
    """Return an answer in JSON, compressed where that pays and the client takes it so."""
    if len(body) < SMALL or request.method != hdrs.METH_GET or not takes_gzip(request):
        return Whole(body, status)
    apart = len(body) > LARGE
    small = await asyncio.to_thread(gzip.compress, body, 6) if apart else gzip.compress(body, 6)
    headers = {
        hdrs.CONTENT_TYPE: "application/json",
        hdrs.CONTENT_ENCODING: "gzip",
        hdrs.VARY: hdrs.ACCEPT_ENCODING,
    }
    return web.Response(body=small, status=status, headers=headers)


def unless_known(
    request: web.Request,
    body: bytes,
    kind: str = "application/json",
    *,
    small: bytes | None = None,
) -> web.Response:
    """Return a content, or only that the client has it already.

    Args:
        request: what is answered.
        body: the content.
        kind: its media type; text is compressed for clients that say they take it so.
        small: the content compressed, where that is known.
    """
    headers = {"Cache-Control": "private, no-cache"}
    tag = hashlib.sha256(body).hexdigest()[:32]
    if is_text(kind):
        headers["Vary"] = hdrs.ACCEPT_ENCODING
        if takes_gzip(request):
            headers["Content-Encoding"] = "gzip"
            body, tag = small or _compressed(body), f"{tag}-gzip"
    headers["ETag"] = f'"{tag}"'
    if any(each.value in (tag, "*") for each in request.if_none_match or ()):
        headers.pop("Content-Encoding", None)
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, headers={"Content-Type": kind, **headers})


def is_text(kind: str) -> bool:
    """Say whether a media type is text, which becomes much smaller by compression."""
    plain = kind.partition(";")[0]
    return plain.startswith("text/") or plain in ("application/json", "image/svg+xml")


def takes_gzip(request: web.Request) -> bool:
    """Say whether a client takes what is compressed."""
    for each in request.headers.get(hdrs.ACCEPT_ENCODING, "").lower().split(","):
        name, _, weight = each.partition(";")
        if name.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


@lru_cache(maxsize=8)
def _compressed(body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)
