"""The texts in a WebP's EXIF block (RIFF container, TIFF 6.0 section 2)."""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from typing import BinaryIO

from engine.document.reader import LARGEST
from engine.importers.json_text import too_large

#: TIFF types whose values are bytes: BYTE, ASCII, UNDEFINED.
_BYTES = (1, 2, 7)
#: A value of up to so many bytes lies in the entry itself.
_INLINE = 4
#: A keyword and its colon are among the first so many bytes of a value.
_KEYWORD = 32
_PREFIX = b"Exif\0\0"


def is_webp(start: bytes) -> bool:
    """Say whether a file begins as a WebP does."""
    return start[:4] == b"RIFF" and start[8:12] == b"WEBP"


def webp_texts(file: BinaryIO, name: str, keywords: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Yield what the tags `keyword:text` of the EXIF block say, keywords in lower case.

    Raises:
        WorkflowError: the texts are too large together.
    """
    file.seek(12)
    while len(head := file.read(8)) == 8:  # noqa: PLR2004 a type and a length
        kind, length = head[:4], int.from_bytes(head[4:], "little")
        if kind != b"EXIF":
            file.seek(length + length % 2, 1)
            continue
        if length > LARGEST:
            raise too_large(name)
        yield from _tags(file.read(length).removeprefix(_PREFIX), name, keywords)
        return


def _tags(tiff: bytes, name: str, keywords: Collection[str]) -> Iterator[tuple[str, bytes]]:
    left = LARGEST
    for value in _values(memoryview(tiff)):
        keyword, colon, _ = bytes(value[:_KEYWORD]).partition(b":")
        key = keyword.strip().decode("latin-1").lower()
        if colon and key in keywords:
            left -= len(value)
            if left < 0:  # entries may point at the same bytes again and again
                raise too_large(name)
            yield key, bytes(value[len(keyword) + 1 :]).rstrip(b"\0")


def _values(tiff: memoryview) -> Iterator[memoryview]:
    """Yield the values of the first directory's entries that hold bytes."""
    order = {b"II": "<", b"MM": ">"}.get(bytes(tiff[:2]))
    if order is None:
        return
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for index in range(count):
            entry = start + 2 + 12 * index
            _, kind, length = struct.unpack_from(f"{order}HHI", tiff, entry)
            if kind not in _BYTES or length <= _INLINE:
                continue
            (place,) = struct.unpack_from(f"{order}I", tiff, entry + 8)
            yield tiff[place : place + length]
    except struct.error:  # a directory that is cut off gives what it has
        return
