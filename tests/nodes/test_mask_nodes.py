from collections.abc import Callable

import numpy as np
import pytest
import torch
from PIL import Image
from scipy import ndimage

from engine.context import Context
from engine.errors import BadValue, PathError
from engine.paths import Folders
from nodes import mask


def test_load_image_mask_reads_the_chosen_channel(
    context: Callable[..., Context], folders: Folders
):
    Image.new("RGB", (3, 2), (255, 51, 0)).save(folders.input / "a.png")

    assert mask.load_image_mask("a.png", "green", context()).tolist() == [
        [pytest.approx([0.2] * 3)] * 2
    ]


def test_load_image_mask_stays_in_the_folder(context: Callable[..., Context]):
    with pytest.raises(PathError, match="leads out of"):
        mask.load_image_mask("../a.png", "alpha", context())


def test_mask_to_image_is_grey():
    assert mask.mask_to_image(torch.full((1, 1, 1), 0.5)).tolist() == [[[[0.5] * 3]]]


def test_image_to_mask_takes_a_channel():
    image = torch.tensor([0.25, 0.5, 1.0]).reshape(1, 1, 1, 3)

    assert mask.image_to_mask(image, "blue").tolist() == [[[1.0]]]


def test_invert_mask_swaps():
    assert mask.invert_mask(torch.zeros(1, 1, 2)).tolist() == [[[1.0, 1.0]]]


def test_solid_mask_has_its_size():
    assert torch.equal(mask.solid_mask(0.25, 3, 2), torch.full((1, 2, 3), 0.25))


def noise(*shape: int) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(5))


def test_a_colour_becomes_white_where_it_is_exact():
    image = torch.tensor([[255, 128, 0], [255, 128, 1], [0, 128, 255]]).reshape(1, 1, 3, 3) / 255

    assert mask.image_color_to_mask(image, 0xFF8000).tolist() == [[[1.0, 0.0, 0.0]]]


def test_crop_mask_takes_the_rectangle():
    given = noise(2, 5, 7)

    assert torch.equal(mask.crop_mask(given, 2, 1, 3, 9), given[:, 1:, 2:5])


def test_crop_mask_beyond_the_mask_is_refused():
    with pytest.raises(BadValue, match=r"begins at \(7, 0\), but the mask has 7 by 5 pixels"):
        mask.crop_mask(noise(1, 5, 7), 7, 0, 3, 3)


def feathered(given: torch.Tensor, left: int, top: int, right: int, bottom: int) -> torch.Tensor:
    """Multiply column by column and row by row, with ComfyUI's indices from the far edges."""
    made = given.clone()
    for count, at in ((left, lambda n: n), (right, lambda n: -n)):
        for n in range(count):
            made[:, :, at(n)] *= (n + 1) / count
    for count, at in ((top, lambda n: n), (bottom, lambda n: -n)):
        for n in range(count):
            made[:, at(n)] *= (n + 1) / count
    return made


@pytest.mark.parametrize("edges", [(2, 3, 4, 5), (0, 0, 3, 0), (9, 0, 0, 7), (0, 0, 0, 0)])
def test_feathering_falls_off_to_the_edges(edges: tuple[int, int, int, int]):
    given = noise(2, 7, 9)

    assert torch.allclose(mask.feather_mask(given, *edges), feathered(given, *edges), atol=1e-6)


@pytest.mark.parametrize("by", [-3, -1, 0, 1, 2, 5])
@pytest.mark.parametrize("tapered", [True, False])
def test_growing_is_grey_dilation_step_by_step(by: int, tapered: bool):
    given = noise(2, 9, 11)
    reach = np.array([[not tapered, 1, not tapered], [1, 1, 1], [not tapered, 1, not tapered]])
    step = ndimage.grey_dilation if by > 0 else ndimage.grey_erosion

    expected = given.numpy()
    for _ in range(abs(by)):
        expected = np.stack([step(each, footprint=reach) for each in expected])

    assert np.array_equal(mask.grow_mask(given, by, tapered).numpy(), expected)


def test_growing_without_end_fills_the_mask():
    point = torch.zeros(1, 6, 5)
    point[0, 0, 0] = 1

    assert (mask.grow_mask(point, 16384, True) == 1).all()
    assert (mask.grow_mask(point, 16384, False) == 1).all()


def test_a_threshold_itself_is_black():
    assert mask.threshold_mask(torch.tensor([[[0.4, 0.5, 0.6]]]), 0.5).tolist() == [
        [[0.0, 0.0, 1.0]]
    ]


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("multiply", [0.1, 0.8 * 0.5]),
        ("add", [0.7, 1.0]),
        ("subtract", [0.0, 0.3]),
        ("and", [0.0, 0.0]),
        ("or", [0.0, 1.0]),
        ("xor", [0.0, 1.0]),
    ],
)
def test_masks_are_combined(operation: str, expected: list[float]):
    below, above = torch.tensor([[[0.2, 0.8]]]), torch.tensor([[[0.5, 0.5]]])

    combined = mask.composite_masks(below, above, 0, 0, operation)

    assert combined.flatten().tolist() == pytest.approx(expected)


def test_one_mask_lies_on_a_part_of_every_other():
    combined = mask.composite_masks(torch.zeros(2, 3, 3), torch.ones(1, 2, 2), 2, 1, "add")

    assert combined.tolist() == [[[0.0] * 3, [0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]] * 2


def test_a_mask_outside_changes_nothing():
    below = noise(1, 3, 3)

    assert torch.equal(mask.composite_masks(below, torch.ones(1, 2, 2), 3, 0, "add"), below)


def test_preview_mask_shows_it_as_a_grey_picture(context: Callable[..., Context], folders: Folders):
    result = mask.preview_mask(torch.tensor([[[0.0, 0.2, 1.0]]]), context())

    assert result.ui is not None
    (shown,) = result.ui["images"]
    assert shown["type"] == "temp"
    with Image.open(folders.temp / shown["filename"]) as picture:
        assert np.asarray(picture).tolist() == [[[0] * 3, [51] * 3, [255] * 3]]
