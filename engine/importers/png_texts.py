"""The text chunks of a PNG: tEXt, zTXt, iTXt, and the `comf` chunk of ComfyUI's animations.

Pixels are never read, and a file that ends too early gives what it has until there
(PNG specification, third edition, 11.3.3).
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator
from typing import BinaryIO

from engine.document.reader import LARGEST
from engine.importers.json_text import too_large

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt", b"comf"})


def png_texts(file: BinaryIO, name: str, keywords: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the texts under some keywords, which are compared in lower case.

    Raises:
        WorkflowError: the texts are too large together.
    """
    file.seek(len(SIGNATURE))
    left = LARGEST
    while len(head := file.read(8)) == 8:  # noqa: PLR2004 a length and a type
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind not in _TEXTS or length > LARGEST:
            if kind == b"IEND":
                return
            file.seek(length + 4, 1)
            continue
        body = file.read(length)
        file.seek(4, 1)  # the checksum: a text that is damaged is no JSON
        keyword, _, rest = body.partition(b"\0")
        key = keyword.decode("latin-1").strip().lower()
        if key not in keywords:
            continue
        text = _text(kind, rest, left, name)
        left -= len(text)
        if left < 0:
            raise too_large(name)
        yield key, text


def _text(kind: bytes, rest: bytes, limit: int, name: str) -> bytes:
    match kind:
        case b"zTXt":
            return _unpacked(rest[1:], limit, name)
        case b"iTXt":
            is_packed = rest[:1] == b"\x01"
            body = rest[2:].partition(b"\0")[2].partition(b"\0")[2]  # language, translated keyword
            return _unpacked(body, limit, name) if is_packed else body
        case _:
            return _utf8(rest)


def _utf8(text: bytes) -> bytes:
    """Return text that may be Latin-1, as tEXt says, or UTF-8, as many write it."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1").encode()
    return text


def _unpacked(packed: bytes, limit: int, name: str) -> bytes:
    """Return the text, or what a damaged one has until there; never more than `limit` bytes."""
    stream = zlib.decompressobj()
    try:
        text = stream.decompress(packed, limit + 1)
    except zlib.error:
        return b""
    if len(text) > limit:
        raise too_large(name)
    return text
