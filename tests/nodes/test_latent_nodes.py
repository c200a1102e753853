import numpy as np
import pytest
import torch

from engine.errors import BadValue
from engine.types import Latent
from nodes import latent


def test_empty_latent_has_a_cell_for_eight_pixels():
    assert latent.empty_latent(64, 32, 2).samples.shape == (2, 4, 4, 8)


def test_upscale_latent_takes_pixels():
    grown = latent.upscale_latent(Latent(torch.zeros(1, 4, 8, 8)), "bislerp", 128, 64, "disabled")

    assert grown.samples.shape == (1, 4, 8, 16)


def test_upscale_latent_by_takes_a_factor():
    grown = latent.upscale_latent_by(Latent(torch.zeros(1, 4, 8, 8)), "area", 1.5)

    assert grown.samples.shape == (1, 4, 12, 12)


def test_latent_from_batch_keeps_the_place():
    part = latent.latent_from_batch(Latent(torch.zeros(4, 4, 1, 1)), 2, 1)

    assert part.batch_index == (2,)


def test_repeat_latent_batch_multiplies_the_batch():
    assert latent.repeat_latent_batch(Latent(torch.zeros(2, 4, 1, 1)), 3).samples.shape[0] == 6


def test_set_latent_noise_mask_leaves_the_samples():
    given = Latent(torch.zeros(1, 4, 2, 2))
    mask = torch.ones(1, 16, 16)

    masked = latent.set_latent_noise_mask(given, mask)

    assert masked.samples is given.samples
    assert masked.noise_mask is mask


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)))


def feathered(below: torch.Tensor, above: torch.Tensor, x: int, y: int, feather: int):
    """Lay one latent onto another row by row; all in cells."""
    laid = below.clone()
    height, width = below.shape[2:]
    above = above[:, :, : height - y, : width - x]
    weight = torch.ones_like(above)
    rows, columns = above.shape[2:]
    for step in range(feather):
        rate = (step + 1) / feather
        if y:
            weight[:, :, step : step + 1] *= rate
        if y + rows < height:
            weight[:, :, rows - 1 - step : rows - step] *= rate
        if x:
            weight[..., step : step + 1] *= rate
        if x + columns < width:
            weight[..., columns - 1 - step : columns - step] *= rate
    under = laid[:, :, y : y + rows, x : x + columns]
    laid[:, :, y : y + rows, x : x + columns] = above * weight + under * (1 - weight)
    return laid


@pytest.mark.parametrize("place", [(0, 0), (3, 2), (6, 7), (2, 0)])
@pytest.mark.parametrize("feather", [0, 2])
def test_composite_falls_off_to_the_edges_that_are_inside(place: tuple[int, int], feather: int):
    below, above = noise(2, 4, 10, 9), noise(2, 4, 5, 6)

    laid = latent.composite(
        Latent(below), Latent(above), place[0] * 8, place[1] * 8 + 7, feather * 8
    )

    assert torch.allclose(laid.samples, feathered(below, above, *place, feather), atol=1e-6)


def test_composite_outside_changes_nothing():
    below = noise(1, 4, 4, 4)

    assert torch.equal(
        latent.composite(Latent(below), Latent(noise(1, 4, 2, 2)), 64, 0, 0).samples, below
    )


def test_composite_masked_shows_the_source_where_it_is_white():
    below, above = noise(2, 4, 6, 6), noise(1, 4, 2, 4)
    mask = torch.zeros(1, 2, 4)
    mask[..., :2] = 1

    laid = latent.composite_masked(Latent(below), Latent(above), 24, 8, mask=mask).samples

    expected = below.clone()
    expected[:, :, 1:3, 3:5] = above[..., :2]
    assert torch.allclose(laid, expected, atol=1e-6)
    assert laid.is_contiguous()


def test_composite_masked_may_stretch_the_source():
    laid = latent.composite_masked(
        Latent(torch.zeros(1, 4, 6, 6)), Latent(torch.ones(1, 4, 2, 2)), 0, 0, resize_source=True
    )

    assert torch.allclose(laid.samples, torch.ones(1, 4, 6, 6))


def test_composite_of_another_models_latent_is_refused():
    with pytest.raises(BadValue, match="channels differ"):
        latent.composite_masked(
            Latent(torch.zeros(1, 4, 2, 2)), Latent(torch.zeros(1, 16, 2, 2)), 0, 0
        )


def test_crop_takes_pixels():
    given = noise(1, 4, 20, 30)

    cropped = latent.crop(Latent(given), 64, 72, 88, 16).samples

    assert torch.equal(cropped, given[:, :, 2:11, 11:19])


def test_crop_leaves_eight_cells():
    given = noise(1, 4, 20, 30)

    assert torch.equal(
        latent.crop(Latent(given), 512, 512, 16384, 16384).samples, given[..., 12:, 22:]
    )


@pytest.mark.parametrize(("method", "axis"), [("x-axis: vertically", 2), ("y-axis: ", 3)])
def test_flip_mirrors(method: str, axis: int):
    given = noise(1, 4, 3, 5)

    flipped = latent.flip(Latent(given), method).samples
    assert np.array_equal(flipped.numpy(), np.flip(given.numpy(), axis))


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_rotate_turns_clockwise(quarters: int):
    given = noise(1, 4, 3, 5)
    rotation = f"{90 * quarters} degrees" if quarters else "none"

    turned = latent.rotate(Latent(given), rotation).samples
    assert np.array_equal(turned.numpy(), np.rot90(given.numpy(), -quarters, (2, 3)))
