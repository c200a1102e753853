"""Messages of a websocket, those that wait together in one write: each write is a system call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

#: A whole message in one frame (RFC 6455, 5.2).
_TEXT, _BINARY = 0x81, 0x82


def framed(message: str | bytes) -> bytes:
    """Return a frame of the server: a text, or binary."""
    kind, content = (_TEXT, message.encode()) if isinstance(message, str) else (_BINARY, message)
    length = len(content)
    if length < 126:  # noqa: PLR2004 the protocol's own number
        head = bytes((kind, length))
    elif length < 2**16:
        head = bytes((kind, 126)) + length.to_bytes(2, "big")
    else:
        head = bytes((kind, 127)) + length.to_bytes(8, "big")
    return head + content


@dataclass(frozen=True)
class Outgoing:
    """The way to one client."""

    socket: web.WebSocketResponse
    request: web.Request

    async def send(self, messages: Iterable[str | bytes]) -> None:
        """Send messages, and wait while the client is behind with reading.

        Raises:
            ConnectionError: it is gone.
        """
        transport = self.request.transport
        if self.socket.closed or transport is None or transport.is_closing():
            raise ConnectionResetError("The client is gone.")
        transport.write(b"".join(map(framed, messages)))
        await self.request.writer.drain()

    async def close(self, code: int, message: bytes) -> None:
        """Say goodbye."""
        await self.socket.close(code=code, message=message)
