"""Sides of pictures by their ratio and the number of pixels. Knows no torch."""

from __future__ import annotations

import math

from engine.errors import BadValue

#: In the order of ComfyUI.
RATIOS = (
    "1:1 (Square)",
    "3:2 (Photo)",
    "4:3 (Standard)",
    "16:9 (Widescreen)",
    "21:9 (Ultrawide)",
    "2:3 (Portrait Photo)",
    "3:4 (Portrait Standard)",
    "9:16 (Portrait Widescreen)",
)
MEGAPIXEL = 1024 * 1024


def sides_of(ratio: str, megapixels: float, multiple: int) -> tuple[int, int]:
    """Return width and height with a ratio of sides and about so many pixels.

    Args:
        ratio: begins with two whole numbers and a colon between them.
        megapixels: 1 is 1024 times 1024 pixels.
        multiple: both sides are multiples of it.

    Raises:
        BadValue: there is no ratio in it.
    """
    parts = ratio_of(ratio)
    if parts is None:
        raise BadValue(
            f'"{ratio}" is no ratio of sides. Write one such as "5:4".', socket="aspect_ratio"
        )
    wide, high = parts
    side = math.sqrt(megapixels * MEGAPIXEL / (wide * high))
    width, height = (max(1, round(part * side / multiple)) * multiple for part in parts)
    return width, height


def ratio_of(text: str) -> tuple[int, int] | None:
    """Return the two numbers that a text such as "16:9 (Widescreen)" begins with, or None."""
    wide, colon, rest = text.partition(":")
    high = rest.split(" ")[0]
    if not colon or not (wide.isdecimal() and high.isdecimal() and int(wide) and int(high)):
        return None
    return int(wide), int(high)
