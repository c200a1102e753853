"""Compositing with alpha, against Pillow and the formulas for one pixel."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from engine.diffusion.imaging.compositing import OPERATORS
from nodes import image_compositing as compositing

#: Fractions of source and destination in Porter and Duff 1984, table 1.
FRACTIONS = {
    "CLEAR": lambda sa, da: (0, 0),
    "SRC": lambda sa, da: (1, 0),
    "DST": lambda sa, da: (0, 1),
    "SRC_OVER": lambda sa, da: (1, 1 - sa),
    "DST_OVER": lambda sa, da: (1 - da, 1),
    "SRC_IN": lambda sa, da: (da, 0),
    "DST_IN": lambda sa, da: (0, sa),
    "SRC_OUT": lambda sa, da: (1 - da, 0),
    "DST_OUT": lambda sa, da: (0, 1 - sa),
    "SRC_ATOP": lambda sa, da: (da, 1 - sa),
    "DST_ATOP": lambda sa, da: (1 - da, sa),
    "XOR": lambda sa, da: (1 - da, 1 - sa),
}
#: Blend modes of Compositing and Blending Level 1, with alpha: what is added to both shares.
BLENDS = {
    "SCREEN": lambda s, d: s + d - s * d,
    "DARKEN": min,
    "LIGHTEN": max,
    "OVERLAY": lambda s, d: 2 * s * d if d <= 0.5 else 1 - 2 * (1 - d) * (1 - s),
}


def pixel(value: float) -> Tensor:
    return torch.full((1, 1, 1, 3), value)


def plane(value: float) -> Tensor:
    return torch.full((1, 1, 1), value)


def composed(source: tuple[float, float], below: tuple[float, float], mode: str):
    """Compose two pixels given as (colour, alpha); return that of the result."""
    image, mask = compositing.porter_duff(
        pixel(source[0]), plane(1 - source[1]), pixel(below[0]), plane(1 - below[1]), mode
    )
    return image[0, 0, 0, 0].item(), 1 - mask.item()


PIXELS = [
    ((0.8, 0.6), (0.3, 0.5)),
    ((0.2, 1.0), (0.9, 0.25)),
    ((0.7, 0.3), (0.4, 1.0)),
    ((0.5, 1.0), (0.6, 1.0)),
]


@pytest.mark.parametrize(("source", "below"), PIXELS)
@pytest.mark.parametrize("mode", FRACTIONS)
def test_operators_take_porter_and_duffs_fractions(
    mode: str, source: tuple[float, float], below: tuple[float, float]
):
    of_source, of_below = FRACTIONS[mode](source[1], below[1])

    color, alpha = composed(source, below, mode)

    expected = source[1] * of_source + below[1] * of_below
    carried = source[0] * source[1] * of_source + below[0] * below[1] * of_below
    assert alpha == pytest.approx(expected, abs=1e-6)
    assert color * alpha == pytest.approx(carried, abs=1e-6)


@pytest.mark.parametrize("mode", BLENDS)
def test_opaque_pictures_are_blended(mode: str):
    for source, below in ((0.2, 0.7), (0.8, 0.3), (0.5, 0.6)):
        color, alpha = composed((source, 1.0), (below, 1.0), mode)

        assert (color, alpha) == pytest.approx((BLENDS[mode](source, below), 1.0), abs=1e-6)


@pytest.mark.parametrize("mode", ["SCREEN", "DARKEN"])
def test_blends_show_each_picture_where_the_other_is_not(mode: str):
    assert composed((0.3, 0.5), (0.9, 0.0), mode) == pytest.approx((0.3, 0.5), abs=1e-6)
    assert composed((0.3, 0.0), (0.9, 0.5), mode) == pytest.approx((0.9, 0.5), abs=1e-6)


def test_lighten_adds_the_brighter_share_as_android_has_it():
    color, alpha = composed((0.5, 0.8), (0.6, 0.5), "LIGHTEN")

    assert alpha == pytest.approx(0.9)
    assert color == pytest.approx((0.5 * 0.4 + 0.2 * 0.3 + 0.4) / 0.9)


def test_multiply_and_add_work_on_shares():
    assert composed((0.5, 0.5), (0.8, 0.5), "MULTIPLY") == pytest.approx((0.4, 0.25))
    assert composed((0.5, 0.5), (0.8, 0.75), "ADD") == pytest.approx((0.85, 1.0))


def test_the_modes_offered_are_those_there_are():
    assert tuple(OPERATORS) == compositing.MODES


def test_the_source_over_the_destination_is_pillows():
    generator = np.random.default_rng(1)
    above, below = (
        Image.fromarray(generator.integers(0, 256, (6, 7, 4), dtype=np.uint8)) for _ in range(2)
    )
    expected = np.asarray(Image.alpha_composite(below, above), dtype=np.float32)
    above, below = (
        torch.tensor(np.asarray(each) / 255, dtype=torch.float32) for each in (above, below)
    )

    image, mask = compositing.porter_duff(
        above[None, ..., :3],
        1 - above[None, ..., 3],
        below[None, ..., :3],
        1 - below[None, ..., 3],
        "SRC_OVER",
    )

    assert np.abs(image[0].numpy() * 255 - expected[..., :3]).max() < 1.5
    assert np.abs((1 - mask[0].numpy()) * 255 - expected[..., 3]).max() < 1.5


def test_the_source_is_fitted_to_the_destination():
    image, mask = compositing.porter_duff(
        torch.ones(3, 9, 9, 4),
        torch.zeros(1, 5, 5),
        torch.zeros(1, 4, 6, 3),
        torch.zeros(1, 2, 2),
        "SRC",
    )

    assert image.shape == (1, 4, 6, 3)
    assert torch.allclose(image, torch.ones(1, 4, 6, 3))
    assert torch.allclose(mask, torch.zeros(1, 4, 6))


def test_joined_alpha_is_split_off_again():
    image, mask = torch.rand(2, 3, 4, 3), torch.rand(2, 3, 4)

    opaque, transparent = compositing.split_alpha(compositing.join_alpha(image, mask))

    assert torch.equal(opaque, image)
    assert torch.allclose(transparent, mask)


def test_one_mask_makes_every_picture_transparent():
    joined = compositing.join_alpha(torch.zeros(3, 4, 4, 3), torch.ones(1, 2, 2))

    assert joined.shape == (3, 4, 4, 4)
    assert (joined[..., 3] == 0).all()


def test_a_picture_without_alpha_is_opaque():
    _, mask = compositing.split_alpha(torch.rand(1, 2, 2, 3))

    assert (mask == 0).all()
