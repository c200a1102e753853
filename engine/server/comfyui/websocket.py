"""ComfyUI's websocket."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections import deque
from typing import TYPE_CHECKING

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from engine.errors import BadRequest
from engine.server.comfyui.system import feature_flags
from engine.server.outgoing import Outgoing
from engine.server.routing import Call, Routes

if TYPE_CHECKING:
    from engine.server.comfyui.listener import Listener

routes = Routes("comfyui", api="comfyui")

#: Clients say little.
LONGEST_MESSAGE = 64 * 2**10
LONGEST_ID = 500
#: Messages of a client within `WINDOW_S`; more are a flood.
MOST, WINDOW_S = 200, 10.0
#: Seconds between two pings; a client that does not answer is gone.
HEARTBEAT_S = 30.0


class Connect(msgspec.Struct, frozen=True, rename="camel"):
    """Who connects; without an id the server gives one."""

    client_id: str = ""


@routes("GET", "/ws", query=Connect)
async def connect(call: Call[None, Connect]) -> web.WebSocketResponse:
    """Hear of one's prompts over a websocket."""
    socket = web.WebSocketResponse(
        heartbeat=HEARTBEAT_S, max_msg_size=LONGEST_MESSAGE, compress=False, timeout=2.0
    )
    if not socket.can_prepare(call.request).ok:
        raise BadRequest("This address is a websocket. Connect to it with ws:// or wss://.")
    await socket.prepare(call.request)
    hub = call.services.comfyui
    listener = hub.join(call.user.name, call.query.client_id[:LONGEST_ID] or uuid.uuid4().hex)
    writing = asyncio.create_task(_write(listener, socket, call.request))
    try:
        await _hear(call, listener, socket)
    finally:
        hub.leave(listener)
        writing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writing
    return socket


async def _hear(
    call: Call[None, Connect], listener: Listener, socket: web.WebSocketResponse
) -> None:
    """Take what the client says, until it leaves or says too much."""
    hub, flags = call.services.comfyui, feature_flags(call.services)
    clock = asyncio.get_running_loop().time
    recent: deque[float] = deque(maxlen=MOST)
    async for message in socket:
        now = clock()
        if len(recent) == MOST and now - recent[0] < WINDOW_S:
            await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"too many messages")
            return
        recent.append(now)
        if message.type is WSMsgType.TEXT:
            with contextlib.suppress(msgspec.DecodeError, RecursionError):
                hub.hear(listener, msgspec.json.decode(message.data), flags)


async def _write(listener: Listener, socket: web.WebSocketResponse, request: web.Request) -> None:
    """Send what waits; a client that takes nothing is cut off, as closing would wait for it."""
    try:
        await listener.serve(Outgoing(socket, request))
    except (ConnectionError, TimeoutError):
        if request.transport is not None:
            request.transport.abort()
