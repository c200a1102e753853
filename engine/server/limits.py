"""How much one request may ask for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from aiohttp import HttpVersion11, web

from engine.errors import TooLarge

if TYPE_CHECKING:
    from engine.server.routing import Route
    from engine.server.settings import ServerSettings

T = TypeVar("T")

#: Bytes of a JSON body where its route says nothing else.
MAX_JSON_BYTES = 16 * 2**20
#: The header of a client that sends its body only when told to.
EXPECT = "Expect"
#: Seconds that the next piece of a body may take.
SILENCE_S = 30.0


def max_body(route: Route, settings: ServerSettings) -> int:
    """Return how many bytes a route's body may have."""
    if route.takes == "nothing":
        return MAX_JSON_BYTES
    if route.max_bytes is not None:
        return route.max_bytes
    return settings.max_upload_bytes if route.takes == "raw" else MAX_JSON_BYTES


def check_length(request: web.Request, limit: int) -> None:
    """Refuse a request that says that it is too long, before anything of it is read.

    Raises:
        TooLarge: its length is above the limit.
    """
    if (request.content_length or 0) > limit:
        raise too_large(limit)


async def say_nothing_yet(_: web.Request) -> None:
    """Leave a client waiting that asks whether it may send its body: first it is looked at."""


async def ask_for_body(request: web.Request) -> None:
    """Tell a client that waits with its body to send it."""
    if request.headers[EXPECT].lower() == "100-continue" and request.version >= HttpVersion11:
        writer = request.writer
        await writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        writer.output_size = 0  # nothing of the answer is sent yet


async def soon(coming: Coroutine[Any, Any, T]) -> T:
    """Return what a client sends next.

    Raises:
        HTTPRequestTimeout: nothing came for too long.
    """
    try:
        async with asyncio.timeout(SILENCE_S):
            return await coming
    except TimeoutError as problem:
        raise web.HTTPRequestTimeout from problem


async def chunks(request: web.Request, limit: int) -> AsyncIterator[bytes]:
    """Read a body piece by piece.

    Raises:
        TooLarge: it is longer than the limit.
        HTTPRequestTimeout: nothing of it came for too long.
    """
    total = 0
    while True:
        chunk = await soon(request.content.readany())
        if not chunk:
            return
        total += len(chunk)
        if total > limit:
            raise too_large(limit)
        yield chunk


async def read_body(request: web.Request, limit: int) -> bytes:
    """Return a whole body.

    Raises:
        TooLarge: it is longer than the limit.
        HTTPRequestTimeout: nothing of it came for too long.
    """
    content = request.content
    if content.is_eof() and (request.content_length or 0) <= limit:  # all of it has come already
        body = content.read_nowait(-1)
        if len(body) > limit:
            raise too_large(limit)
        return body
    return b"".join([chunk async for chunk in chunks(request, limit)])


def too_large(limit: int) -> TooLarge:
    """Return the error of a body that is longer than `limit`."""
    return TooLarge(
        f"The request is longer than the {limit:,} bytes that this address takes.",
        details={"max_bytes": limit},
    )
