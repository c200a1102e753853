"""Small pictures, and large ones that are small files."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

PROMPT: dict[str, Any] = {
    "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd15.safetensors"}},
    "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "a red apple", "clip": ["1", 1]}},
    "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["1", 1]}},
    "4": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64}},
    "5": {
        "class_type": "KSampler",
        "inputs": {
            "model": ["1", 0],
            "positive": ["2", 0],
            "negative": ["3", 0],
            "latent_image": ["4", 0],
            "seed": 18446744073709551615,
            "steps": 20,
            "cfg": 7.5,
            "sampler_name": "euler",
            "scheduler": "karras",
            "denoise": 1.0,
        },
    },
    "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["1", 2]}},
    "7": {"class_type": "SaveImage", "inputs": {"images": ["6", 0], "filename_prefix": "x"}},
}


def png(
    size: tuple[int, int] = (8, 6),
    colour: tuple[int, ...] = (200, 10, 10),
    texts: Mapping[str, str] | None = None,
) -> bytes:
    """Return a PNG of one colour."""
    info = PngInfo()
    for keyword, text in (texts or {}).items():
        info.add_text(keyword, text)
    file = io.BytesIO()
    mode = "RGB" if len(colour) == 3 else "RGBA"
    Image.new(mode, size, colour).save(file, "PNG", pnginfo=info)
    return file.getvalue()


def made_by(prompt: Mapping[str, Any], **size: Any) -> bytes:
    """Return a PNG that holds its prompt."""
    return png(texts={"prompt": json.dumps(prompt)}, **size)


def huge_png(side: int = 100_000) -> bytes:
    """Return a PNG that claims to be huge."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return _PNG + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def bomb_png(size_bytes: int = 80 * 2**20) -> bytes:
    """Return a PNG whose text unpacks to so many bytes."""
    text = b"workflow\0\0" + zlib.compress(bytes(size_bytes), 9)
    whole = png()
    return whole[:33] + _chunk(b"zTXt", text) + whole[33:]


_PNG = b"\x89PNG\r\n\x1a\n"


def _chunk(kind: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)


def opened(data: bytes) -> Image.Image:
    """Return a picture with its pixels."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture
