"""Animated PNG and WebP. One frame at a time is turned into 8 bits, however many there are."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from PIL import Image

from engine.diffusion.imaging.pictures import to_pillow
from engine.diffusion.imaging.png_chunks import SIGNATURE, chunk, chunks_of

if TYPE_CHECKING:
    from torch import Tensor

#: Units of a delay in a PNG, which has 16 bits for it and for what it is a fraction of.
MILLISECONDS, SECONDS, LARGEST_DELAY = 1000, 1, 0xFFFF
#: EXIF tags that keep ComfyUI's texts: the prompt, and from here downward the rest.
MODEL_TAG, MAKE_TAG = 0x0110, 0x010F
METHODS = {"default": 4, "fastest": 0, "slowest": 6}


def png_animation(
    frames: Tensor, delay_ms: int, texts: Mapping[str, str], compress_level: int
) -> Iterator[bytes]:
    """Yield the parts of an animated PNG (PNG specification, third edition, section 11.3.6).

    Args:
        frames: (B, H, W, C) in 0..1.
        delay_ms: how long each is shown.
        texts: by keyword; they are kept in `comf` chunks, as in ComfyUI.
        compress_level: 0 (fast) to 9 (small).
    """
    delay = (delay_ms, MILLISECONDS)
    if delay_ms > LARGEST_DELAY:
        delay = (min(round(delay_ms / MILLISECONDS), LARGEST_DELAY), SECONDS)
    yield SIGNATURE
    number = 0
    for place, frame in enumerate(frames):
        width, height = frame.shape[1], frame.shape[0]
        encoded = chunks_of(_png(frame, compress_level))
        if place == 0:
            yield chunk(b"IHDR", next(data for kind, data in encoded if kind == b"IHDR"))
            yield chunk(b"acTL", struct.pack(">II", len(frames), 0))
        control = struct.pack(">IIIIIHHBB", number, width, height, 0, 0, *delay, 0, 0)
        yield chunk(b"fcTL", control)
        number += 1
        for kind, data in encoded:
            if kind != b"IDAT":
                continue
            if place == 0:
                yield chunk(b"IDAT", data)
            else:
                yield chunk(b"fdAT", struct.pack(">I", number) + data)
                number += 1
    for keyword, text in texts.items():
        yield chunk(b"comf", keyword.encode("latin-1") + b"\0" + text.encode("latin-1"))
    yield chunk(b"IEND", b"")


def _png(frame: Tensor, compress_level: int) -> bytes:
    file = io.BytesIO()
    to_pillow(frame.unsqueeze(0))[0].save(file, "PNG", compress_level=compress_level)
    return file.getvalue()


def webp_animation(
    frames: Tensor,
    delay_ms: int,
    texts: Mapping[str, str],
    *,
    lossless: bool,
    quality: int,
    method: str,
    on_frame: Callable[[], None],
) -> bytes:
    """Return an animated WebP.

    Args:
        frames: (B, H, W, C) in 0..1.
        delay_ms: how long each is shown.
        texts: by keyword; they are kept in EXIF, as in ComfyUI.
        lossless: keep every value.
        quality: 0 to 100; of a lossless one how hard it is tried to make it small.
        method: a key of `METHODS`.
        on_frame: called before each frame; what it raises ends the work.
    """
    exif = Image.Exif()
    for tag, (keyword, text) in _tagged(texts):
        exif[tag] = f"{keyword}:{text}"
    file = io.BytesIO()
    _Film(frames, on_frame).save(
        file,
        "WEBP",
        save_all=True,
        duration=delay_ms,
        lossless=lossless,
        quality=quality,
        method=METHODS[method],
        exif=exif.tobytes(),
    )
    return file.getvalue()


def _tagged(texts: Mapping[str, str]) -> Iterator[tuple[int, tuple[str, str]]]:
    others = (item for item in texts.items() if item[0] != "prompt")
    yield from zip(range(MAKE_TAG, 0, -1), others, strict=False)
    if "prompt" in texts:
        yield MODEL_TAG, ("prompt", texts["prompt"])


class _Film(Image.Image):
    """Frames as Pillow reads them from a file: only the one that was sought is there."""

    def __init__(self, frames: Tensor, on_frame: Callable[[], None]) -> None:
        super().__init__()
        self._frames = frames
        self._on_frame = on_frame
        self.n_frames = len(frames)
        self.seek(0)

    def seek(self, frame: int) -> None:
        """Turn one frame into 8 bits."""
        self._on_frame()
        picture = to_pillow(self._frames[frame : frame + 1])[0]
        self.im, self._mode, self._size = picture.im, picture.mode, picture.size
        self._place = frame

    def tell(self) -> int:
        """Return which frame is there."""
        return self._place
