"""What the nodes make of pictures, against Pillow, numpy and plain loops."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate

from engine.errors import BadValue
from nodes import image_transform as transform


def noise(*shape: int) -> Tensor:
    """Return a batch of pictures whose values come from 8 bits."""
    generator = torch.Generator().manual_seed(sum(shape))
    return torch.randint(0, 256, shape, generator=generator) / 255


def pillow(image: Tensor) -> Image.Image:
    return Image.fromarray((image[0] * 255).round().to(torch.uint8).numpy())


def tensor(picture: Image.Image) -> Tensor:
    return torch.from_numpy(np.asarray(picture, dtype=np.float32) / 255)[None]


def test_crop_takes_the_rectangle():
    image = noise(2, 7, 9, 3)

    expected = tensor(pillow(image).crop((3, 2, 7, 7)))
    assert torch.equal(transform.crop(image, 4, 5, 3, 2)[:1], expected)


def test_crop_beyond_the_corner_gives_the_last_pixel():
    image = noise(1, 4, 6, 3)

    assert torch.equal(transform.crop(image, 8, 8, 100, 100), image[:, 3:, 5:])


@pytest.mark.parametrize(
    ("method", "turned"),
    [
        ("x-axis: vertically", Image.Transpose.FLIP_TOP_BOTTOM),
        ("y-axis: horizontally", Image.Transpose.FLIP_LEFT_RIGHT),
    ],
)
def test_flip_mirrors(method: str, turned: Image.Transpose):
    image = noise(1, 3, 5, 3)

    assert torch.equal(transform.flip(image, method), tensor(pillow(image).transpose(turned)))


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_rotate_turns_clockwise(degrees: int):
    image = noise(1, 3, 5, 3)

    expected = tensor(pillow(image).rotate(-degrees, expand=True))
    assert torch.equal(transform.rotate(image, f"{degrees} degrees"), expected)


def test_rotate_by_none_changes_nothing():
    image = noise(2, 3, 5, 3)

    assert torch.equal(transform.rotate(image, "none"), image)


@pytest.mark.parametrize(
    ("size", "expected"), [((30, 20), (32, 21)), ((20, 30), (21, 32)), ((9, 9), (32, 32))]
)
def test_the_longer_side_gets_its_size(size: tuple[int, int], expected: tuple[int, int]):
    image = torch.zeros(1, *size, 3)

    scaled = transform.scale_to_max_dimension(image, "bilinear", 32)

    assert tuple(scaled.shape[1:3]) == expected


def test_scaling_to_a_side_averages_areas():
    image = noise(1, 8, 16, 3)

    scaled = transform.scale_to_max_dimension(image, "area", 4)

    assert torch.allclose(scaled, image.reshape(1, 2, 4, 4, 4, 3).mean(dim=(2, 4)), atol=1e-6)


def test_a_picture_is_not_scaled_to_nothing():
    with pytest.raises(BadValue, match="would become 0 by 0 pixels"):
        transform.scale_to_max_dimension(torch.zeros(1, 8, 8, 3), "area", 0)


@pytest.mark.parametrize("megapixels", [0.01, 0.05])
def test_total_pixels_are_megapixels_of_two_to_the_twentieth(megapixels: float):
    image = noise(1, 60, 100, 3)

    scaled = transform.scale_to_total_pixels(image, "nearest-exact", megapixels)

    side = math.sqrt(int(megapixels * 2**20) / 6000)
    sizes = round(60 * side), round(100 * side)
    expected = interpolate(image.movedim(-1, 1), sizes, mode="nearest-exact").movedim(1, -1)
    assert torch.equal(scaled, expected)


def test_padding_keeps_the_aspect_and_centres():
    image = noise(1, 4, 8, 3)

    padded = transform.resize_and_pad(image, 8, 9, "white", "lanczos")

    assert torch.equal(padded[:, 2:6], image)
    assert (padded[:, :2] == 1).all()
    assert (padded[:, 6:] == 1).all()


def test_padding_is_black_at_the_sides_of_a_tall_picture():
    padded = transform.resize_and_pad(torch.ones(2, 8, 2, 3), 7, 4, "black", "area")

    assert padded[1, :, :, 0].tolist() == [[0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]] * 4


def outpaint_mask(
    height: int, width: int, margins: tuple[int, int, int, int], feathering: int
) -> np.ndarray[Any, Any]:
    """Go over the picture pixel by pixel: the squared distance to the next painted edge."""
    left, top, right, bottom = margins
    mask = np.ones((height + top + bottom, width + left + right), dtype=np.float32)
    for y in range(height):
        for x in range(width):
            sides = [(top, y), (bottom, height - y), (left, x), (right, width - x)]
            near = min([place for margin, place in sides if margin], default=feathering)
            inside = min(near, feathering) if feathering else 0
            mask[top + y, left + x] = ((feathering - inside) / feathering) ** 2 if feathering else 0
    return mask


@pytest.mark.parametrize("margins", [(8, 0, 0, 0), (0, 8, 16, 0), (8, 8, 8, 8), (0, 0, 0, 0)])
@pytest.mark.parametrize("feathering", [0, 1, 5])
def test_outpainting_masks_the_margins_and_a_seam(
    margins: tuple[int, int, int, int], feathering: int
):
    _, mask = transform.pad_for_outpaint(noise(1, 12, 14, 3), *margins, feathering)

    expected = outpaint_mask(12, 14, margins, feathering)
    assert np.allclose(mask[0].numpy(), expected, atol=1e-6)


def test_a_seam_of_half_the_picture_is_left_out():
    _, mask = transform.pad_for_outpaint(noise(1, 12, 30, 3), 8, 0, 0, 0, 6)

    assert mask[0, :, 8:].max() == 0


def test_outpainting_keeps_the_picture_in_a_grey_frame():
    image = noise(2, 12, 14, 3)

    padded, _ = transform.pad_for_outpaint(image, 8, 16, 24, 32, 4)

    assert torch.equal(padded[:, 16:28, 8:22], image)
    assert (padded[:, :16] == 0.5).all()
    assert (padded[:, :, 22:] == 0.5).all()


@pytest.mark.parametrize(
    ("direction", "shape"),
    [("right", (4, 11)), ("left", (4, 11)), ("down", (6, 5)), ("up", (6, 5))],
)
def test_stitching_resizes_the_second_picture(direction: str, shape: tuple[int, int]):
    first, second = torch.zeros(1, 4, 5, 3), torch.ones(1, 6, 9, 3)
    if direction in ("down", "up"):
        second = torch.ones(1, 6, 12, 3)

    stitched = transform.stitch(first, direction, True, 0, "white", second)

    assert tuple(stitched.shape[1:3]) == shape
    corner = stitched[0, 0, 0, 0] if direction in ("right", "down") else stitched[0, -1, -1, 0]
    assert corner == 0


def test_stitching_centres_the_smaller_picture_in_margins():
    first, second = noise(1, 2, 3, 3), noise(1, 5, 2, 3)

    stitched = transform.stitch(first, "left", False, 0, "white", second)

    expected = np.ones((5, 5, 3), dtype=np.float32)
    expected[:, :2] = second[0]
    expected[1:3, 2:] = first[0]
    assert np.array_equal(stitched[0].numpy(), expected)


def test_the_space_between_is_even_and_coloured():
    first = torch.zeros(1, 2, 2, 4)

    stitched = transform.stitch(first, "right", True, 3, "red", torch.zeros(1, 2, 2, 3))

    assert stitched.shape == (1, 2, 8, 4)
    assert stitched[0, 0, 2:6].tolist() == [[1.0, 0.0, 0.0, 1.0]] * 4


def test_the_shorter_batch_goes_on_with_its_last_picture():
    first, second = noise(1, 2, 2, 3), noise(3, 2, 2, 3)

    stitched = transform.stitch(first, "down", True, 0, "white", second)

    assert torch.equal(stitched, torch.cat((first.expand(3, -1, -1, -1), second), dim=1))


def test_a_picture_alone_is_not_stitched():
    image = noise(1, 2, 2, 3)

    assert transform.stitch(image, "right", True, 4, "white") is image
