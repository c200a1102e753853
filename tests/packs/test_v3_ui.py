from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import torch
from PIL import Image

from engine.comfy.api import InputImpl, Types, io, ui
from engine.engine import Engine
from engine.errors import NodeError
from engine.running.report import Report
from tests.graphs import Graphs
from tests.packs.v3_toys import spec_of

FRAMES = torch.rand(2, 4, 6, 3)


def shown(engine: Engine, make: Callable[[Any], Any], **schema: Any) -> Any:
    """Return what a node shows that makes its `ui` so."""
    report = reported(engine, make, **schema)
    if report.error is not None:
        raise report.error
    return report.ui["it"]


def reported(engine: Engine, make: Callable[[Any], Any], **schema: Any) -> Report:
    spec = spec_of(
        lambda cls: io.NodeOutput(ui=make(cls)), outputs=[], is_output_node=True, **schema
    )
    engine.registry.add(spec)
    g = Graphs()
    g.node("Toy", at="it")
    return engine.run(g.document())


def test_a_preview_is_written_to_temp(engine: Engine):
    told = shown(engine, lambda cls: ui.PreviewImage(FRAMES, cls=cls))

    assert [each["type"] for each in told["images"]] == ["temp", "temp"]
    assert told["animated"] == [False]
    with Image.open(engine.folders.temp / told["images"][0]["filename"]) as picture:
        assert picture.size == (6, 4)


def test_a_preview_of_a_mask_is_grey(engine: Engine):
    told = shown(engine, lambda cls: ui.PreviewMask(torch.ones(1, 4, 6), cls=cls))

    with Image.open(engine.folders.temp / told["images"][0]["filename"]) as picture:
        assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_saved_pictures_hold_the_graph(engine: Engine):
    told = shown(
        engine, lambda cls: ui.ImageSaveHelper.get_save_images_ui(FRAMES, "sub/pic", cls=cls)
    )

    first, second = told["images"]
    assert first == {"filename": "pic_00001_.png", "subfolder": "sub", "type": "output"}
    assert second["filename"] == "pic_00002_.png"
    with Image.open(engine.folders.output / "sub" / first["filename"]) as picture:
        assert json.loads(picture.info["prompt"])["it"]["class_type"] == "Toy"


def test_a_saved_picture_that_is_gone_is_written_again(engine: Engine):
    def make(cls: Any) -> Any:
        return ui.ImageSaveHelper.get_save_images_ui(FRAMES[:1], "pic", cls=cls)

    first = shown(engine, make)["images"][0]
    (engine.folders.output / first["filename"]).unlink()
    g = Graphs()
    g.node("Toy", at="it")

    assert engine.run(g.document()).ran == ["it"]


def test_pictures_go_to_their_owner_under_the_names_that_are_reserved(engine: Engine):
    def make(cls: Any) -> Any:
        return ui.ImageSaveHelper.get_save_images_ui(FRAMES, "pic", cls=cls)

    reported(engine, make)
    g = Graphs()
    g.node("Toy", at="it")

    engine.run(g.document(), owner="ada", reserve=lambda asked: f"{asked.stem}_{asked.index}.png")

    written = engine.folders.of("ada").output.iterdir()
    assert sorted(path.name for path in written) == ["pic_0.png", "pic_1.png"]


@pytest.mark.parametrize("form", ["png", "webp"])
def test_an_animation_is_one_file(engine: Engine, form: str):
    save: Any = getattr(ui.ImageSaveHelper, f"get_save_animated_{form}_ui")
    told = shown(engine, lambda cls: save(FRAMES, "clip", cls=cls, fps=4.0))

    assert told["animated"] == [True]
    path = engine.folders.output / told["images"][0]["filename"]
    with Image.open(path) as picture:
        assert getattr(picture, "n_frames", 1) == 2
    assert b'"class_type": "Toy"' in path.read_bytes()


def test_a_prefix_stays_in_its_folder(engine: Engine):
    report = reported(
        engine, lambda cls: ui.ImageSaveHelper.get_save_images_ui(FRAMES, "../out", cls=cls)
    )

    assert report.error is not None
    assert not (engine.folders.base / "out_00001_.png").exists()


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (ui.PreviewText("hello"), {"text": ["hello"]}),
        (ui.PreviewUI3D("a.glb", {"x": 1}), {"result": ["a.glb", {"x": 1}]}),
        (
            ui.SavedAudios([ui.SavedResult("a.flac", "", io.FolderType.output)]),
            {"audio": [{"filename": "a.flac", "subfolder": "", "type": "output"}]},
        ),
        (
            ui.PreviewVideo([ui.SavedResult("a.mp4", "s", io.FolderType.temp)]),
            {
                "images": [{"filename": "a.mp4", "subfolder": "s", "type": "temp"}],
                "animated": [True],
            },
        ),
        ({"text": ("a",)}, {"text": ["a"]}),
    ],
)
def test_what_needs_no_writing_is_told(engine: Engine, made: Any, told: dict[str, Any]):
    assert shown(engine, lambda cls: made) == told


@pytest.mark.parametrize(
    "use",
    [
        lambda: ui.PreviewAudio({}, cls=None),
        lambda: ui.AudioSaveHelper.get_save_audio_ui({}, "a", cls=None),
        lambda: ui.AudioSaveHelper.save_audio({}, "a"),
        lambda: InputImpl.VideoFromFile("a.mp4"),
        lambda: InputImpl.VideoFromComponents(Types.VideoComponents(FRAMES, 25)),
    ],
)
def test_what_is_not_there_says_so_when_it_is_used(use: Callable[[], Any]):
    with pytest.raises(NodeError, match="yet"):
        use()


def test_helpers_work_only_in_a_node():
    with pytest.raises(NodeError, match="no node runs"):
        ui.PreviewImage(FRAMES)


def test_annotations_of_packs_can_be_read():
    assert Types.VideoCodec("h264") is Types.VideoCodec.H264
    assert Types.MESH(1, 2).faces == 2
