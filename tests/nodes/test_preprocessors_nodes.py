"""What the preprocessors draw, against scipy, Pillow and the published methods in plain loops."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from scipy import ndimage
from torch import Tensor

from engine.errors import BadValue
from nodes import preprocessors

Plane = np.ndarray[Any, Any]


def smooth(seed: int, height: int = 40, width: int = 48) -> Tensor:
    """Return a picture of soft blobs."""
    noise = np.random.default_rng(seed).random((height, width, 3))
    blobs = ndimage.gaussian_filter(noise, (3, 3, 0))
    return torch.tensor((blobs - blobs.min()) / np.ptp(blobs)).float()[None]


def luma(image: Tensor) -> Plane:
    return image[0].double().numpy() @ [0.299, 0.587, 0.114]


def canny(plane: Plane, low: float, high: float) -> Plane:
    """Canny 1986 pixel by pixel, on slopes by scipy."""
    place = np.arange(-2, 3)
    weights = np.exp(-(place**2) / 2) / np.exp(-(place**2) / 2).sum()
    for axis in (0, 1):
        plane = ndimage.correlate1d(plane, weights, axis=axis, mode="mirror")
    across, down = (ndimage.sobel(plane, axis=axis, mode="nearest") for axis in (1, 0))
    steep = np.sqrt(across**2 + down**2 + 1e-6)
    padded = np.pad(steep, 1)
    thin = np.zeros_like(steep)
    for y, x in np.ndindex(*steep.shape):
        eighth = round(math.atan2(down[y, x], across[y, x]) / (math.pi / 4)) * math.pi / 4
        step = (round(math.sin(eighth)), round(math.cos(eighth)))
        beside = [padded[1 + y + s * step[0], 1 + x + s * step[1]] for s in (1, -1)]
        thin[y, x] = steep[y, x] * (steep[y, x] > max(beside))
    drawn, waiting = np.zeros_like(thin), list(zip(*np.nonzero(thin > high), strict=True))
    while waiting:
        y, x = waiting.pop()
        if drawn[y, x]:
            continue
        drawn[y, x] = 1
        near = np.argwhere(thin[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2] > low)
        waiting += [(dy + max(0, y - 1), dx + max(0, x - 1)) for dy, dx in near]
    return drawn


@pytest.mark.parametrize("thresholds", [(0.4, 0.8), (0.1, 0.6), (0.5, 0.5)])
def test_canny_draws_the_edges(thresholds: tuple[float, float]):
    image = (2 * smooth(1)).clamp(0, 1) ** 4

    drawn = preprocessors.canny(image, *thresholds)

    expected = canny(luma(image), *thresholds)
    assert expected.sum() > 20
    assert (drawn[0, ..., 0].numpy() != expected).sum() <= 2  # float32 against float64
    assert torch.equal(drawn[..., 0], drawn[..., 2])


def test_canny_draws_weak_edges_only_where_they_join_strong_ones():
    step = torch.zeros(1, 20, 60, 3)
    step[:, :, 10:] = 0.15
    step[:, 10:, 40:] = 0.9

    both = preprocessors.canny(step, 0.1, 0.8)[0, ..., 0]

    assert both[:, 20:].sum() > 10
    assert both[:, :20].sum() == 0


def test_canny_of_an_even_picture_is_black():
    assert preprocessors.canny(torch.full((2, 8, 8, 3), 0.7), 0.1, 0.2).max() == 0


def test_canny_takes_no_low_threshold_above_the_high_one():
    with pytest.raises(BadValue, match=r"The low threshold, 0\.9, is above the high one, 0\.3"):
        preprocessors.canny(smooth(1), 0.9, 0.3)


def test_lineart_is_a_difference_of_gaussians():
    image = smooth(2)

    drawn = preprocessors.lineart(image, 1.0, 16.0)[0, ..., 0].numpy()

    narrow, wide = (
        ndimage.gaussian_filter(luma(image), sigma, mode="mirror", radius=math.ceil(3 * sigma))
        for sigma in (1.0, 1.6)
    )
    expected = np.tanh(np.maximum(wide - narrow, 0) * 16)
    assert np.abs(drawn - expected).max() < 1e-5


def test_lineart_draws_dark_lines_white():
    page = torch.ones(1, 32, 32, 3)
    page[:, 15:17] = 0

    drawn = preprocessors.lineart(page, 1.0, 16.0)[0, :, 16, 0]

    assert drawn[15:17].min() > 0.9
    assert drawn[:8].max() < 0.01


def test_tiles_lose_what_is_finer_than_the_factor():
    checks = (
        torch.tensor(np.indices((32, 32)).sum(0) % 2).float()[None, ..., None].repeat(1, 1, 1, 3)
    )

    tiled = preprocessors.tile(checks, 4, 0.0)

    assert torch.allclose(tiled, torch.full_like(tiled, 0.5), atol=1e-5)


def test_tiles_are_blurred_by_a_gaussian_in_pixels():
    image = smooth(3)

    blurred = preprocessors.tile(image, 1, 1.5)[0].numpy()

    expected = ndimage.gaussian_filter(
        image[0].numpy(), (1.5, 1.5, 0), mode="mirror", radius=(4, 4, 0)
    )
    assert np.abs(blurred - expected).max() < 1e-5


def test_a_tile_of_one_without_blur_is_the_picture():
    image = smooth(3)

    assert torch.equal(preprocessors.tile(image, 1, 0.0), image)


def test_the_colour_grid_is_pillows_mean_of_each_square():
    image = (smooth(4, 32, 64) * 255).round() / 255

    grid = preprocessors.color_grid(image, 16)

    picture = Image.fromarray((image[0] * 255).round().to(torch.uint8).numpy())
    expected = picture.reduce(16).resize((64, 32), Image.Resampling.NEAREST)
    assert np.abs(grid[0].numpy() * 255 - np.asarray(expected)).max() < 0.51


def test_a_threshold_parts_black_and_white():
    image = smooth(5)

    parted = preprocessors.black_and_white(image, 0.4, False)

    assert (parted[0, ..., 1].numpy() == (luma(image) > 0.4)).mean() > 0.999
    assert parted.shape == image.shape


def test_the_automatic_threshold_is_otsus():
    generator = np.random.default_rng(6)
    dark, bright = generator.normal(0.2, 0.05, 600), generator.normal(0.6, 0.05, 200)
    values = np.concatenate((dark, bright)).clip(0, 1).astype(np.float32)
    image = torch.tensor(values).reshape(1, 20, 40, 1).repeat(2, 1, 1, 3)
    image[1] *= 0.5

    parted = preprocessors.black_and_white(image, 0.0, True)[..., 0].flatten(1)

    def apart(limit: float) -> float:
        low, high = values[values <= limit], values[values > limit]
        return len(low) * len(high) * (low.mean() - high.mean()) ** 2

    best = max(np.linspace(0.25, 0.55, 301), key=apart)
    assert abs(parted[0].sum().item() - (values > best).sum()) <= 2
    assert abs(parted[1].sum().item() - 200) <= 2


def test_an_even_picture_has_no_brighter_part():
    assert preprocessors.black_and_white(torch.full((1, 4, 4, 3), 0.5), 0.0, True).shape == (
        1,
        4,
        4,
        3,
    )
