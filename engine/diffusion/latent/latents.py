"""Batches of latents: empty, cut, repeated, resized, and made ready for inpainting."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from engine.diffusion.imaging import masks
from engine.diffusion.imaging.images import repeated as repeated_batch
from engine.diffusion.imaging.resampling import Crop, Method, resample
from engine.types import Latent

#: Pixels to a latent cell.
CELL = 8
CHANNELS = 4
#: The shortest side that a latent is upscaled to, in pixels, as in ComfyUI.
MIN_SIDE = 64


def empty(width: int, height: int, batch_size: int) -> Latent:
    """Return zeros for a picture of width by height pixels."""
    return Latent(torch.zeros(batch_size, CHANNELS, height // CELL, width // CELL))


def part(latent: Latent, start: int, length: int) -> Latent:
    """Take `length` items from `start`, less where the batch ends; they keep their own noise."""
    count = latent.samples.shape[0]
    start = min(start, count - 1)
    span = slice(start, min(start + length, count))
    places = latent.batch_index or tuple(range(count))
    mask = latent.noise_mask
    if mask is not None and mask.shape[0] > 1:
        mask = repeated_batch(mask, count)[span]
    return replace(latent, samples=latent.samples[span], noise_mask=mask, batch_index=places[span])


def repeated(latent: Latent, amount: int) -> Latent:
    """Repeat the batch `amount` times; numbered items get new numbers, so noise of their own."""
    count = latent.samples.shape[0]
    mask = latent.noise_mask
    if mask is not None and mask.shape[0] > 1:
        mask = repeated_batch(mask, count).repeat(amount, *[1] * (mask.ndim - 1))
    return replace(
        latent,
        samples=latent.samples.repeat(amount, *[1] * (latent.samples.ndim - 1)),
        noise_mask=mask,
        batch_index=latent.batch_index and _continued(latent.batch_index, amount),
    )


def _continued(places: tuple[int, ...], amount: int) -> tuple[int, ...]:
    span = max(places) - min(places) + 1
    return tuple(place + turn * span for turn in range(amount) for place in places)


def upscaled(
    latent: Latent, width: int, height: int, method: Method, crop: Crop = "disabled"
) -> Latent:
    """Resize to pixels; a side of 0 follows the other one's scale, and 0 by 0 changes nothing."""
    if width == 0 and height == 0:
        return latent
    old_height, old_width = latent.samples.shape[-2:]
    wanted_width = width or round(old_width * max(MIN_SIDE, height) / old_height)
    wanted_height = height or round(old_height * max(MIN_SIDE, width) / old_width)
    return _at_size(
        latent,
        max(MIN_SIDE, wanted_width) // CELL,
        max(MIN_SIDE, wanted_height) // CELL,
        method,
        crop,
    )


def upscaled_by(latent: Latent, factor: float, method: Method) -> Latent:
    """Resize both sides by `factor`."""
    height, width = (max(1, round(side * factor)) for side in latent.samples.shape[-2:])
    return _at_size(latent, width, height, method, "disabled")


def _at_size(latent: Latent, width: int, height: int, method: Method, crop: Crop) -> Latent:
    return latent.with_samples(resample(latent.samples, width, height, method, crop))


def hole_in(pixels: Tensor, mask: Tensor) -> Tensor:
    """Return what of (B, H, W, C) is to be painted anew: (B', H, W) of 0 and 1.

    The mask may have any size; where it is more than half white is the hole.
    """
    return masks.resized(mask, pixels.shape[2], pixels.shape[1]).round()


def greyed(pixels: Tensor, hole: Tensor) -> Tensor:
    """Make the hole grey, so that what was there does not shine through; alpha is left out."""
    return (pixels[..., :3] - 0.5) * (1 - hole).unsqueeze(-1) + 0.5


def noise_mask_for(hole: Tensor, grow_by: int, cell: int) -> Tensor:
    """Return the noise mask of a hole: with a seam, so that the new joins the old.

    Args:
        hole: (B, H, W), cut about its centre to whole latent cells, as the pixels are.
        grow_by: side of the square of pixels that widens it; 0 for none.
        cell: pixels to a latent cell.
    """
    for dimension in (1, 2):
        side = hole.shape[dimension]
        hole = hole.narrow(dimension, side % cell // 2, side // cell * cell)
    return masks.grown(hole, grow_by)
