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
from engine.files.output_files import Reservation
from engine.paths import Folders
from nodes import image_saving

Make = Callable[..., Context]
PROMPT: dict[str, Any] = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 7, "model": ["1", 0]}, "_meta": {}},
    "4": {"class_type": "CLIPTextEncode", "inputs": {"text": "a cat"}, "_meta": {"title": "Good"}},
}


def test_save_image_numbers_each_picture_of_the_batch(context: Make, folders: Folders):
    result = image_saving.save_image(torch.rand(2, 4, 4, 3), context(), "new/a")

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

    image_saving.save_image(pixels / 255, context(), "a")

    saved = np.asarray(Image.open(folders.output / "a_00001_.png"))
    assert saved.tolist() == pixels[0].tolist()


def test_save_image_notes_its_files_for_the_cache(context: Make, folders: Folders):
    ctx = context()

    image_saving.save_image(torch.zeros(1, 4, 4, 3), ctx, "a")

    path = folders.output.resolve() / "a_00001_.png"
    assert ctx.written == [(str(path), path.stat().st_size)]


def test_save_image_takes_the_names_that_are_reserved(context: Make, folders: Folders):
    asked: list[Reservation] = []

    def reserve(reservation: Reservation) -> str:
        asked.append(reservation)
        return f"a_{reservation.index + 7:05}_.png"

    result = image_saving.save_image(torch.zeros(2, 1, 1, 3), context(reserve=reserve), "sub/a")

    assert asked == [Reservation("1", n, "output", "sub", "a", ".png", (1, 8)[n]) for n in (0, 1)]
    assert result.ui is not None
    names = [shown["filename"] for shown in result.ui["images"]]
    assert names == ["a_00007_.png", "a_00008_.png"]
    assert sorted(path.name for path in (folders.output / "sub").iterdir()) == names


def test_save_image_puts_the_graph_into_the_file(context: Make, folders: Folders):
    ctx = context(prompt=PROMPT, extra_pnginfo={"workflow": {"nodes": []}})

    image_saving.save_image(torch.zeros(1, 1, 1, 3), ctx, "a")

    with Image.open(folders.output / "a_00001_.png") as picture:
        assert isinstance(picture, PngImageFile)
        texts = {keyword: json.loads(text) for keyword, text in picture.text.items()}
    assert texts == {"prompt": PROMPT, "workflow": {"nodes": []}}


def test_save_image_without_a_graph_writes_no_text(context: Make, folders: Folders):
    image_saving.save_image(torch.zeros(1, 1, 1, 3), context(), "a")

    with Image.open(folders.output / "a_00001_.png") as picture:
        assert isinstance(picture, PngImageFile)
        assert picture.text == {}


def test_save_image_fills_in_values_of_other_nodes(context: Make):
    prefix = "%KSampler.seed%-%Good.text%-%width%x%height%-%KSampler.model%"

    result = image_saving.save_image(torch.zeros(1, 2, 3, 3), context(prompt=PROMPT), prefix)

    assert result.ui is not None
    assert result.ui["images"][0]["filename"] == "7-a cat-3x2-%KSampler.model%_00001_.png"


def test_save_image_stops_between_pictures_when_cancelled(context: Make, folders: Folders):
    ctx = context()
    ctx.job.cancellation.cancel()

    with pytest.raises(Interrupted):
        image_saving.save_image(torch.zeros(2, 1, 1, 3), ctx, "a")

    assert not folders.output.exists()


def test_save_image_never_leaves_the_output_folder(context: Make):
    with pytest.raises(PathError):
        image_saving.save_image(torch.zeros(1, 1, 1, 3), context(), "../a")


def test_preview_image_writes_to_the_temporary_folder(context: Make, folders: Folders):
    result = image_saving.preview_image(torch.zeros(1, 1, 1, 3), context())

    assert result.ui is not None
    (shown,) = result.ui["images"]
    assert shown["type"] == "temp"
    assert (folders.temp / shown["filename"]).exists()
    assert not folders.output.exists()
