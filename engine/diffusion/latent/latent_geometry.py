"""Latents cut, turned and batched anew. As in ComfyUI a noise mask is not cut or turned along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.diffusion.imaging import image_geometry, images, masks
from engine.diffusion.latent.latent_mixing import dimension_of
from engine.diffusion.latent.latents import CELL
from engine.types import Latent

#: Cells that are left at least, as in ComfyUI.
MIN_CELLS = 8


def cropped(latent: Latent, x: int, y: int, width: int, height: int) -> Latent:
    """Cut out a rectangle given in pixels; its corner is moved so that 8 cells are left."""
    rows, columns = latent.samples.shape[-2:]
    x, y = min(x // CELL, max(0, columns - MIN_CELLS)), min(y // CELL, max(0, rows - MIN_CELLS))
    span = (slice(y, y + height // CELL), slice(x, x + width // CELL))
    return latent.with_samples(latent.samples[..., *span])


def cut(latent: Latent, side: str, index: int, amount: int) -> Latent:
    """Take `amount` cells along "x", "y" or, of a film, "t".

    Args:
        latent: of any size.
        side: along which it is cut.
        index: the first cell; negative ones count from the end. Beyond it, the nearest.
        amount: of cells, at least 1; less where the latent ends.

    Raises:
        BadValue: a picture's latent has no time.
    """
    dimension = dimension_of(latent.samples, side)
    length = latent.samples.shape[dimension]
    start = min(max(index, -length), length - 1) % length
    amount = min(amount, length - start)
    return latent.with_samples(latent.samples.narrow(dimension, start, amount))


def flipped(latent: Latent, method: str) -> Latent:
    """Mirror about the axis that the method begins with: `x` upside down, `y` left to right."""
    return latent.with_samples(latent.samples.flip(-2 if method.startswith("x") else -1))


def rotated(latent: Latent, rotation: str) -> Latent:
    """Turn clockwise by "none", "90 degrees", "180 degrees" or "270 degrees"."""
    turns = image_geometry.quarter_turns(rotation)
    return latent.with_samples(latent.samples.rot90(turns, (-1, -2)))


@dataclass(frozen=True)
class _Item:
    """One latent of a batch, (1, …), with its mask (1, H, W) and its place in the noise."""

    samples: Tensor
    mask: Tensor | None
    place: int


def rebatched(latents: Sequence[Latent], size: int) -> list[Latent]:
    """Cut all latents anew into batches of `size`; one begins wherever the shape changes.

    Items without a place in the noise get those that they would have in one batch of all.
    """
    result: list[Latent] = []
    waiting: list[_Item] = []
    for item in _items(latents):
        shape = item.samples.shape
        if waiting and (len(waiting) == size or shape != waiting[0].samples.shape):
            result.append(_joined(waiting))
            waiting = []
        waiting.append(item)
    return [*result, _joined(waiting)] if waiting else result


def _items(latents: Sequence[Latent]) -> Iterator[_Item]:
    offset = 0
    for latent in latents:
        count = len(latent.samples)
        places = latent.batch_index or range(offset, offset + count)
        mask = latent.noise_mask
        if mask is not None:
            height, width = latent.samples.shape[-2:]
            mask = images.repeated(masks.resized(mask, width * CELL, height * CELL), count)
        for index, (samples, place) in enumerate(
            zip(latent.samples.split(1), places, strict=False)
        ):
            yield _Item(samples, None if mask is None else mask[index : index + 1], place)
        offset += count


def _joined(items: Sequence[_Item]) -> Latent:
    samples = torch.cat([item.samples for item in items])
    places = tuple(item.place for item in items)
    if all(item.mask is None for item in items):
        return Latent(samples, batch_index=places)
    height, width = samples.shape[-2:]
    whole = samples.new_ones(1, height * CELL, width * CELL)  # all of it is denoised
    mask = torch.cat([whole if item.mask is None else item.mask for item in items])
    return Latent(samples, mask, places)
