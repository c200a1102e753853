"""What the nodes make of colours and edges, against Pillow, scipy and published formulas."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from scipy import ndimage
from torch import Tensor
from torch.nn import functional

from engine.diffusion.imaging.compositing import BLENDS
from engine.diffusion.imaging.image_colour import bayer
from nodes import image_filters as filters


def noise(*shape: int) -> Tensor:
    generator = torch.Generator().manual_seed(sum(shape))
    return torch.randint(0, 256, shape, generator=generator) / 255


def test_added_noise_has_the_spread_asked_for():
    grey = torch.full((1, 64, 64, 3), 0.5)

    noised = filters.add_noise(grey, 7, 0.1)

    generator = torch.Generator().manual_seed(7)
    expected = grey + 0.1 * torch.randn(grey.shape, generator=generator)
    assert torch.allclose(noised, expected.clamp(0, 1))
    assert noised.std() == pytest.approx(0.1, rel=0.02)


def test_added_noise_leaves_the_global_generator():
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)

    filters.add_noise(noise(1, 4, 4, 3), 1, 1.0)

    assert torch.equal(torch.rand(1), expected)


def soft_light(below: float, above: float) -> float:
    """W3C Compositing and Blending Level 1, section 10.1.12, for one value."""
    if above <= 0.5:
        return below - (1 - 2 * above) * below * (1 - below)
    curve = ((16 * below - 12) * below + 4) * below if below <= 0.25 else below**0.5
    return below + (2 * above - 1) * (curve - below)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("normal", lambda b, s: s),
        ("multiply", lambda b, s: b * s),
        ("screen", lambda b, s: b + s - b * s),
        ("overlay", lambda b, s: 2 * b * s if b <= 0.5 else 1 - 2 * (1 - b) * (1 - s)),
        ("soft_light", soft_light),
        ("difference", lambda b, s: b - s),
    ],
)
def test_blending_mixes_by_its_mode(mode: str, expected: Callable[[float, float], float]):
    below, above = noise(1, 5, 6, 3), noise(1, 5, 6, 3).flip(1)

    mixed = filters.blend(below, above, 0.25, mode)

    pairs = zip(below.flatten().tolist(), above.flatten().tolist(), strict=True)
    wanted = [min(max(0.75 * b + 0.25 * expected(b, s), 0), 1) for b, s in pairs]
    assert mixed.flatten().tolist() == pytest.approx(wanted, abs=1e-5)


def test_every_blend_mode_is_offered():
    assert tuple(BLENDS) == (
        *("normal", "multiply", "screen"),
        *("overlay", "soft_light", "difference"),
    )


def test_blending_fits_the_second_picture_to_the_first():
    mixed = filters.blend(torch.zeros(2, 8, 6, 3), torch.ones(1, 20, 20, 4), 0.5, "normal")

    assert mixed.shape == (2, 8, 6, 3)
    assert torch.allclose(mixed, torch.full_like(mixed, 0.5))


def test_blending_resizes_the_second_picture_bicubically():
    above = noise(1, 6, 6, 3)

    mixed = filters.blend(torch.zeros(1, 9, 9, 3), above, 1.0, "normal")

    wanted = torch.nn.functional.interpolate(above.movedim(-1, 1), (9, 9), mode="bicubic")
    assert torch.allclose(mixed, wanted.movedim(1, -1).clamp(0, 1), atol=1e-6)


@pytest.mark.parametrize(("below", "above"), [(1, 3), (3, 2), (2, 3)])
def test_blending_repeats_the_shorter_batch(below: int, above: int):
    values = torch.arange(1.0, 4.0).div(4).view(3, 1, 1, 1)
    pictures = values.expand(3, 4, 4, 3)

    mixed = filters.blend(torch.zeros(below, 4, 4, 3), pictures[:above], 1.0, "normal")

    expected = [values.flatten().tolist()[place % above] for place in range(3)]
    assert mixed[:, 0, 0, 0].tolist() == expected


def test_chroma_of_another_size_and_count_is_fitted_to_luma():
    luma, chroma = torch.full((2, 8, 6, 3), 0.5), torch.full((1, 4, 4, 3), 0.5)

    pictures = filters.yuv_to_rgb(luma, chroma, chroma)

    assert torch.allclose(pictures, luma, atol=1e-5)


def kernel(radius: int, sigma: float) -> Tensor:
    """Return the two-dimensional filter: places from -1 to 1, so that sigma has their unit."""
    place = torch.linspace(-1, 1, 2 * radius + 1)
    weights = torch.exp(-(place[:, None] ** 2 + place**2) / (2 * sigma**2))
    return weights / weights.sum()


def filtered(image: Tensor, weights: Tensor) -> Tensor:
    radius = weights.shape[0] // 2
    padded = functional.pad(image.movedim(-1, 1), (radius,) * 4, mode="reflect")
    each = weights.expand(image.shape[-1], 1, -1, -1)
    return functional.conv2d(padded, each, groups=image.shape[-1]).movedim(1, -1)


@pytest.mark.parametrize(("radius", "sigma"), [(1, 1.0), (3, 0.4), (6, 5.0)])
def test_blur_is_a_gaussian_over_the_radius(radius: int, sigma: float):
    image = noise(2, 9, 11, 3)

    expected = filtered(image, kernel(radius, sigma))
    assert torch.allclose(filters.blur(image, radius, sigma), expected, atol=1e-6)


def test_a_blur_wider_than_the_picture_mirrors_it_again_and_again():
    image = noise(1, 3, 4, 3)

    blurred = filters.blur(image, 9, 1.0)

    padded = np.pad(image[0].numpy(), ((9, 9), (9, 9), (0, 0)), mode="reflect")
    expected = (padded[:19, :19] * kernel(9, 1.0).numpy()[..., None]).sum(axis=(0, 1))
    assert np.allclose(blurred[0, 0, 0].numpy(), expected, atol=1e-6)


def test_sharpening_is_one_filter_that_sums_to_one():
    image = noise(1, 9, 11, 3)
    weights = kernel(2, 0.7) * -(0.3 * 10)
    weights[2, 2] += 1 - weights.sum()

    expected = filtered(image, weights).clamp(0, 1)
    assert torch.allclose(filters.sharpen(image, 2, 0.7, 0.3), expected, atol=1e-5)


@pytest.mark.parametrize("dither", ["none", "floyd-steinberg", "bayer-2", "bayer-8"])
def test_quantizing_leaves_as_many_colours(dither: str):
    image = noise(2, 16, 16, 3)

    reduced = filters.quantize(image, 5, dither)

    counts = [len(np.unique(each.reshape(-1, 3).numpy(), axis=0)) for each in reduced]
    assert max(counts) <= 5
    assert min(counts) > 1


def test_quantizing_to_what_there_is_changes_nothing():
    image = torch.tensor([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]).reshape(1, 1, 2, 3).repeat(1, 4, 4, 1)

    assert torch.equal(filters.quantize(image, 2, "none"), image)


def test_bayer_patterns_show_a_grey_by_its_share_of_white():
    ramp = torch.linspace(0, 1, 256).reshape(1, 1, 256, 1).repeat(1, 16, 1, 3)

    pattern = filters.quantize(ramp, 2, "bayer-4")

    darker, brighter = pattern[:, :, :96].mean(), pattern[:, :, 160:].mean()
    assert darker < pattern.mean() < brighter
    columns = pattern[0, :4, :4, 0].numpy()
    assert len(np.unique(columns)) <= 2


def test_floyd_steinberg_is_pillows():
    image = noise(1, 12, 12, 3)
    picture = Image.fromarray((image[0] * 255).round().to(torch.uint8).numpy())

    expected = picture.quantize(palette=picture.quantize(4), dither=Image.Dither.FLOYDSTEINBERG)
    assert np.allclose(
        filters.quantize(image, 4, "floyd-steinberg")[0].numpy() * 255,
        np.asarray(expected.convert("RGB")),
        atol=1e-3,
    )


@pytest.mark.parametrize("size", [3, 4, 9])
@pytest.mark.parametrize("operation", ["erode", "dilate", "open", "close", "gradient"])
def test_morphology_is_scipys(operation: str, size: int):
    image = noise(1, 12, 10, 3)

    def changed(plane: np.ndarray[Any, Any], kind: str) -> np.ndarray[Any, Any]:
        rank = ndimage.maximum_filter if kind == "dilate" else ndimage.minimum_filter
        outside = -9.0 if kind == "dilate" else 9.0
        return rank(plane, size=(size, size, 1), mode="constant", cval=outside)

    plane = image[0].numpy()
    expected = {
        "erode": lambda: changed(plane, "erode"),
        "dilate": lambda: changed(plane, "dilate"),
        "open": lambda: changed(changed(plane, "erode"), "dilate"),
        "close": lambda: changed(changed(plane, "dilate"), "erode"),
        "gradient": lambda: changed(plane, "dilate") - changed(plane, "erode"),
    }[operation]()
    assert np.allclose(filters.morphology(image, operation, size)[0].numpy(), expected)


def test_hats_are_what_opening_and_closing_take():
    image = noise(1, 12, 10, 3)

    top = filters.morphology(image, "top_hat", 3)
    bottom = filters.morphology(image, "bottom_hat", 3)

    assert torch.allclose(image - top, filters.morphology(image, "open", 3), atol=1e-6)
    assert torch.allclose(image + bottom, filters.morphology(image, "close", 3), atol=1e-6)


def test_a_square_larger_than_the_picture_gives_its_extremes():
    image = noise(1, 5, 7, 3)

    brightest = image.amax(dim=(1, 2), keepdim=True).expand_as(image)
    assert torch.equal(filters.morphology(image, "dilate", 999), brightest)


def test_luma_and_chroma_are_pillows():
    image = noise(1, 8, 8, 3)
    picture = Image.fromarray((image[0] * 255).round().to(torch.uint8).numpy())

    planes = np.stack([each[0, ..., 0].numpy() for each in filters.rgb_to_yuv(image)], axis=-1)

    assert np.abs(planes * 255 - np.asarray(picture.convert("YCbCr"))).max() < 1.1


def test_luma_and_chroma_go_back_to_the_picture():
    image = noise(2, 8, 8, 3)

    back = filters.yuv_to_rgb(*filters.rgb_to_yuv(image))

    assert (back - image).abs().max() < 2e-3


def test_the_threshold_matrix_is_bayers():
    assert bayer(4).tolist() == [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]
