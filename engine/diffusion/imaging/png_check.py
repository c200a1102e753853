"""Does a PNG hold the pixels that its header promises?

Pillow fills missing rows with black and leaves rows over unread, so both would pass unnoticed.
PNG specification, third edition: chunks in section 5, interlacing in section 8.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from engine.errors import StorageError

#: Signature, then length and type of the header chunk, which is always first.
HEADER_AT, HEADER_BYTES = 16, 13
CHECKSUM_BYTES = 4
#: Samples a pixel, by colour type.
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
#: Adam7 passes: first column, first row, column step, row step.
ADAM7 = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
    *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
)
PIECE = 2**16


def check_png(file: BinaryIO, name: str) -> None:
    """Compare a PNG's compressed pixels with its header, and leave the file where it was.

    Raises:
        StorageError: there are fewer or more rows than the header says, or the data is damaged.
    """
    place = file.tell()
    file.seek(HEADER_AT)
    width, height, promised, row = _promised_size(file.read(HEADER_BYTES))
    file.seek(CHECKSUM_BYTES, os.SEEK_CUR)
    try:
        found = sum(map(len, _decompressed(_pixel_data(file), promised)))
    except zlib.error as problem:
        raise StorageError(f'"{name}" is damaged: {problem}. Save it anew.') from problem
    if not promised <= found < promised + row:  # some writers leave a few bytes over
        amount = "less" if found < promised else "more"
        raise StorageError(
            f'"{name}" says that it is {width} x {height} pixels, but holds {amount} than that. '
            "The file is cut off or its header is wrong; save it anew."
        )
    file.seek(place)


def _promised_size(header: bytes) -> tuple[int, int, int, int]:
    """Return width, height and the bytes of all rows and of one, filter bytes included."""
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", header)
    bits = depth * SAMPLES[colour]
    passes = ADAM7 if interlace else ((0, 0, 1, 1),)
    total = 0
    for left, top, across, down in passes:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + -(-columns * bits // 8))
    return width, height, total, 1 + -(-width * bits // 8)


def _pixel_data(file: BinaryIO) -> Iterator[bytes]:
    """Yield the compressed pixels, chunk by chunk, in pieces."""
    while len(head := file.read(8)) == 8:  # length and type
        length, kind = struct.unpack(">I4s", head)
        end = file.tell() + length
        if kind == b"IDAT":
            while (left := end - file.tell()) > 0 and (piece := file.read(min(left, PIECE))):
                yield piece
        file.seek(end + CHECKSUM_BYTES)


def _decompressed(pieces: Iterator[bytes], promised: int) -> Iterator[bytes]:
    """Yield decompressed data, a piece at a time, until there is more than promised."""
    stream = zlib.decompressobj()
    total = 0
    for piece in pieces:
        while piece and total <= promised:
            data = stream.decompress(piece, PIECE)
            total += len(data)
            yield data
            piece = stream.unconsumed_tail
    if total <= promised:
        yield stream.flush()
