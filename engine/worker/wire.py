"""Frames on a byte stream: a length, 32 bits and little-endian, then so many bytes.

Knows no pipe and no socket: bytes go in, frames come out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from engine.errors import WorkerError

#: Bytes of a frame, at most: a document of the largest size, and plenty of room.
LARGEST = 256 * 2**20
_HEAD = struct.Struct("<I")


def framed(content: bytes) -> bytes:
    """Return a frame with this content.

    Raises:
        WorkerError: it is larger than any that is read.
    """
    _check(len(content))
    return _HEAD.pack(len(content)) + content


class Frames:
    """Cuts a stream of bytes into the contents of its frames."""

    def __init__(self) -> None:
        self._held = bytearray()
        #: bytes that have to be there before it is worth looking
        self._wanted = _HEAD.size

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take the next bytes of the stream, and yield the frames that they complete.

        Raises:
            WorkerError: a frame is too large; what follows can not be read either.
        """
        self._held += data
        while len(self._held) >= self._wanted:
            (size,) = _HEAD.unpack_from(self._held)
            _check(size)
            self._wanted = _HEAD.size + size
            if len(self._held) < self._wanted:
                return
            content = bytes(self._held[_HEAD.size : self._wanted])
            del self._held[: self._wanted]
            self._wanted = _HEAD.size
            yield content


def _check(size: int) -> None:
    if size > LARGEST:
        raise WorkerError(
            f"A message between the server and its worker has {size / 2**20:.0f} MB; at most "
            f"{LARGEST // 2**20} MB are sent. Keep large values out of documents and texts."
        )
