"""Masks: (B, H, W), float32 in 0..1. Nothing is changed in place."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from engine.diffusion.resampling import resample
from engine.errors import BadValue

CHANNELS = ("red", "green", "blue", "alpha")


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
