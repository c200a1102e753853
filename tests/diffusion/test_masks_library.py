import pytest
import torch

from engine.diffusion.imaging import masks
from engine.errors import BadValue


def test_each_channel_of_a_picture_can_be_a_mask():
    image = torch.tensor([0.1, 0.2, 0.3, 0.4]).expand(2, 1, 1, 4)

    taken = [masks.from_image(image, name)[1, 0, 0].item() for name in masks.CHANNELS]

    assert taken == pytest.approx([0.1, 0.2, 0.3, 0.4])


def test_a_channel_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(BadValue, match='no channel "alpha", only red, green, blue'):
        masks.from_image(torch.zeros(1, 2, 2, 3), "alpha")


def test_a_mask_as_a_picture_is_grey():
    image = masks.to_image(torch.tensor([[[0.25, 1.0]]]))

    assert image.tolist() == [[[[0.25] * 3, [1.0] * 3]]]


def test_a_mask_without_a_batch_becomes_a_batch_of_one():
    assert masks.to_image(torch.zeros(3, 5)).shape == (1, 3, 5, 3)


def test_inverting_swaps_black_and_white():
    assert masks.inverted(torch.tensor([[[0.0, 0.25, 1.0]]])).tolist() == [[[1.0, 0.75, 0.0]]]


def test_a_solid_mask_has_one_value():
    mask = masks.solid(0.5, 3, 2)

    assert mask.tolist() == [[[0.5] * 3] * 2]


def test_resizing_goes_straight_between_pixels():
    resized = masks.resized(torch.tensor([[[0.0, 1.0]]]), 4, 1)

    assert resized.flatten().tolist() == pytest.approx([0.0, 0.25, 0.75, 1.0])


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (0, [0, 0, 0, 1, 0, 0, 0]),
        (1, [0, 0, 0, 1, 0, 0, 0]),
        (2, [0, 0, 0, 1, 1, 0, 0]),
        (3, [0, 0, 1, 1, 1, 0, 0]),
        (4, [0, 0, 1, 1, 1, 1, 0]),
    ],
)
def test_white_spreads_by_a_square_that_leans_right_when_even(by: int, expected: list[int]):
    row = torch.tensor([0.0, 0, 0, 1, 0, 0, 0])

    assert masks.grown(row.expand(1, 1, 7), by).flatten().tolist() == expected


def test_white_spreads_in_both_directions():
    mask = torch.zeros(1, 5, 5)
    mask[0, 2, 2] = 1

    assert masks.grown(mask, 3).sum() == 9
