"""PNG files in parts: chunks, and pictures of 16 bits, which Pillow does not write in colour.

PNG specification, third edition.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from engine.diffusion.imaging.pictures import clipped

if TYPE_CHECKING:
    from torch import Tensor

SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: Colour types by channels.
COLOUR_TYPES = {1: 0, 3: 2, 4: 6}
#: Each byte is written as its difference to the one above.
UP_FILTER = 2


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk with its length and checksum."""
    checksum = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def chunks_of(file: bytes) -> list[tuple[bytes, bytes]]:
    """Return kind and data of the chunks of a whole PNG."""
    found: list[tuple[bytes, bytes]] = []
    place = len(SIGNATURE)
    while place < len(file):
        length = int.from_bytes(file[place : place + 4], "big")
        data = file[place + 8 : place + 8 + length]
        found.append((file[place + 4 : place + 8], data))
        place += length + 12
    return found


def encode_png16(image: Tensor, texts: Mapping[str, str], compress_level: int = 4) -> bytes:
    """Return one picture (H, W, C) in 0..1 as a PNG of 16 bits a channel.

    Args:
        image: what is outside of 0..1 is clipped; C is 1, 3 or 4.
        texts: by keyword, such as `prompt`.
        compress_level: 0 (fast) to 9 (small).
    """
    height, width, channels = image.shape
    header = struct.pack(">IIBBBBB", width, height, 16, COLOUR_TYPES[channels], 0, 0, 0)
    return b"".join(
        (
            SIGNATURE,
            chunk(b"IHDR", header),
            *(chunk(b"tEXt", _text(*item)) for item in texts.items()),
            *(chunk(b"IDAT", data) for data in _compressed(image, compress_level)),
            chunk(b"IEND", b""),
        )
    )


def _text(keyword: str, text: str) -> bytes:
    return keyword.encode("latin-1") + b"\0" + text.encode("latin-1")


def _compressed(image: Tensor, compress_level: int) -> Iterator[bytes]:
    levels = (clipped(image) * 65535).round().cpu().numpy().astype(">u2")
    rows = levels.reshape(levels.shape[0], -1).view(np.uint8)
    packer = zlib.compressobj(compress_level)
    above = np.zeros_like(rows[0])
    for row in rows:
        yield packer.compress(bytes((UP_FILTER,)) + (row - above).tobytes())
        above = row
    yield packer.flush()
