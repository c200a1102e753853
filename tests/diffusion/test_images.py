import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine.diffusion.imaging import images, resampling


def ramp(height: int, width: int, channels: int = 3) -> torch.Tensor:
    """Return (1, H, W, C) whose value is x + 10 y + 100 c."""
    y, x, c = torch.meshgrid(
        torch.arange(height), torch.arange(width), torch.arange(channels), indexing="ij"
    )
    return (x + 10 * y + 100 * c).float().unsqueeze(0)


def test_a_solid_picture_has_the_colour_written_in_hex():
    image = images.solid(2, 1, 3, 0xFF8000)

    assert image.shape == (3, 1, 2, 3)
    assert image[2, 0, 1].tolist() == pytest.approx([1.0, 128 / 255, 0.0])


def test_the_negative_of_the_negative_is_the_picture():
    image = torch.tensor([[[[0.0, 0.25, 1.0]]]])

    assert images.inverted(image).tolist() == [[[[1.0, 0.75, 0.0]]]]


def test_nearest_exact_takes_the_pixel_under_the_new_ones_centre():
    # Centres of 2 in 5: 1.25 and 3.75.
    resized = images.resized(ramp(1, 5), 2, 1, "nearest-exact")

    assert resized[0, 0, :, 0].tolist() == [1.0, 3.0]


def test_bilinear_puts_pixel_centres_on_the_same_line():
    # New centres lie at -0.25, 0.25, 0.75 and 1.25 of the old ones.
    resized = images.resized(ramp(1, 2), 4, 1, "bilinear")

    assert resized[0, 0, :, 0].tolist() == pytest.approx([0.0, 0.25, 0.75, 1.0])


def test_area_averages_what_a_new_pixel_covers():
    resized = images.resized(ramp(2, 4), 2, 1, "area")

    assert resized[0, 0, :, 0].tolist() == pytest.approx([5.5, 7.5])


def test_bicubic_weighs_four_pixels_with_the_keys_kernel():
    # Keys 1981 with a = -0.75, halfway: -0.09375, 0.59375, 0.59375, -0.09375.
    image = torch.tensor([0.0, 0.0, 1.0, 1.0, 0.0, 0.0]).reshape(1, 1, 6, 1)

    resized = images.resized(image, 3, 1, "bicubic")

    assert resized.flatten().tolist() == pytest.approx([-0.09375, 1.1875, -0.09375])


def test_lanczos_is_pillows_on_eight_bits():
    array = np.random.default_rng(0).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    image = torch.from_numpy(array).unsqueeze(0) / 255

    resized = images.resized(image, 5, 11, "lanczos")

    expected = np.array(Image.fromarray(array).resize((5, 11), Image.Resampling.LANCZOS))
    assert torch.equal((resized[0] * 255).round().to(torch.uint8), torch.from_numpy(expected))


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_lanczos_keeps_the_number_of_channels(channels: int):
    assert images.resized(torch.zeros(2, 4, 4, channels), 3, 2, "lanczos").shape[3] == channels


def test_center_crop_cuts_the_longer_side_before_resizing():
    resized = images.resized(ramp(2, 6), 2, 2, "nearest-exact", "center")

    assert resized[0, :, :, 0].tolist() == [[2.0, 3.0], [12.0, 13.0]]


@given(
    old=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    new=st.tuples(st.integers(1, 40), st.integers(1, 40)),
)
def test_center_crop_keeps_a_whole_side_and_the_middle(old: tuple[int, int], new: tuple[int, int]):
    height, width = old

    cut = resampling.cropped_to_aspect(torch.zeros(1, 1, height, width), *new)

    assert height in cut.shape or width in cut.shape
    assert min(cut.shape) >= 1


@pytest.mark.parametrize(
    ("asked", "size"), [((0, 0), (6, 4)), ((3, 0), (3, 2)), ((0, 8), (12, 8)), ((1, 0), (1, 1))]
)
def test_a_side_of_zero_follows_the_other(asked: tuple[int, int], size: tuple[int, int]):
    assert images.fitted_size(*asked, old_width=6, old_height=4) == size


def test_zero_by_zero_is_the_same_picture():
    image = ramp(4, 6)

    assert images.resized(image, 0, 0, "lanczos") is image


def test_scaling_rounds_each_side():
    assert images.scaled(ramp(3, 5), 1.5, "bilinear").shape == (1, 4, 8, 3)


def test_scaling_leaves_at_least_one_pixel():
    assert images.scaled(ramp(3, 5), 0.01, "area").shape == (1, 1, 1, 3)


def test_a_batch_of_one_size_is_joined_as_it_is():
    first, second = ramp(2, 2), ramp(2, 2) + 5

    assert torch.equal(images.batched(first, second), torch.cat((first, second)))


def test_the_second_batch_is_cut_and_resized_to_the_first():
    joined = images.batched(ramp(2, 2), ramp(2, 6))

    assert joined[1, :, :, 0].tolist() == [[2.0, 3.0], [12.0, 13.0]]


def test_a_picture_without_alpha_becomes_opaque_beside_one_with_it():
    joined = images.batched(torch.zeros(1, 1, 1, 4), torch.zeros(1, 1, 1, 3))

    assert joined[:, 0, 0, 3].tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (0, 0, [[1, 1, 0], [1, 1, 0]]),
        (2, 1, [[0, 0, 0], [0, 0, 1]]),
        (-1, -1, [[1, 0, 0], [0, 0, 0]]),
        (3, 0, [[0, 0, 0], [0, 0, 0]]),
        (0, -2, [[0, 0, 0], [0, 0, 0]]),
        (100, 100, [[0, 0, 0], [0, 0, 0]]),
    ],
)
def test_what_falls_outside_the_destination_is_cut_off(x: int, y: int, expected: list[list[int]]):
    laid = images.composited(torch.zeros(1, 2, 3, 3), torch.ones(1, 2, 2, 3), x, y)

    assert laid[0, :, :, 0].tolist() == expected


def test_a_mask_mixes_source_and_destination():
    mask = torch.tensor([[[0.0, 0.25], [0.5, 1.0]]])

    laid = images.composited(
        torch.full((1, 2, 2, 3), 0.4), torch.full((1, 2, 2, 3), 0.8), 0, 0, mask=mask
    )

    assert laid[0, :, :, 1].flatten().tolist() == pytest.approx([0.4, 0.5, 0.6, 0.8])


def test_pixels_under_a_black_mask_stay_exactly():
    destination = torch.rand(1, 5, 5, 3)

    laid = images.composited(destination, torch.rand(1, 5, 5, 3), 0, 0, mask=torch.zeros(1, 5, 5))

    assert torch.equal(laid, destination)


def test_a_mask_belongs_to_the_source_where_it_is_cut_off():
    mask = torch.tensor([[[0.0, 1.0]]])

    laid = images.composited(torch.zeros(1, 1, 2, 3), torch.ones(1, 1, 2, 3), -1, 0, mask=mask)

    assert laid[0, 0, :, 0].tolist() == [1.0, 0.0]


def test_the_source_can_be_stretched_to_the_destination():
    laid = images.composited(
        torch.zeros(1, 2, 4, 3), torch.ones(1, 1, 1, 3), 0, 0, resize_source=True
    )

    assert torch.equal(laid, torch.ones(1, 2, 4, 3))


def test_the_source_is_repeated_over_the_destinations_batch():
    source = torch.tensor([0.25, 0.5]).reshape(2, 1, 1, 1).expand(2, 1, 1, 3)

    laid = images.composited(torch.zeros(3, 1, 1, 3), source, 0, 0)

    assert laid[:, 0, 0, 0].tolist() == [0.25, 0.5, 0.25]


def test_compositing_leaves_its_inputs_alone():
    destination = torch.zeros(1, 2, 2, 3)

    images.composited(destination, torch.ones(1, 2, 2, 3), 0, 0)

    assert destination.sum() == 0


def test_an_opaque_source_covers_a_transparent_destination():
    laid = images.composited(torch.zeros(1, 1, 1, 4), torch.ones(1, 1, 1, 3), 0, 0)

    assert laid.flatten().tolist() == [1.0, 1.0, 1.0, 1.0]
