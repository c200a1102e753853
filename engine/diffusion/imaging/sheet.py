"""A sheet of pictures with labels at its rows and columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from engine.diffusion.imaging.pictures import to_pillow
from engine.errors import BadValue

#: Pixels between pictures, and round texts.
GAP = 8
LEAST_FONT, FONT_SHARE = 12, 16
#: Rows' labels take at most this share of a picture's width.
LABEL_SHARE = 0.75
WHITE, BLACK = (255, 255, 255), (0, 0, 0)


def labelled_sheet(
    images: Sequence[Tensor], x_labels: Sequence[str], y_labels: Sequence[str]
) -> Tensor:
    """Lay pictures out in rows and columns.

    Args:
        images: the cells, row by row; of a batch (B, H, W, C) the first picture.
        x_labels: of the columns.
        y_labels: of the rows.

    Returns:
        (1, H, W, 3).

    Raises:
        BadValue: there are not as many pictures as cells.
    """
    if len(images) != len(x_labels) * len(y_labels):
        raise BadValue(
            f"There are {len(images)} pictures for {len(y_labels)} rows of {len(x_labels)}. "
            "Link the labels of the axes that the pictures were made with."
        )
    pictures = [to_pillow(image[:1])[0].convert("RGB") for image in images]
    drawn = _drawn(pictures, x_labels, y_labels)
    return torch.from_numpy(np.asarray(drawn, dtype=np.float32) / 255).unsqueeze(0)


def _drawn(
    pictures: Sequence[Image.Image], x_labels: Sequence[str], y_labels: Sequence[str]
) -> Image.Image:
    width, height = (max(picture.size[side] for picture in pictures) for side in (0, 1))
    text = _Texts(max(LEAST_FONT, width // FONT_SHARE))
    left = max(text.width(label, int(width * LABEL_SHARE)) for label in y_labels)
    top = max(text.height(label, width) for label in x_labels)
    left, top = left and left + 2 * GAP, top and top + GAP
    across = [left + column * (width + GAP) for column in range(len(x_labels))]
    down = [top + row * (height + GAP) for row in range(len(y_labels))]

    sheet = Image.new("RGB", (across[-1] + width, down[-1] + height), WHITE)
    draw = ImageDraw.Draw(sheet)
    for x, label in zip(across, x_labels, strict=True):
        text.write(draw, label, (x, 0, width, top - GAP))
    for y, label in zip(down, y_labels, strict=True):
        text.write(draw, label, (GAP, y, left - 2 * GAP, height))
    for picture, (y, x) in zip(pictures, product(down, across), strict=True):
        middle = x + (width - picture.width) // 2, y + (height - picture.height) // 2
        sheet.paste(picture, middle)
    return sheet


class _Texts:
    """Texts of one size, broken into lines where they are too long."""

    def __init__(self, size: int) -> None:
        self._font = ImageFont.load_default(size)
        self._line = round(size * 1.3)

    def width(self, text: str, at_most: int) -> int:
        """Return how wide the lines of a text are, in pixels."""
        return round(max((self._length(line) for line in self._lines(text, at_most)), default=0))

    def height(self, text: str, width: int) -> int:
        """Return how high the lines of a text are, in pixels."""
        return len(self._lines(text, width)) * self._line

    def write(self, draw: ImageDraw.ImageDraw, text: str, box: tuple[int, int, int, int]) -> None:
        """Write a text in the middle of a box: x, y, width, height."""
        x, y, width, height = box
        lines = self._lines(text, width)
        y += (height - len(lines) * self._line) // 2
        for line in lines:
            place = (x + (width - self._length(line)) / 2, y)
            draw.text(place, line, fill=BLACK, font=self._font)
            y += self._line

    def _length(self, text: str) -> float:
        return self._font.getlength(text)

    def _lines(self, text: str, width: int) -> list[str]:
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self._length(longer) <= width:
                lines[-1] = longer
            else:
                lines.extend(self._pieces(word, width))
        return lines

    def _pieces(self, word: str, width: int) -> list[str]:
        pieces = [""]
        for letter in word:
            if pieces[-1] and self._length(pieces[-1] + letter) > width:
                pieces.append("")
            pieces[-1] += letter
        return pieces
