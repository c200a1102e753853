"""ComfyUI's websocket."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from typing import TYPE_CHECKING

import msgspec
from aiohttp import WSMsgType, web

from engine.server.comfyui.system import feature_flags
from engine.server.routing import Call, Routes

if TYPE_CHECKING:
    from engine.server.comfyui.listener import Listener

routes = Routes("comfyui", api="comfyui")

#: Clients say little.
LONGEST_MESSAGE = 64 * 2**10
LONGEST_ID = 500
#: Seconds between two pings; a client that does not answer is gone.
HEARTBEAT_S = 30.0


class Connect(msgspec.Struct, frozen=True, rename="camel"):
    """Who connects; without an id the server gives one."""

    client_id: str = ""


@routes("GET", "/ws", query=Connect, status=101)
async def connect(call: Call[None, Connect]) -> web.WebSocketResponse:
    """Hear of one's prompts over a websocket."""
    socket = web.WebSocketResponse(
        heartbeat=HEARTBEAT_S, max_msg_size=LONGEST_MESSAGE, compress=False
    )
    await socket.prepare(call.request)
    client_id = call.query.client_id[:LONGEST_ID] or uuid.uuid4().hex
    listener = call.services.comfyui.join(call.user.name, client_id)
    writing = asyncio.create_task(_write(listener, socket))
    try:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                with contextlib.suppress(msgspec.DecodeError, RecursionError):
                    listener.hear(msgspec.json.decode(message.data), feature_flags(call.services))
    finally:
        call.services.comfyui.leave(listener)
        writing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writing
    return socket


async def _write(listener: Listener, socket: web.WebSocketResponse) -> None:
    with contextlib.suppress(ConnectionError):  # the client is gone; the reader sees it too
        await listener.serve(socket)
