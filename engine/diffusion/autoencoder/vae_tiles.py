"""An autoencoder over a picture in tiles that answers nearly as it would for the whole.

Two of its layers look at all there is. Attention sits where the picture is smallest and is computed
whole; normalisation takes its statistics from the whole picture made so small that it costs no more
than a tile. Other stages are computed whole as well while they cost no more than a tile of the
dearest.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from torch.nn import functional

from engine.diffusion.autoencoder.group_statistics import collected, fixed, group_norms
from engine.diffusion.autoencoder.vae_stages import Stage, in_turn, scale_of
from engine.diffusion.tiling import no_one, tiled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from engine.diffusion.tiles import Tiles
    from engine.diffusion.tiling import OnTile

#: Numbers of an activation that are not worth a cut: those of SD's decoder at 256 x 256 pixels.
#: Statistics of a picture made smaller than that went astray, by 4/255 in the mean where this gives
#: 0.6 (random weights, 456 x 320 pixels in tiles of 128).
LEAST_COST = 2**24


def decoded_in_tiles(
    stages: Sequence[Stage], sample: Tensor, tiles: Tiles, on_tile: OnTile = no_one
) -> Tensor:
    """Return (1, 3, H, W) for one sample (1, C, h, w).

    Args:
        tiles: in latent cells.
    """
    bound, cells = _bound(stages, tiles), sample[0, 0].numel()
    cut = 1
    while cut < len(stages) and stages[cut].cost * cells <= bound:
        cut += 1
    coarse = in_turn(stages[:cut])(sample)
    return _tiled(stages[cut:], coarse, tiles, bound, on_tile)


def encoded_in_tiles(
    stages: Sequence[Stage], picture: Tensor, tiles: Tiles, on_tile: OnTile = no_one
) -> Tensor:
    """Return (1, 2C, h, w), mean and spread, for one picture (1, 3, H, W).

    Args:
        tiles: in latent cells.
    """
    bound, cells = _bound(stages, tiles), picture[0, 0].numel() // stages[0].cells ** 2
    cut = len(stages) - 1
    while cut > 0 and stages[cut - 1].cost * cells <= bound:
        cut -= 1
    return in_turn(stages[cut:])(_tiled(stages[:cut], picture, tiles, bound, on_tile))


def _bound(stages: Sequence[Stage], tiles: Tiles) -> int:
    dearest = max(stage.cost for stage in stages)
    return max(dearest * tiles.height * tiles.width, LEAST_COST)


def _tiled(
    stages: Sequence[Stage], planes: Tensor, tiles: Tiles, bound: int, on_tile: OnTile
) -> Tensor:
    if not stages:
        return planes
    compute, scale, finer = in_turn(stages), scale_of(stages), stages[0].cells
    here = tiles.times(finer)
    if here.count(*planes.shape[-2:]) == 1:
        return compute(planes)
    cells = bound / max(stage.cost for stage in stages) * finer**2
    with collected(group_norms(m for stage in stages for m in stage.modules)) as statistics:
        compute(_made_small(planes, cells, scale.denominator))
    with fixed(statistics):
        return tiled(planes, compute, here, scale, on_tile)


def _made_small(planes: Tensor, cells: float, side: int) -> Tensor:
    """Return the planes with so many cells at most, and the mean and spread that they had.

    Args:
        side: both sides become multiples of it.
    """
    shrunk = math.sqrt(cells / planes[0, 0].numel()) / side
    size = [max(int(each * shrunk), 1) * side for each in planes.shape[-2:]]
    small = functional.interpolate(planes.float(), size=size, mode="area")
    wanted = planes.float()
    spread = wanted.std((2, 3), keepdim=True) / small.std((2, 3), keepdim=True).clamp(min=1e-6)
    centred = (small - small.mean((2, 3), keepdim=True)) * spread
    return (centred + wanted.mean((2, 3), keepdim=True)).to(planes.dtype)
