"""Makers of the parts of picture files that carry texts."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*texts: bytes) -> bytes:
    """Return a picture of one pixel with these chunks before its pixels."""
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0\0\0"))
    return SIGNATURE + chunk(b"IHDR", HEADER) + b"".join(texts) + pixels + chunk(b"IEND", b"")


def plain(keyword: str, text: str) -> bytes:
    return chunk(b"tEXt", keyword.encode() + b"\0" + text.encode())


def packed(keyword: str, text: bytes) -> bytes:
    return chunk(b"zTXt", keyword.encode() + b"\0\0" + zlib.compress(text))


def international(keyword: str, text: str, *, is_packed: bool) -> bytes:
    body = zlib.compress(text.encode()) if is_packed else text.encode()
    flags = bytes([is_packed, 0])
    return chunk(b"iTXt", keyword.encode() + b"\0" + flags + b"en\0" + b"words\0" + body)


def tiff(values: Iterable[tuple[int, bytes]], order: str = "<") -> bytes:
    """Return a TIFF directory of ASCII tags."""
    entries = list(values)
    place = 8 + 2 + 12 * len(entries) + 4
    rows, texts = b"", b""
    for tag, text in entries:
        rows += struct.pack(f"{order}HHII", tag, 2, len(text), place + len(texts))
        texts += text
    mark = b"II" if order == "<" else b"MM"
    head = mark + struct.pack(f"{order}HIH", 42, 8, len(entries))
    return head + rows + struct.pack(f"{order}I", 0) + texts


def webp(exif: bytes) -> bytes:
    odd = b"\0" * (len(exif) % 2)
    body = b"WEBP" + b"VP8 " + struct.pack("<I", 3) + b"abc\0"
    body += b"EXIF" + struct.pack("<I", len(exif)) + exif + odd
    return b"RIFF" + struct.pack("<I", len(body)) + body
