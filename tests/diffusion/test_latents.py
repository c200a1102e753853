import pytest
import torch

from engine.diffusion.latent import latents
from engine.types import Latent


def numbered(count: int, **fields: object) -> Latent:
    """Return a latent whose item i is filled with i."""
    samples = torch.arange(count).float().reshape(count, 1, 1, 1).expand(count, 4, 2, 2)
    return Latent(samples, **fields)  # type: ignore[arg-type]


def items(batch: torch.Tensor | None) -> list[float]:
    """Return the first value of each item."""
    assert batch is not None
    return batch.flatten(1)[:, 0].tolist()


def test_an_empty_latent_has_a_cell_for_eight_pixels():
    assert latents.empty(64, 40, 3).samples.shape == (3, 4, 5, 8)


def test_a_part_keeps_the_places_that_its_noise_is_drawn_for():
    part = latents.part(numbered(5), 2, 2)

    assert items(part.samples) == [2.0, 3.0]
    assert part.batch_index == (2, 3)


def test_a_part_of_a_part_keeps_the_first_places():
    part = latents.part(numbered(3, batch_index=(7, 8, 9)), 1, 2)

    assert part.batch_index == (8, 9)


@pytest.mark.parametrize(("start", "length", "expected"), [(9, 1, [2]), (1, 9, [1, 2])])
def test_a_part_stops_at_the_batchs_end(start: int, length: int, expected: list[int]):
    assert items(latents.part(numbered(3), start, length).samples) == expected


def test_a_part_takes_its_own_masks():
    mask = torch.tensor([0.0, 0.5]).reshape(2, 1, 1)

    part = latents.part(numbered(4, noise_mask=mask), 1, 2)

    assert items(part.noise_mask) == [0.5, 0.0]


def test_one_mask_for_all_stays_one_mask():
    part = latents.part(numbered(4, noise_mask=torch.ones(1, 2, 2)), 1, 2)

    assert items(part.noise_mask) == [1.0]


def test_repeating_goes_through_the_whole_batch_each_time():
    assert items(latents.repeated(numbered(2), 2).samples) == [0.0, 1.0, 0.0, 1.0]


def test_repeating_a_batch_without_numbers_adds_none():
    assert latents.repeated(numbered(2), 2).batch_index is None


def test_repeats_of_numbered_items_get_numbers_of_their_own():
    repeated = latents.repeated(numbered(2, batch_index=(3, 5)), 3)

    assert repeated.batch_index == (3, 5, 6, 8, 9, 11)


def test_repeating_repeats_the_masks_with_their_items():
    mask = torch.tensor([0.0, 1.0]).reshape(2, 1, 1, 1)

    repeated = latents.repeated(numbered(4, noise_mask=mask), 2)

    assert items(repeated.noise_mask) == [0.0, 1.0] * 4


@pytest.mark.parametrize(
    ("size", "cells"),
    [
        ((128, 64), (8, 16)),
        ((128, 0), (32, 16)),  # the height follows: 4 / 2 cells
        ((0, 64), (8, 8)),  # 32 pixels wide, but 64 is the least
        ((16, 16), (8, 8)),
    ],
)
def test_upscaling_takes_pixels_and_gives_cells(size: tuple[int, int], cells: tuple[int, int]):
    latent = Latent(torch.zeros(1, 4, 4, 2))

    assert latents.upscaled(latent, *size, "bilinear").samples.shape[-2:] == cells


def test_upscaling_to_zero_by_zero_changes_nothing():
    latent = numbered(1)

    assert latents.upscaled(latent, 0, 0, "area") is latent


def test_upscaling_by_a_factor_rounds_each_side():
    latent = Latent(torch.zeros(1, 4, 3, 5), noise_mask=torch.ones(1, 3, 5))

    scaled = latents.upscaled_by(latent, 1.5, "nearest-exact")

    assert scaled.samples.shape == (1, 4, 4, 8)
    assert scaled.noise_mask is latent.noise_mask


def test_pixels_in_the_hole_become_grey_and_the_others_stay():
    hole = torch.tensor([[[1.0, 0.0]]])
    pixels = torch.tensor([0.9, 0.9]).reshape(1, 1, 2, 1).expand(1, 1, 2, 4)

    grey = latents.greyed(pixels, hole)

    assert grey.shape == (1, 1, 2, 3)
    assert grey[0, 0, :, 0].tolist() == pytest.approx([0.5, 0.9])


def test_the_hole_is_where_the_mask_is_more_than_half_white():
    mask = torch.tensor([[[0.0, 0.4, 0.6, 1.0]]])

    assert latents.hole_in(torch.zeros(1, 1, 4, 3), mask).tolist() == [[[0.0, 0.0, 1.0, 1.0]]]


def test_a_mask_of_another_size_is_fitted_to_the_pixels():
    hole = latents.hole_in(torch.zeros(1, 8, 16, 3), torch.tensor([[[1.0, 0.0]]]))

    assert hole.shape == (1, 8, 16)
    assert hole[0, 0].tolist() == [1.0] * 8 + [0.0] * 8


def test_the_noise_mask_is_wider_than_the_hole():
    hole = torch.zeros(1, 16, 16)
    hole[0, 8, 8] = 1

    assert latents.noise_mask_for(hole, 6, 8).sum() == 36


def test_the_noise_mask_is_cut_about_its_centre_to_whole_cells():
    hole = (torch.arange(19) % 2).float().expand(1, 8, 19)

    cut = latents.noise_mask_for(hole, 0, 8)

    assert cut.tolist() == hole[:, :, 1:17].tolist()
