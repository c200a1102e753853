"""Picture files: read into IMAGE and MASK tensors, written as PNG with the graph inside."""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps, ImageSequence
from PIL.PngImagePlugin import PngInfo
from torch import Tensor

from engine.diffusion.imaging.masks import CHANNELS
from engine.diffusion.imaging.png_check import check_png
from engine.errors import NodeError, StorageError

#: All frames together; where Pillow refuses a single picture.
MAX_PIXELS = 178_956_970
#: No others: some of Pillow's readers start other programs.
FORMATS = (
    *("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"),
    *("PPM", "TGA", "QOI", "JPEG2000", "DDS"),
)
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)  # we have a limit

#: The mask of a picture without alpha, as in ComfyUI.
NO_MASK = (1, 64, 64)


@dataclass(frozen=True)
class Picture:
    """What a file holds.

    Attributes:
        image: (B, H, W, 3) in 0..1, one item a frame.
        mask: (B, H, W), 1 where the file is transparent; (1, 64, 64) zeros where it has no alpha.
    """

    image: Tensor
    mask: Tensor


def load_picture(path: Path) -> Picture:
    """Read a picture; all frames of an animation that have the first one's size.

    Raises:
        StorageError: the file is no picture, is damaged, or is too large.
    """
    with opened(path) as file:
        frames = [_upright(frame) for frame in _frames(file, path.name)]
    frames = [frame for frame in frames if frame.size == frames[0].size]
    image = torch.stack([_tensor(_as_rgb(frame)) for frame in frames])
    alphas = [_alpha(frame) for frame in frames]
    if all(alpha is None for alpha in alphas):
        return Picture(image, torch.zeros(NO_MASK))
    opaque = torch.ones(image.shape[1:3])
    return Picture(image, torch.stack([1 - (opaque if a is None else a) for a in alphas]))


def load_channel(path: Path, channel: str) -> Tensor:
    """Read one channel of a picture's first frame as a mask (1, H, W); alpha is turned over.

    Raises:
        StorageError: the file is no picture, is damaged, or is too large.
    """
    with opened(path) as file:
        frame = _upright(next(_frames(file, path.name)))
    if channel == "alpha":
        alpha = _alpha(frame)
        width, height = frame.size
        return torch.zeros(1, height, width) if alpha is None else 1 - alpha.unsqueeze(0)
    return _tensor(_as_rgb(frame))[..., CHANNELS.index(channel)].unsqueeze(0)


@contextmanager
def opened(path: Path) -> Generator[Image.Image]:
    """Open a picture and say in our words whatever goes wrong until it is closed."""
    try:
        with path.open("rb") as file, Image.open(file, formats=FORMATS) as picture:
            _check_pixels(picture.width * picture.height, path.name)
            if picture.format == "PNG":
                check_png(file, path.name)
            yield picture
    except Image.UnidentifiedImageError as problem:
        raise StorageError(
            f'"{path.name}" is no picture that can be read. Use PNG, JPEG, WebP, GIF, BMP or TIFF.'
        ) from problem
    except Image.DecompressionBombError as problem:
        raise _too_large(path.name) from problem
    except OSError as problem:
        reason = problem.strerror or problem
        raise StorageError(f'"{path.name}" can not be read: {reason}.') from problem
    except StorageError:
        raise
    except Exception as problem:  # Pillow's readers raise whatever they stumble on
        reason = str(problem) or type(problem).__name__
        raise StorageError(f'"{path.name}" is damaged: {reason}. Save it anew.') from problem


def _frames(picture: Image.Image, name: str) -> Iterator[Image.Image]:
    pixels = 0
    for frame in ImageSequence.Iterator(picture):
        pixels += frame.width * frame.height
        _check_pixels(pixels, name)
        yield frame.copy()
        if picture.format == "MPO":  # a photograph with its thumbnails
            return


def _check_pixels(pixels: int, name: str) -> None:
    if pixels > MAX_PIXELS:
        raise _too_large(name)


def _too_large(name: str) -> StorageError:
    return StorageError(
        f'"{name}" has too many pixels: at most {MAX_PIXELS:,} are read, all frames together. '
        "Make it smaller."
    )


def _upright(frame: Image.Image) -> Image.Image:
    return ImageOps.exif_transpose(frame)


def _as_rgb(frame: Image.Image) -> np.ndarray[Any, Any]:
    """Return (H, W, 3) in 0..1; 16-bit grey, which Pillow's conversion clips, is kept."""
    if frame.mode.startswith("I"):
        grey = np.asarray(frame, dtype=np.float32) / 65535
        return np.repeat(grey.clip(0, 1)[..., None], 3, axis=-1)
    return np.asarray(frame.convert("RGB"), dtype=np.float32) / 255


def _alpha(frame: Image.Image) -> Tensor | None:
    if frame.mode.startswith("I") or not frame.has_transparency_data:
        return None
    return _tensor(np.asarray(frame.convert("RGBA").getchannel("A"), dtype=np.float32) / 255)


def _tensor(array: np.ndarray[Any, Any]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array))


def graph_texts(prompt: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, str]:
    """Return the text chunks that let a picture be opened as the graph that made it."""
    texts = {"prompt": json.dumps(dict(prompt))} if prompt else {}
    return texts | {keyword: json.dumps(value) for keyword, value in extra.items()}


def encode_png(image: Tensor, texts: Mapping[str, str], compress_level: int = 4) -> bytes:
    """Return one picture (H, W, C) as an 8-bit PNG.

    Args:
        image: in 0..1; what is outside is clipped.
        texts: text chunks by keyword, such as `prompt`.
        compress_level: 0 (fast) to 9 (small).
    """
    info = PngInfo()
    for keyword, text in texts.items():
        info.add_text(keyword, text)
    file = io.BytesIO()
    _eight_bit(image).save(file, "PNG", pnginfo=info, compress_level=compress_level)
    return file.getvalue()


def clipped(image: Tensor) -> Tensor:
    """Return a picture in 0..1, as a file can hold it; what is not a number is 0.

    Raises:
        NodeError: nothing in it is a number.
    """
    image = image.float()
    if image.numel() and bool(image.isnan().all()):
        raise NodeError(
            "The picture would be black: its values are not numbers. Look at the nodes before "
            "this one; one of them made them so."
        )
    return image.nan_to_num(0.0).clamp(0, 1)


def to_pillow(images: Tensor) -> list[Image.Image]:
    """Return pictures (B, H, W, C) in 0..1 as 8-bit Pillow pictures."""
    return [_eight_bit(image) for image in images]


def _eight_bit(image: Tensor) -> Image.Image:
    # Cut, not rounded, as ComfyUI does: a value that came from 8 bits is the same again.
    pixels = (clipped(image) * 255).to(torch.uint8).cpu().numpy()
    return Image.fromarray(pixels.squeeze(-1) if pixels.shape[-1] == 1 else pixels)
