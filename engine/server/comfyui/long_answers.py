"""Answers of any length: made and sent in parts, with others served between two of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

if TYPE_CHECKING:
    from engine.server.routing import Call

encoded = msgspec.json.Encoder(enc_hook=str).encode


async def answered_in_parts(
    call: Call[Any, Any], head: bytes, parts: AsyncIterator[bytes], tail: bytes
) -> web.StreamResponse:
    """Return an answer in JSON that is never in memory as a whole.

    Args:
        head, tail: what stands around its content.
        parts: lists, or objects, whose contents together are that of one.
    """
    if call.request.method == "HEAD":
        return web.Response(content_type="application/json")
    answer = web.StreamResponse()
    answer.content_type = "application/json"
    before = head
    async for part in parts:
        if not (content := part[1:-1]):
            continue
        if not answer.prepared:  # what fails earlier is answered as an error
            await answer.prepare(call.request)
        await answer.write(before + content)
        before = b","
        await asyncio.sleep(0)
    if not answer.prepared:
        return web.Response(body=head + tail, content_type="application/json")
    await answer.write_eof(tail)
    return answer
