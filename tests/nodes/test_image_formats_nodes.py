"""Files that the saving nodes write, read by Pillow, or taken apart by hand."""

import json
import struct
import weakref
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence

from engine.context import Context
from engine.diffusion.imaging import animations, pictures
from engine.engine import Engine, Settings
from engine.errors import Interrupted
from engine.importers.containers import look_into
from engine.paths import Folders
from engine.testing.graphs import Graph
from nodes import image_saving as saving

Make = Callable[..., Context]
PROMPT = {"3": {"class_type": "KSampler", "inputs": {"seed": 7}}}
WORKFLOW = {"nodes": [], "links": [], "version": 0.4}


def noise(*shape: int) -> torch.Tensor:
    return torch.randint(0, 256, shape, generator=torch.Generator().manual_seed(1)) / 255


def frames_in(path: Path) -> tuple[np.ndarray[Any, Any], list[float]]:
    """Return the frames of an animation in 8 bits and how long each is shown, in ms."""
    with Image.open(path) as film:
        found = [(np.asarray(f), f.info["duration"]) for f in ImageSequence.Iterator(film)]
    return np.stack([pixels for pixels, _ in found]), [delay for _, delay in found]


def levels(image: torch.Tensor) -> list[Any]:
    return (image * 255).round().to(torch.uint8).tolist()


@pytest.mark.parametrize("channels", [3, 4])
def test_an_animated_png_holds_every_frame(context: Make, folders: Folders, channels: int):
    images = noise(5, 6, 7, channels)

    result = saving.save_animated_png(images, context(), "film", 8, 6)

    frames, delays = frames_in(folders.output / "film_00001_.png")
    assert frames.tolist() == levels(images)
    assert delays == [125.0] * 5
    assert result.ui is not None
    assert result.ui["animated"] == [True]


def test_an_animated_png_opens_as_its_frames_and_its_workflow(context: Make, folders: Folders):
    images = noise(3, 4, 4, 3)
    ctx = context(prompt=PROMPT, extra_pnginfo={"workflow": WORKFLOW})

    saving.save_animated_png(images, ctx, "film", 8, 1)

    path = folders.output / "film_00001_.png"
    assert torch.allclose(pictures.load_picture(path).image, images)
    found = look_into(path)
    assert (found.prompt, found.workflow) == (PROMPT, WORKFLOW)


def test_a_frame_may_be_shown_for_minutes(context: Make, folders: Folders):
    saving.save_animated_png(noise(2, 2, 2, 3), context(), "film", 0.01, 1)

    assert frames_in(folders.output / "film_00001_.png")[1] == [100_000.0] * 2


def test_a_single_frame_is_a_picture(context: Make, folders: Folders):
    result = saving.save_animated_png(noise(1, 2, 2, 3), context(), "film", 8, 1)

    assert result.ui is not None
    assert result.ui["animated"] == [False]
    assert frames_in(folders.output / "film_00001_.png")[0].shape == (1, 2, 2, 3)


@pytest.mark.parametrize("method", ["default", "fastest", "slowest"])
def test_a_lossless_webp_holds_every_frame(context: Make, folders: Folders, method: str):
    images = noise(4, 6, 8, 3)

    saving.save_animated_webp(images, context(), "film", 4, True, 80, method)

    frames, delays = frames_in(folders.output / "film_00001_.webp")
    assert frames[..., :3].tolist() == levels(images)
    assert delays == [250.0] * 4


def test_a_lossy_webp_is_near_and_better_with_more_quality(context: Make, folders: Folders):
    images = torch.linspace(0, 1, 64).reshape(1, 1, 64, 1).repeat(3, 64, 1, 3)

    for number, quality in enumerate((5, 95), 1):
        saving.save_animated_webp(images, context(), "film", 4, False, quality, "fastest")
        frames, _ = frames_in(folders.output / f"film_0000{number}_.webp")
        error = np.abs(frames[..., :3] / 255 - images.numpy()).mean()
        assert error < (0.03, 0.006)[number - 1]


def test_an_animated_webp_opens_as_its_workflow(context: Make, folders: Folders):
    ctx = context(prompt=PROMPT, extra_pnginfo={"workflow": WORKFLOW})

    saving.save_animated_webp(noise(2, 4, 4, 3), ctx, "film", 4, True, 80, "fastest")

    found = look_into(folders.output / "film_00001_.webp")
    assert (found.prompt, found.workflow) == (PROMPT, WORKFLOW)


@pytest.mark.parametrize("save", ["png", "webp"])
def test_of_many_frames_one_at_a_time_is_turned_into_8_bits(
    context: Make, folders: Folders, save: str, monkeypatch: pytest.MonkeyPatch
):
    made: list[weakref.ref[Image.Image]] = []
    alive: list[int] = []

    def watched(batch: torch.Tensor) -> list[Image.Image]:
        found = pictures.to_pillow(batch)
        made.extend(weakref.ref(each) for each in found)
        alive.append(sum(each() is not None for each in made))
        return found

    monkeypatch.setattr(animations, "to_pillow", watched)

    if save == "png":
        saving.save_animated_png(noise(30, 4, 4, 3), context(), "film", 8, 1)
    else:
        saving.save_animated_webp(noise(30, 4, 4, 3), context(), "film", 8, True, 0, "fastest")

    assert len(made) >= 30
    assert max(alive) <= 2


@pytest.mark.parametrize("save", ["png", "webp"])
def test_a_cancelled_animation_leaves_no_file(context: Make, folders: Folders, save: str):
    ctx = context()
    ctx.job.cancellation.cancel()

    with pytest.raises(Interrupted):
        if save == "png":
            saving.save_animated_png(noise(2, 2, 2, 3), ctx, "film", 8, 1)
        else:
            saving.save_animated_webp(noise(2, 2, 2, 3), ctx, "film", 8, True, 0, "fastest")

    assert not folders.output.exists() or list(folders.output.iterdir()) == []


def sixteen_bits(path: Path) -> np.ndarray[Any, Any]:
    """Return the samples of a PNG of 16 bits by undoing filter and compression."""
    data, place, packed, width, channels = path.read_bytes(), 8, b"", 0, 0
    while place < len(data):
        length, kind = int.from_bytes(data[place : place + 4], "big"), data[place + 4 : place + 8]
        body = data[place + 8 : place + 8 + length]
        assert zlib.crc32(kind + body) == int.from_bytes(data[place + 8 + length :][:4], "big")
        if kind == b"IHDR":
            width, _, depth, colour = struct.unpack(">IIBB", body[:10])
            channels = {2: 3, 6: 4}[colour]
            assert depth == 16
        packed += body if kind == b"IDAT" else b""
        place += length + 12
    rows = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(-1, 1 + width * channels * 2)
    assert set(rows[:, 0]) == {2}
    samples = np.ascontiguousarray(rows[:, 1:].cumsum(axis=0, dtype=np.uint8))
    return samples.view(">u2").reshape(-1, width, channels)


@pytest.mark.parametrize("channels", [3, 4])
def test_a_picture_of_16_bits_keeps_fine_levels(context: Make, folders: Folders, channels: int):
    images = torch.rand(1, 9, 5, channels, generator=torch.Generator().manual_seed(2))

    choice = {"format": "png", "bit_depth": "16-bit", "input_color_space": "sRGB"}
    result = saving.save_image_advanced(images, context(prompt=PROMPT), "deep", choice)

    path = folders.output / "deep_00001_.png"
    expected = (images[0].double() * 65535).round().numpy()
    assert np.abs(sixteen_bits(path) - expected).max() <= 1
    assert result.values[0] is images
    with Image.open(path) as picture:
        assert json.loads(picture.info["prompt"]) == PROMPT
        near = np.asarray(picture.convert("RGB"), dtype=np.float32)
    assert np.abs(near - images[0, ..., :3].numpy() * 255).max() <= 1


def test_a_picture_of_8_bits_is_as_save_image_writes_it(context: Make, folders: Folders):
    images = noise(1, 3, 4, 3)
    choice = {"format": "png", "bit_depth": "8-bit", "input_color_space": "sRGB"}

    saving.save_image_advanced(images, context(), "a", choice)
    saving.save_image(images, context(), "b")

    written = [(folders.output / f"{name}_00001_.png").read_bytes() for name in "ab"]
    assert written[0] == written[1]


def test_linear_light_is_turned_into_srgb(context: Make, folders: Folders):
    images = torch.tensor([0.0, 0.002, 0.2140411, 1.0]).reshape(1, 1, 4, 1).repeat(1, 1, 1, 3)
    choice = {"format": "png", "bit_depth": "16-bit", "input_color_space": "linear"}

    saving.save_image_advanced(images, context(), "a", choice)

    saved = sixteen_bits(folders.output / "a_00001_.png")[0, :, 0] / 65535
    assert saved.tolist() == pytest.approx([0.0, 0.02584, 0.5, 1.0], abs=1e-4)


def test_compared_pictures_are_shown_apart(context: Make, folders: Folders):
    result = saving.compare_images(context(), noise(2, 2, 2, 3), None)

    assert result.ui is not None
    assert result.ui["b_images"] == []
    names = [shown["filename"] for shown in result.ui["a_images"]]
    assert [(folders.temp / name).exists() for name in names] == [True, True]
    assert not folders.output.exists()


@pytest.mark.parametrize(("chosen", "depth"), [({}, 8), ({"format.bit_depth": "16-bit"}, 16)])
def test_a_format_brings_its_own_inputs(tmp_path: Path, chosen: dict[str, str], depth: int):
    engine = Engine.with_built_ins(Folders.at(tmp_path), Settings(device="cpu"))
    g = Graph()
    image = g.node("EmptyImage", width=3, height=2, batch_size=1, color=0)
    g.node("SaveImageAdvanced", images=image, filename_prefix="a", format="png", **chosen)

    assert engine.run(g.document()).error is None

    header = (tmp_path / "output" / "a_00001_.png").read_bytes()[16:26]
    assert struct.unpack(">IIBB", header) == (3, 2, depth, 2)
    engine.close()
