from collections.abc import Callable

import pytest
import torch
from PIL import Image

from engine.context import Context
from engine.errors import PathError
from engine.paths import Folders
from nodes import image

Make = Callable[..., Context]


def test_load_image_reads_the_input_folder(context: Make, folders: Folders):
    Image.new("RGB", (3, 2), (255, 0, 0)).save(folders.input / "a.png")

    pixels, mask = image.load_image("a.png", context())

    assert pixels[0, 1, 2].tolist() == [1.0, 0.0, 0.0]
    assert mask.shape == (1, 64, 64)


def test_load_image_follows_the_folder_named_behind_the_file(context: Make, folders: Folders):
    folders.output.mkdir()
    Image.new("RGB", (1, 1), (0, 255, 0)).save(folders.output / "a.png")

    assert image.load_image("a.png [output]", context())[0].flatten().tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize("name", ["../a.png", "/etc/passwd", "../a.png [output]"])
def test_load_image_stays_in_its_folders(context: Make, name: str):
    with pytest.raises(PathError):
        image.load_image(name, context())


def test_empty_image_has_its_colour():
    assert image.empty_image(2, 1, 1, 0x0000FF).tolist() == [[[[0.0, 0.0, 1.0]] * 2]]


def test_scale_image_keeps_the_aspect_where_a_side_is_zero():
    assert image.scale_image(torch.zeros(1, 4, 8, 3), "area", 4, 0, "disabled").shape[1:3] == (2, 4)


def test_scale_image_by_takes_a_factor():
    assert image.scale_image_by(torch.zeros(1, 4, 8, 3), "lanczos", 0.5).shape[1:3] == (2, 4)


def test_invert_image_is_the_negative():
    assert image.invert_image(torch.zeros(1, 1, 1, 3)).tolist() == [[[[1.0, 1.0, 1.0]]]]


def test_batch_images_joins():
    assert image.batch_images(torch.zeros(1, 2, 2, 3), torch.zeros(2, 4, 4, 3)).shape[0] == 3


def test_composite_lays_the_source_at_its_place():
    laid = image.composite(torch.zeros(1, 1, 3, 3), torch.ones(1, 1, 1, 3), 1, 0)

    assert laid[0, 0, :, 0].tolist() == [0.0, 1.0, 0.0]


def test_load_image_output_reads_the_output_folder(context: Make, folders: Folders):
    folders.output.mkdir()
    Image.new("RGBA", (2, 1), (0, 0, 255, 51)).save(folders.output / "a.png")

    pixels, mask = image.load_image_output("a.png [output]", context())

    assert pixels[0, 0, 0].tolist() == [0.0, 0.0, 1.0]
    assert mask.tolist() == [[[pytest.approx(0.8)] * 2]]
    assert torch.equal(image.load_image_output("a.png", context())[0], pixels)


def test_load_image_output_stays_in_its_folder(context: Make):
    with pytest.raises(PathError):
        image.load_image_output("../a.png", context())


def test_picture_info_reads_the_input_folder(context: Make, folders: Folders):
    Image.new("RGB", (3, 2)).save(folders.input / "a.gif", comment="made by hand")

    assert image.picture_info("a.gif", context()).startswith("a.gif: GIF, 3 x 2 pixels")
    with pytest.raises(PathError):
        image.picture_info("../a.gif", context())
