from collections.abc import Callable

import pytest
import torch
from PIL import Image

from engine.context import Context
from engine.errors import PathError
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
