import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from engine.context import Context
from engine.errors import Interrupted, PathError
from engine.output_files import Reservation
from engine.paths import Folders
from nodes import image

Make = Callable[..., Context]
PROMPT: dict[str, Any] = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 7, "model": ["1", 0]}, "_meta": {}},
    "4": {"class_type": "CLIPTextEncode", "inputs": {"text": "a cat"}, "_meta": {"title": "Good"}},
}


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


def test_save_image_numbers_each_picture_of_the_batch(context: Make, folders: Folders):
    result = image.save_image(torch.rand(2, 4, 4, 3), context(), "new/a")

    assert result.ui == {
        "images": [
            {"filename": f"a_0000{number}_.png", "subfolder": "new", "type": "output"}
            for number in (1, 2)
        ]
    }
    assert sorted(path.name for path in (folders.output / "new").iterdir()) == [
        "a_00001_.png",
        "a_00002_.png",
    ]


def test_save_image_writes_what_it_was_given(context: Make, folders: Folders):
    pixels = torch.arange(12).reshape(1, 2, 2, 3)

    image.save_image(pixels / 255, context(), "a")

    saved = np.asarray(Image.open(folders.output / "a_00001_.png"))
    assert saved.tolist() == pixels[0].tolist()


def test_save_image_notes_its_files_for_the_cache(context: Make, folders: Folders):
    ctx = context()

    image.save_image(torch.zeros(1, 4, 4, 3), ctx, "a")

    path = folders.output.resolve() / "a_00001_.png"
    assert ctx.written == [(str(path), path.stat().st_size)]


def test_save_image_takes_the_names_that_are_reserved(context: Make, folders: Folders):
    asked: list[Reservation] = []

    def reserve(reservation: Reservation) -> str:
        asked.append(reservation)
        return f"a_{reservation.index + 7:05}_.png"

    result = image.save_image(torch.zeros(2, 1, 1, 3), context(reserve=reserve), "sub/a")

    assert asked == [Reservation("1", n, "output", "sub", "a", ".png", (1, 8)[n]) for n in (0, 1)]
    assert result.ui is not None
    names = [shown["filename"] for shown in result.ui["images"]]
    assert names == ["a_00007_.png", "a_00008_.png"]
    assert sorted(path.name for path in (folders.output / "sub").iterdir()) == names


def test_save_image_puts_the_graph_into_the_file(context: Make, folders: Folders):
    ctx = context(prompt=PROMPT, extra_pnginfo={"workflow": {"nodes": []}})

    image.save_image(torch.zeros(1, 1, 1, 3), ctx, "a")

    with Image.open(folders.output / "a_00001_.png") as picture:
        assert isinstance(picture, PngImageFile)
        texts = {keyword: json.loads(text) for keyword, text in picture.text.items()}
    assert texts == {"prompt": PROMPT, "workflow": {"nodes": []}}


def test_save_image_without_a_graph_writes_no_text(context: Make, folders: Folders):
    image.save_image(torch.zeros(1, 1, 1, 3), context(), "a")

    with Image.open(folders.output / "a_00001_.png") as picture:
        assert isinstance(picture, PngImageFile)
        assert picture.text == {}


def test_save_image_fills_in_values_of_other_nodes(context: Make):
    prefix = "%KSampler.seed%-%Good.text%-%width%x%height%-%KSampler.model%"

    result = image.save_image(torch.zeros(1, 2, 3, 3), context(prompt=PROMPT), prefix)

    assert result.ui is not None
    assert result.ui["images"][0]["filename"] == "7-a cat-3x2-%KSampler.model%_00001_.png"


def test_save_image_stops_between_pictures_when_cancelled(context: Make, folders: Folders):
    ctx = context()
    ctx.job.cancellation.cancel()

    with pytest.raises(Interrupted):
        image.save_image(torch.zeros(2, 1, 1, 3), ctx, "a")

    assert not folders.output.exists()


def test_save_image_never_leaves_the_output_folder(context: Make):
    with pytest.raises(PathError):
        image.save_image(torch.zeros(1, 1, 1, 3), context(), "../a")


def test_preview_image_writes_to_the_temporary_folder(context: Make, folders: Folders):
    result = image.preview_image(torch.zeros(1, 1, 1, 3), context())

    assert result.ui is not None
    (shown,) = result.ui["images"]
    assert shown["type"] == "temp"
    assert (folders.temp / shown["filename"]).exists()
    assert not folders.output.exists()
