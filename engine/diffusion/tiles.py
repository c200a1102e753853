"""How large the tiles are in which a picture is computed, and where they lie. Knows no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import ValueOutOfRange

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Cells of a latent that a tile is wide and high at least, and that neighbours share at least: with
#: less around it a cell is decoded plainly otherwise than in the whole, and little memory is saved.
LEAST_CELLS, LEAST_OVERLAP = 16, 4


@dataclass(frozen=True, slots=True)
class Tiles:
    """The size of tiles, in cells of what is cut.

    Attributes:
        overlap: cells that neighbours share.

    Raises:
        ValueOutOfRange: the next tile would begin no farther on.
    """

    height: int
    width: int
    overlap: int

    def __post_init__(self) -> None:
        least = min(self.height, self.width)
        if least <= self.overlap:
            raise ValueOutOfRange(overlap_problem(least, self.overlap))

    @property
    def cells(self) -> int:
        """How many cells one of them has."""
        return self.height * self.width

    def times(self, factor: int) -> Tiles:
        """Return the same tiles in finer cells."""
        return Tiles(self.height * factor, self.width * factor, self.overlap * factor)

    def count(self, height: int, width: int) -> int:
        """Return in how many pieces a picture is cut."""
        return len(list(self.places(height, width)))

    def places(self, height: int, width: int) -> Iterator[tuple[int, int]]:
        """Yield where in a picture each tile begins: top and left."""
        for top in _starts(height, self.height, self.overlap):
            for left in _starts(width, self.width, self.overlap):
                yield top, left


def _starts(size: int, tile: int, overlap: int) -> range:
    return range(0, size - overlap, tile - overlap) if size > tile else range(1)


def overlap_problem(tile: int, overlap: int) -> str:
    """Return the sentence for tiles that are too small for their overlap."""
    return (
        f"Tiles of {tile} cannot overlap by {overlap}. "
        "Make the tiles larger or the overlap smaller."
    )


def checked_tile_size(tile_size: int, overlap: int) -> bool | str:
    """Return True, or what is wrong, as a node's own check does."""
    return True if overlap <= tile_size else overlap_problem(tile_size, overlap)


def latent_tiles(tile_size: int, overlap: int, factor: int) -> Tiles:
    """Return tiles in latent cells for sizes in pixels; neighbours share a quarter at most.

    Tiles of fewer than `LEAST_CELLS`, and overlaps of fewer than `LEAST_OVERLAP`, become as large.

    Args:
        factor: pixels to a latent cell.

    Raises:
        ValueOutOfRange: the overlap is larger than the tile.
    """
    if overlap > tile_size:
        raise ValueOutOfRange(overlap_problem(tile_size, overlap))
    side = max(tile_size // factor, LEAST_CELLS)
    return Tiles(side, side, max(min(overlap // factor, side // 4), LEAST_OVERLAP))
