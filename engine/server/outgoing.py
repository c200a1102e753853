"""Messages of a websocket as frames, made once for all who get them.

Frames that wait together go out in one write: each write is a system call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

#: A client that takes nothing for so long is gone.
DRAIN_S = 20.0
#: A whole message in one frame (RFC 6455, 5.2).
_TEXT, _BINARY = 0x81, 0x82
#: From this length on it takes more bytes to say it.
_LONGER = 126
_SHORT_HEADS = [bytes((_TEXT, length)) for length in range(_LONGER)]


def text_frame(content: bytes) -> bytes:
    """Return the frame of a text in UTF-8."""
    length = len(content)
    return (_SHORT_HEADS[length] if length < _LONGER else _head(_TEXT, length)) + content


def binary_frame(content: bytes) -> bytes:
    """Return the frame of what is no text."""
    return _head(_BINARY, len(content)) + content


def _head(kind: int, length: int) -> bytes:
    if length < _LONGER:
        return bytes((kind, length))
    if length < 2**16:
        return bytes((kind, 126)) + length.to_bytes(2, "big")
    return bytes((kind, 127)) + length.to_bytes(8, "big")


@dataclass(frozen=True)
class Outgoing:
    """The way to one client."""

    socket: web.WebSocketResponse
    request: web.Request

    @property
    def is_free(self) -> bool:
        """Say whether the client is here and has taken all that was sent."""
        transport = self._transport()
        return transport is not None and not transport.get_write_buffer_size()

    def write(self, frames: Iterable[bytes]) -> None:
        """Send frames without waiting, which is for when the way is free.

        Raises:
            ConnectionError: the client is gone.
        """
        transport = self._transport()
        if transport is None:
            raise ConnectionResetError("The client is gone.")
        transport.write(b"".join(frames))

    async def send(self, frames: Iterable[bytes]) -> None:
        """Send frames, and wait while the client is behind with reading.

        Raises:
            ConnectionError: it is gone.
            TimeoutError: it takes nothing any more.
        """
        self.write(frames)
        if not self.is_free:
            async with asyncio.timeout(DRAIN_S):
                await self.request.writer.drain()

    async def close(self, code: int, message: bytes) -> None:
        """Say goodbye."""
        await self.socket.close(code=code, message=message)

    def _transport(self) -> asyncio.Transport | None:
        """Return what is written to; None when the client is gone."""
        transport = self.request.transport
        is_gone = self.socket.closed or transport is None or transport.is_closing()
        return None if is_gone else transport
