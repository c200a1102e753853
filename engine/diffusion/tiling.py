"""A network over a large picture in tiles that overlap and are blended where they do.

What is seen of a picture at once bounds the memory that its activations take.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    from engine.diffusion.tiles import Tiles

    #: a network: (1, C, h, w) to (1, D, h * scale, w * scale)
    Compute = Callable[[Tensor], Tensor]
    #: told after each tile how many are done, and how many there are; may raise to stop
    OnTile = Callable[[int, int], None]


def no_one(done: int, count: int) -> None:
    """Tell nobody."""


def tiled(
    planes: Tensor, compute: Compute, tiles: Tiles, scale: Fraction, on_tile: OnTile = no_one
) -> Tensor:
    """Return what `compute` makes of planes (B, C, H, W), given one tile of one item at a time.

    In an overlap the weight goes smoothly over from one tile to the next.

    Args:
        scale: cells of the result to a cell of what is given.

    Returns:
        (B, D, H * scale, W * scale).
    """
    count = len(planes) * tiles.count(*planes.shape[-2:])
    counted = _counted(compute, count, on_tile)
    return torch.cat([_one(plane[None], counted, tiles, scale) for plane in planes])


def _counted(compute: Compute, count: int, on_tile: OnTile) -> Compute:
    done = 0

    def counted(piece: Tensor) -> Tensor:
        nonlocal done
        answer = compute(piece)
        done += 1
        on_tile(done, count)
        return answer

    return counted


def _one(plane: Tensor, compute: Compute, tiles: Tiles, scale: Fraction) -> Tensor:
    height, width = plane.shape[-2:]
    if tiles.count(height, width) == 1:
        return compute(plane)
    total = weights = torch.zeros(0)
    shape = (round(height * scale), round(width * scale))
    for top, left in tiles.places(height, width):
        answer = compute(plane[..., top : top + tiles.height, left : left + tiles.width])
        if not total.numel():
            total = answer.new_zeros(1, answer.shape[1], *shape)
            weights = answer.new_zeros(shape)
        rows, columns = answer.shape[-2:]
        y, x = round(top * scale), round(left * scale)
        mask = _blending(answer, round(tiles.overlap * scale))
        total[..., y : y + rows, x : x + columns] += answer * mask
        weights[y : y + rows, x : x + columns] += mask
    return total / weights


def _blending(answer: Tensor, overlap: int) -> Tensor:
    """Return weights (h, w) that rise from the borders of a tile over the overlap."""
    rows, columns = (_ramp(size, overlap).to(answer) for size in answer.shape[-2:])
    return rows[:, None] * columns


def _ramp(size: int, overlap: int) -> Tensor:
    """Return (size,) weights that rise from nearly 0 to 1 over the overlap, and fall at the end.

    They begin flat (3t² - 2t³): what lies at a border was computed knowing least of what is beside.
    """
    if not 0 < overlap < size:
        return torch.ones(size)
    part = torch.arange(1, size + 1).clamp(max=overlap) / (overlap + 1)
    part = torch.where(torch.arange(1, size + 1) > overlap, 1.0, part)
    rise = part**2 * (3 - 2 * part)
    return rise * rise.flip(0)
