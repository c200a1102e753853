"""HyperTile: self-attention of large pictures inside tiles (tfernd 2023, "HyperTile")."""

from __future__ import annotations

import random
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

    from engine.diffusion.unet.network_patches import Pass

#: Pixels to a latent cell, and the least side of a tile in pixels.
CELL, LEAST_TILE = 8, 32


@dataclass(frozen=True, slots=True)
class Tiling:
    """A grid of h x w places cut into `rows` x `columns` tiles."""

    height: int
    width: int
    rows: int
    columns: int

    def cut(self, tokens: Tensor) -> Tensor:
        """Make (B, h w, D) into (B rows columns, places of a tile, D)."""
        high, wide = self.height // self.rows, self.width // self.columns
        tiles = tokens.view(len(tokens), self.rows, high, self.columns, wide, -1)
        return tiles.transpose(2, 3).reshape(-1, high * wide, tokens.shape[-1])

    def joined(self, tokens: Tensor) -> Tensor:
        """Undo `cut`."""
        high, wide = self.height // self.rows, self.width // self.columns
        tiles = tokens.view(-1, self.rows, self.columns, high, wide, tokens.shape[-1])
        return tiles.transpose(2, 3).reshape(-1, self.height * self.width, tokens.shape[-1])


@contextmanager
def hypertile(
    network: nn.Module,
    forward: Pass,
    *,
    tile_size: int,
    swap_size: int,
    max_depth: int,
    scale_depth: bool,
) -> Generator[None, None, None]:
    """Let places attend only to those of their own tile.

    Args:
        network: the U-Net.
        forward: its pass.
        tile_size: pixels a side of a tile, at least; one as large as the picture changes nothing.
        swap_size: how many of the possible grids are drawn from, the finest first.
        max_depth: halvings of the latent down to which attention is tiled.
        scale_depth: double the tile at every halving.
    """
    # Drawn from the level alone: the same picture again, and other seams at every step.
    drawn = random.Random(float(forward.sigma[0]))
    height, width = forward.x.shape[-2:]
    tilings: dict[int, Tiling] = {}
    for depth in range(max_depth + 1):
        rows, columns = height >> depth, width >> depth
        least = max(LEAST_TILE, tile_size) // CELL * (2**depth if scale_depth else 1)
        counts = [_tiles(side, least, swap_size, drawn) for side in (rows, columns)]
        if counts != [1, 1]:
            tilings.setdefault(rows * columns, Tiling(rows, columns, *counts))
    with ExitStack() as hooks:
        for name, module in network.named_modules() if tilings else ():
            if name.endswith(".attn1"):
                _hook(module, tilings, hooks)
        yield


def _tiles(side: int, least: int, choices: int, drawn: random.Random) -> int:
    """Return into how many tiles a side is cut, each at least `least` long."""
    if side == 0:
        return 1
    lengths = [length for length in range(min(least, side), side + 1) if side % length == 0]
    counts = [side // length for length in lengths[:choices]]
    return counts[drawn.randrange(len(counts) - 1)] if len(counts) > 1 else counts[0]


def _hook(attention: nn.Module, tilings: dict[int, Tiling], hooks: ExitStack) -> None:
    inside: list[Tiling] = []

    def cut(_: Any, given: tuple[Any, ...]) -> tuple[Any, ...] | None:
        if tiling := tilings.get(given[0].shape[1]):
            inside.append(tiling)
            return (tiling.cut(given[0]), *given[1:])
        return None

    def join(_: Any, __: Any, answer: Tensor) -> Tensor:
        return inside.pop().joined(answer) if inside else answer

    hooks.callback(attention.register_forward_pre_hook(cut).remove)
    hooks.callback(attention.register_forward_hook(join).remove)
