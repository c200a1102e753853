"""Pictures cut, turned, padded, brought to a size and put beside each other: (B, H, W, C)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor
from torch.nn import functional

from engine.diffusion.imaging.images import resized, with_channels
from engine.diffusion.imaging.ratios import MEGAPIXEL
from engine.errors import BadValue

if TYPE_CHECKING:
    from engine.diffusion.imaging.resampling import Method

Direction = Literal["right", "down", "left", "up"]

COLORS: dict[str, tuple[float, float, float]] = {
    "white": (1, 1, 1),
    "black": (0, 0, 0),
    "red": (1, 0, 0),
    "green": (0, 1, 0),
    "blue": (0, 0, 1),
}
GREY = 0.5


def cropped(image: Tensor, x: int, y: int, width: int, height: int) -> Tensor:
    """Cut out a rectangle; a corner beyond the edge is moved onto it, the rest is cut off."""
    x, y = min(x, image.shape[2] - 1), min(y, image.shape[1] - 1)
    return image[:, y : y + height, x : x + width]


def flipped(image: Tensor, method: str) -> Tensor:
    """Mirror about the axis that the method begins with: `x` upside down, `y` left to right."""
    return image.flip(1 if method.startswith("x") else 2)


def quarter_turns(rotation: str) -> int:
    """Return how many quarters "none", "90 degrees" and so on are."""
    return 0 if rotation == "none" else int(rotation.split()[0]) // 90


def rotated(image: Tensor, rotation: str) -> Tensor:
    """Turn clockwise by "none", "90 degrees", "180 degrees" or "270 degrees"."""
    return image.rot90(quarter_turns(rotation), (2, 1))


def with_longer_side(image: Tensor, side: int, method: Method) -> Tensor:
    """Resize so that the longer side has `side` pixels."""
    height, width = image.shape[1:3]
    if height > width:
        return _scaled_to(image, round(width / height * side), side, method)
    return _scaled_to(image, side, round(height / width * side), method)


def with_shorter_side(image: Tensor, side: int, method: Method) -> Tensor:
    """Resize so that the shorter side has `side` pixels."""
    height, width = image.shape[1:3]
    if height < width:
        return _scaled_to(image, round(width / height * side), side, method)
    return _scaled_to(image, side, round(height / width * side), method)


def with_pixels(image: Tensor, megapixels: float, method: Method) -> Tensor:
    """Resize to a number of pixels, with the aspect as it is."""
    height, width = image.shape[1:3]
    scale = math.sqrt(int(megapixels * MEGAPIXEL) / (width * height))
    return _scaled_to(image, round(width * scale), round(height * scale), method)


def covering_multiple(image: Tensor, multiple: int, method: Method) -> Tensor:
    """Resize and cut to sides that are multiples, as little as the aspect allows.

    Sides are rounded down; a picture with a side below `multiple` stays as it is.
    """
    height, width = image.shape[1:3]
    wanted_width, wanted_height = width // multiple * multiple, height // multiple * multiple
    if (wanted_width, wanted_height) == (width, height) or not (wanted_width and wanted_height):
        return image
    by_width, by_height = wanted_width / width, wanted_height / height
    if by_width >= by_height:
        fitted = _scaled_to(image, wanted_width, math.ceil(height * by_width), method)
    else:
        fitted = _scaled_to(image, math.ceil(width * by_height), wanted_height, method)
    x, y = (fitted.shape[2] - wanted_width) // 2, (fitted.shape[1] - wanted_height) // 2
    return cropped(fitted, x, y, wanted_width, wanted_height)


def fitted_and_padded(image: Tensor, width: int, height: int, color: str, method: Method) -> Tensor:
    """Resize to fit into width by height and fill what is left, in equal margins.

    Args:
        color: "white" or "black"; of pictures with alpha also what that is set to.
    """
    old_height, old_width = image.shape[1:3]
    scale = min(width / old_width, height / old_height)
    fitted = _scaled_to(image, int(old_width * scale), int(old_height * scale), method)
    result = image.new_full((image.shape[0], height, width, image.shape[3]), COLORS[color][0])
    y, x = (height - fitted.shape[1]) // 2, (width - fitted.shape[2]) // 2
    result[:, y : y + fitted.shape[1], x : x + fitted.shape[2]] = fitted
    return result


def padded_for_outpaint(
    image: Tensor, margins: tuple[int, int, int, int], feathering: int
) -> tuple[Tensor, Tensor]:
    """Put grey margins around pictures, and return the mask (1, H, W) of what is to be painted.

    Args:
        image: is kept whole.
        margins: pixels at the left, top, right and bottom.
        feathering: over so many pixels into the picture the mask falls off, by the square of the
            distance; 0, or half of a side and more, leaves a hard edge.
    """
    left, top, right, bottom = margins
    count, height, width, channels = image.shape
    size = (height + top + bottom, width + left + right)
    rows, columns = slice(top, top + height), slice(left, left + width)
    padded = image.new_full((count, *size, channels), GREY)
    padded[:, rows, columns] = image
    mask = torch.ones(1, *size)
    mask[:, rows, columns] = _seam(height, width, margins, feathering)
    return padded, mask


def _seam(height: int, width: int, margins: tuple[int, int, int, int], feathering: int) -> Tensor:
    if feathering == 0 or 2 * feathering >= min(height, width):
        return torch.zeros(height, width)
    left, top, right, bottom = margins
    distance = torch.full((height, width), float(feathering))
    for length, before, after, shape in (
        (height, top, bottom, (-1, 1)),
        (width, left, right, (1, -1)),
    ):
        place = torch.arange(length, dtype=torch.float32).reshape(shape)
        distance = distance.minimum(place) if before else distance
        distance = distance.minimum(length - place) if after else distance
    return ((feathering - distance) / feathering).square()


def stitched(
    first: Tensor,
    second: Tensor,
    direction: Direction,
    *,
    match_size: bool,
    spacing: int,
    color: str,
) -> Tensor:
    """Put a second picture beside the first.

    Args:
        first: gives the size; of the shorter batch the last picture is repeated.
        second: resized to the first's height (or width, above and below) with `match_size`.
        direction: where the second one goes.
        match_size: without it, the smaller one gets margins: white or black, else black.
        spacing: pixels between them, made even.
        color: of the space, one of `COLORS`.
    """
    along = 2 if direction in ("left", "right") else 1
    count = max(len(first), len(second))
    first, second = _lengthened(first, count), _lengthened(second, count)
    if match_size:
        second = _matched(second, first, along)
    else:
        across = 3 - along
        side = max(first.shape[across], second.shape[across])
        grey = COLORS[color][0] if color in ("white", "black") else 0.0
        first, second = (_centred(each, across, side, grey) for each in (first, second))
    channels = max(first.shape[-1], second.shape[-1])
    first, second = with_channels(first, channels), with_channels(second, channels)
    parts = [second, first] if direction in ("left", "up") else [first, second]
    if spacing:
        parts.insert(1, _space(first, along, spacing + spacing % 2, color))
    return torch.cat(parts, dim=along)


def _lengthened(image: Tensor, count: int) -> Tensor:
    return torch.cat((image, image[-1:].expand(count - len(image), -1, -1, -1)))


def _matched(image: Tensor, to: Tensor, along: int) -> Tensor:
    height, width = to.shape[1:3]
    aspect = image.shape[2] / image.shape[1]
    if along == 2:
        return _scaled_to(image, int(height * aspect), height, "lanczos")
    return _scaled_to(image, width, int(width / aspect), "lanczos")


def _centred(image: Tensor, dimension: int, side: int, grey: float) -> Tensor:
    missing = side - image.shape[dimension]
    before, after = missing // 2, missing - missing // 2
    pad = (0, 0, 0, 0, before, after) if dimension == 1 else (0, 0, before, after)
    return functional.pad(image, pad, value=grey)


def _space(like: Tensor, along: int, length: int, color: str) -> Tensor:
    shape = list(like.shape)
    shape[along] = length
    rgba = (*COLORS[color], 1.0)[: like.shape[-1]]
    return like.new_tensor(rgba).expand(shape)


def _scaled_to(image: Tensor, width: int, height: int, method: Method) -> Tensor:
    if width < 1 or height < 1:
        raise BadValue(
            f"A picture of {image.shape[2]} by {image.shape[1]} would become {width} by {height} "
            "pixels, which is nothing. Choose a larger size."
        )
    return resized(image, width, height, method)
