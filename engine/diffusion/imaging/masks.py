"""Masks: (B, H, W), float32 in 0..1. Nothing is changed in place."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from engine.diffusion.imaging.resampling import resample
from engine.errors import BadValue

CHANNELS = ("red", "green", "blue", "alpha")
Operation = Literal["multiply", "add", "subtract", "and", "or", "xor"]


def as_planes(mask: Tensor) -> Tensor:
    """Return a mask of any number of dimensions as (B, 1, H, W)."""
    return mask.reshape(-1, 1, *mask.shape[-2:])


def from_image(image: Tensor, channel: str) -> Tensor:
    """Take one channel of a picture.

    Raises:
        BadValue: the picture has no such channel.
    """
    index = CHANNELS.index(channel)
    if index >= image.shape[-1]:
        there = ", ".join(CHANNELS[: image.shape[-1]])
        raise BadValue(
            f'This image has no channel "{channel}", only {there}. Choose one of these.',
            socket="channel",
        )
    return image[..., index]


def to_image(mask: Tensor) -> Tensor:
    """Return the mask as a grey picture."""
    return as_planes(mask).movedim(1, -1).repeat(1, 1, 1, 3)


def inverted(mask: Tensor) -> Tensor:
    """Swap white and black."""
    return 1 - mask


def solid(value: float, width: int, height: int) -> Tensor:
    """Return one mask with the same value everywhere."""
    return torch.full((1, height, width), value, dtype=torch.float32)


def resized(mask: Tensor, width: int, height: int) -> Tensor:
    """Resize with straight interpolation."""
    return resample(as_planes(mask), width, height, "bilinear").squeeze(1)


def grown(mask: Tensor, by: int) -> Tensor:
    """Spread white by a square of `by` pixels a side; 0 changes nothing."""
    if by == 0:
        return mask
    height, width = mask.shape[-2:]
    spread = functional.max_pool2d(as_planes(mask), by, stride=1, padding=by // 2)
    return spread[..., :height, :width].reshape(mask.shape)  # an even square gives one row more


def with_color(image: Tensor, color: int) -> Tensor:
    """Return 1 where a picture has a colour, written as 0xRRGGBB, in 8 bits."""
    levels = (image[..., :3].clamp(0, 1) * 255).round()
    wanted = levels.new_tensor([color >> 16 & 0xFF, color >> 8 & 0xFF, color & 0xFF])
    return (levels == wanted).all(dim=-1).float()


def thresholded(mask: Tensor, value: float) -> Tensor:
    """Return 1 where the mask is above `value`, else 0."""
    return (mask > value).float()


def cropped(mask: Tensor, x: int, y: int, width: int, height: int) -> Tensor:
    """Cut out a rectangle; what lies beyond the edges is cut off.

    Raises:
        BadValue: all of it lies beyond.
    """
    planes = _flat(mask)
    if x >= planes.shape[2] or y >= planes.shape[1]:
        raise BadValue(
            f"The rectangle begins at ({x}, {y}), but the mask has {planes.shape[2]} by "
            f"{planes.shape[1]} pixels. Move it inside."
        )
    return planes[:, y : y + height, x : x + width]


def feathered(mask: Tensor, left: int, top: int, right: int, bottom: int) -> Tensor:
    """Let a mask fall off to its edges, over these numbers of pixels.

    As in ComfyUI, the ramps at the right and the bottom begin one pixel outside, and their darkest
    step falls on the first column or row.
    """
    planes = _flat(mask)
    height, width = planes.shape[1:]
    across = _ramp(width, left) * _ramp(width, right).flip(0).roll(1)
    down = _ramp(height, top) * _ramp(height, bottom).flip(0).roll(1)
    return planes * across.to(planes) * down.to(planes).unsqueeze(-1)


def _ramp(length: int, feather: int) -> Tensor:
    """Return `length` factors that rise from 1/n to 1 over the first n and stay there."""
    feather = min(feather, length)
    places = torch.arange(1, length + 1, dtype=torch.float32)
    return (places / feather).clamp(max=1) if feather else torch.ones(length)


def expanded(mask: Tensor, by: int, *, tapered: bool) -> Tensor:
    """Grow white by `by` pixels, or black where that is negative.

    Args:
        mask: any values; the brightest (or darkest) in reach is taken.
        by: pixels, straight on.
        tapered: reach less far at a slant, so that corners are cut; else in a square.
    """
    planes = as_planes(mask) if by >= 0 else -as_planes(mask)
    steps = min(abs(by), sum(mask.shape[-2:]))  # by then everything is reached
    if tapered:
        spread = _spread_slanted(planes, steps)
    else:
        spread = windowed_max(windowed_max(planes, 2, steps, steps), 3, steps, steps)
    return (spread if by >= 0 else -spread).squeeze(1)


def windowed_max(values: Tensor, dimension: int, before: int, after: int) -> Tensor:
    """Take the largest of each value and so many before and after it.

    Windows of twice the length are made of two that overlap, so a long one costs little more.
    """
    length, window = values.shape[dimension], before + after + 1
    edge = list(values.shape)
    edge[dimension] = before
    start = values.new_full(edge, float("-inf"))
    edge[dimension] = after
    spread = torch.cat((start, values, values.new_full(edge, float("-inf"))), dimension)
    reach = 1
    while 2 * reach <= window:
        count = spread.shape[dimension] - reach
        first, second = (spread.narrow(dimension, place, count) for place in (0, reach))
        spread, reach = first.maximum(second), 2 * reach
    last = spread.narrow(dimension, window - reach, length)
    return spread.narrow(dimension, 0, length).maximum(last)


def _spread_slanted(planes: Tensor, steps: int) -> Tensor:
    for _ in range(steps):
        beside = functional.max_pool2d(planes, (1, 3), stride=1, padding=(0, 1))
        spread = functional.max_pool2d(planes, (3, 1), stride=1, padding=(1, 0)).maximum(beside)
        if torch.equal(spread, planes):
            break
        planes = spread
    return planes


def combined(destination: Tensor, source: Tensor, x: int, y: int, operation: Operation) -> Tensor:
    """Combine a mask with another whose corner is at (x, y); what falls outside is cut off.

    Args:
        destination: (B, H, W).
        source: repeated or cut to the destination's count.
        operation: the logical ones round to 0 and 1 first.
    """
    result, above = _flat(destination).clone(), _flat(source)
    above = above[torch.arange(len(result)) % len(above)]
    below = result[:, y : y + above.shape[1], x : x + above.shape[2]]
    above = above[:, : below.shape[1], : below.shape[2]].to(result)
    result[:, y : y + above.shape[1], x : x + above.shape[2]] = _combined(below, above, operation)
    return result.clamp(0, 1)


def _combined(below: Tensor, above: Tensor, operation: Operation) -> Tensor:
    match operation:
        case "multiply":
            return below * above
        case "add":
            return below + above
        case "subtract":
            return below - above
        case "and":
            return (below.round().bool() & above.round().bool()).float()
        case "or":
            return (below.round().bool() | above.round().bool()).float()
        case "xor":
            return (below.round().bool() ^ above.round().bool()).float()


def _flat(mask: Tensor) -> Tensor:
    return mask.reshape(-1, *mask.shape[-2:])
