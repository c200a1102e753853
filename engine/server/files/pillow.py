"""Pictures opened with care: only formats that Pillow reads by itself, within limits.

Import it late: Pillow takes a while.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageOps

from engine.errors import BadRequest, EngineError, TooLarge
from engine.importers.png_texts import SIGNATURE

#: Where Pillow itself refuses a picture.
MAX_PIXELS = 178_956_970
#: Of all packed texts and profiles of a PNG together.
MAX_TEXT_BYTES = 64 * 2**20
#: No others: some of Pillow's readers start other programs.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PPM", "TGA", "QOI", "JPEG2000")
#: PNG chunks that hold texts and profiles; all but the first may be packed.
_TEXTS = (b"tEXt", b"zTXt", b"iTXt", b"iCCP")
_SMALL = 2**16
#: Of thumbnails.
QUALITY = 80


@contextmanager
def opened(source: Path, name: str) -> Generator[Image.Image]:
    """Open a picture; its pixels are not read yet. Problems until it is closed are told as ours.

    Raises:
        TooLarge: it has too many pixels, or its texts unpack to too much.
        BadRequest: it is none, or is damaged.
    """
    try:
        with source.open("rb") as file:
            check_texts(file, name)
            with Image.open(file, formats=FORMATS) as picture:
                check_pixels(picture.width, picture.height, name)
                yield picture
    except Image.UnidentifiedImageError as problem:
        raise BadRequest(
            f'"{name}" is no picture that can be read. Use PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF.'
        ) from problem
    except Image.DecompressionBombError as problem:
        raise _too_many_pixels(name) from problem
    except (EngineError, FileNotFoundError, MemoryError):
        raise
    except Exception as problem:  # Pillow's readers raise whatever they stumble on
        reason = str(problem) or type(problem).__name__
        raise BadRequest(f'"{name}" is damaged: {reason}. Save it anew.') from problem


def check_pixels(width: int, height: int, name: str) -> None:
    """Refuse a picture that would take too much memory.

    Raises:
        TooLarge: it has too many pixels.
    """
    if width * height > MAX_PIXELS:
        raise _too_many_pixels(name, f" ({width:,} x {height:,})")


def _too_many_pixels(name: str, size: str = "") -> TooLarge:
    return TooLarge(
        f'"{name}" has too many pixels{size}: at most {MAX_PIXELS:,} are read. Make it smaller.',
        details={"max_pixels": MAX_PIXELS},
    )


def check_texts(file: BinaryIO, name: str) -> None:
    """Refuse a PNG whose texts unpack to too much, and leave the file at its start.

    Raises:
        TooLarge: they do.
    """
    left = MAX_TEXT_BYTES
    if file.read(len(SIGNATURE)) == SIGNATURE:
        for size in _text_sizes(file):
            left -= size
            if left < 0:
                raise TooLarge(
                    f'The texts inside "{name}" unpack to more than '
                    f"{MAX_TEXT_BYTES // 2**20} MB. Save the picture without them.",
                    details={"max_text_bytes": MAX_TEXT_BYTES},
                )
    file.seek(0)


def _text_sizes(file: BinaryIO) -> Iterator[int]:
    """Yield how large each text and profile of a PNG is, unpacked."""
    while len(head := file.read(8)) == 8:  # noqa: PLR2004 a length and a type
        length, kind = struct.unpack(">I4s", head)
        if kind not in _TEXTS or kind == b"tEXt" or length > MAX_TEXT_BYTES:
            if kind in _TEXTS:
                yield length
            file.seek(length + 4, 1)
            continue
        packed = _packed(kind, file.read(length).partition(b"\0")[2])
        yield _unpacked_size(packed, MAX_TEXT_BYTES)
        file.seek(4, 1)


def _packed(kind: bytes, body: bytes) -> bytes:
    """Return the packed part of what stands after the keyword."""
    if kind != b"iTXt":
        return body[1:]
    return body[2:].partition(b"\0")[2].partition(b"\0")[2] if body[:1] == b"\1" else b""


def _unpacked_size(packed: bytes, limit: int) -> int:
    """Return how large a text is, or a little more than the limit; a damaged one until there."""
    stream = zlib.decompressobj()
    size = 0
    try:
        while packed and size <= limit:
            size += len(stream.decompress(packed, _SMALL))
            packed = stream.unconsumed_tail
    except zlib.error:
        return size
    return size


def small(picture: Image.Image, size: int) -> bytes:
    """Return a picture, upright, as a WebP of at most `size` pixels a side."""
    picture.draft("RGB", (size, size))  # JPEG only: decodes at a fraction of the size
    upright = ImageOps.exif_transpose(_coloured(picture))
    upright.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return encoded(upright, "WEBP", QUALITY)


def encoded(picture: Image.Image, kind: str, quality: int) -> bytes:
    """Return a picture as a file of a format: WEBP or JPEG."""
    shown = _coloured(picture)
    file = io.BytesIO()
    (shown.convert("RGB") if kind == "JPEG" else shown).save(file, kind, quality=quality)
    return file.getvalue()


def _coloured(picture: Image.Image) -> Image.Image:
    """Return a picture as RGB or RGBA; 16-bit grey, which Pillow's conversion clips, is scaled."""
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
