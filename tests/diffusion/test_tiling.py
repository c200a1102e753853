from __future__ import annotations

from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from engine.diffusion.tiles import Tiles, latent_tiles
from engine.diffusion.tiling import tiled
from engine.errors import ValueOutOfRange


@given(
    size=st.tuples(st.integers(1, 24), st.integers(1, 24)),
    tile=st.tuples(st.integers(2, 20), st.integers(2, 20)),
    overlap=st.integers(0, 10),
)
def test_what_looks_at_single_cells_gives_the_same_in_tiles(
    size: tuple[int, int], tile: tuple[int, int], overlap: int
):
    planes = torch.rand(2, 3, *size)
    tiles = Tiles(*tile, min(overlap, min(tile) // 2))

    doubled = tiled(planes, lambda piece: piece * 2, tiles, Fraction(1))

    torch.testing.assert_close(doubled, planes * 2)


@pytest.mark.parametrize("scale", [Fraction(4), Fraction(1, 4)])
def test_tiles_lie_where_they_belong_at_another_scale(scale: Fraction):
    planes = torch.rand(1, 2, 40, 64)

    def resized(piece: Tensor) -> Tensor:
        size = [int(each * scale) for each in piece.shape[-2:]]
        return functional.interpolate(piece, size=size, mode="area")

    found = tiled(planes, resized, Tiles(16, 24, 8), scale)

    torch.testing.assert_close(found, resized(planes))


def test_no_piece_is_larger_than_a_tile():
    shapes: list[torch.Size] = []

    def noted(piece: Tensor) -> Tensor:
        shapes.append(piece.shape)
        return piece

    tiled(torch.rand(2, 1, 50, 20), noted, Tiles(16, 24, 4), Fraction(1))

    assert max(shapes) == (1, 1, 16, 20)
    assert len(shapes) == 2 * Tiles(16, 24, 4).count(50, 20)


def test_a_border_that_two_tiles_disagree_on_is_blended_smoothly():
    values = iter([0.0, 1.0])

    row = tiled(
        torch.zeros(1, 1, 1, 28),
        lambda piece: torch.full_like(piece, next(values)),
        Tiles(16, 16, 4),
        Fraction(1),
    )[0, 0, 0]

    steps = row[11:17].diff()
    assert (row[:12] == 0).all()
    assert (row[16:] == 1).all()
    assert (steps > 0).all()
    assert steps[0] < steps[2] > steps[4]


def test_each_tile_is_told():
    told: list[tuple[int, int]] = []

    tiled(
        torch.rand(2, 1, 10, 4),
        lambda piece: piece,
        Tiles(6, 6, 2),
        Fraction(1),
        lambda done, count: told.append((done, count)),
    )

    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_tile_smaller_than_its_overlap_is_refused_with_both_numbers():
    with pytest.raises(ValueOutOfRange, match="Tiles of 64 cannot overlap by 96"):
        latent_tiles(64, 96, 8)


def test_tiles_share_at_most_a_quarter():
    assert latent_tiles(256, 128, 8) == Tiles(32, 32, 8)
    assert latent_tiles(512, 64, 8) == Tiles(64, 64, 8)


def test_tiles_see_enough_around_each_cell():
    assert latent_tiles(64, 0, 8) == Tiles(16, 16, 4)
    assert latent_tiles(512, 0, 8) == Tiles(64, 64, 4)
