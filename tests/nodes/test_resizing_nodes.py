from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.context import Context
from engine.engine import Engine, Settings
from engine.events import Event, Warned
from engine.paths import Folders
from engine.testing.graphs import Graph
from nodes import resizing


def resized(values: torch.Tensor, way: str, **given: Any) -> torch.Tensor:
    choice = {"resize_type": way, **given}
    return resizing.resize(values, choice, "area").resized


@pytest.mark.parametrize(
    ("way", "given", "size"),
    [
        ("scale dimensions", {"width": 10, "height": 0, "crop": "center"}, (5, 10)),
        ("scale dimensions", {"width": 0, "height": 0, "crop": "center"}, (20, 40)),
        ("scale dimensions", {"width": 7, "height": 9, "crop": "disabled"}, (9, 7)),
        ("scale by multiplier", {"multiplier": 0.5}, (10, 20)),
        ("scale longer dimension", {"longer_size": 10}, (5, 10)),
        ("scale shorter dimension", {"shorter_size": 10}, (10, 20)),
        ("scale width", {"width": 80}, (40, 80)),
        ("scale height", {"height": 5}, (5, 10)),
        ("scale total pixels", {"megapixels": 0.01}, (72, 145)),
        ("match size", {"match": torch.zeros(1, 6, 3), "crop": "center"}, (6, 3)),
        ("match size", {"match": torch.zeros(1, 6, 3, 3), "crop": "disabled"}, (6, 3)),
        ("scale to multiple", {"multiple": 16}, (16, 32)),
        ("scale to multiple", {"multiple": 20}, (20, 40)),
        ("scale to multiple", {"multiple": 64}, (20, 40)),
    ],
)
def test_each_way_gives_its_size_to_pictures_and_masks(
    way: str, given: dict[str, Any], size: tuple[int, int]
):
    assert tuple(resized(torch.zeros(2, 20, 40, 3), way, **given).shape) == (2, *size, 3)
    assert tuple(resized(torch.zeros(2, 20, 40), way, **given).shape) == (2, *size)


def test_a_mask_is_averaged_like_a_picture():
    mask = torch.rand(1, 8, 8, generator=torch.Generator().manual_seed(1))

    halved = resized(mask, "scale by multiplier", multiplier=0.5)

    assert torch.allclose(halved, mask.reshape(1, 4, 2, 4, 2).mean(dim=(2, 4)))


def test_a_multiple_cuts_what_the_aspect_leaves_over():
    ramp = torch.arange(24.0).reshape(1, 1, 24, 1).expand(1, 17, 24, 3)

    cut = resized(ramp, "scale to multiple", multiple=8)

    assert cut.shape == (1, 16, 24, 3)
    assert torch.equal(cut[0, 0, :, 0], torch.arange(24.0))


@pytest.mark.parametrize(
    ("ratio", "megapixels", "multiple", "sides"),
    [
        ("1:1 (Square)", 1.0, 8, (1024, 1024)),
        ("16:9 (Widescreen)", 1.0, 8, (1368, 768)),
        ("2:3 (Portrait Photo)", 0.25, 64, (448, 640)),
        ("5:4", 1.0, 1, (1145, 916)),
    ],
)
def test_sides_follow_ratio_and_pixels(
    context: Callable[..., Context],
    ratio: str,
    megapixels: float,
    multiple: int,
    sides: tuple[int, int],
):
    assert resizing.select_resolution(ratio, megapixels, multiple, context()) == sides


def test_a_ratio_that_is_not_in_the_list_is_told(context: Callable[..., Context]):
    told: list[Event] = []

    resizing.select_resolution("5:4 (Odd)", 1.0, 8, context(emit=told.append))
    resizing.select_resolution("1:1 (Square)", 1.0, 8, context(emit=told.append))

    said = 'The aspect ratio "5:4 (Odd)" is none of the list; its numbers are used.'
    assert told == [Warned("1", said)]


@pytest.mark.parametrize(("ratio", "count"), [("5:4 (Odd)", 0), ("wide", 1), ("0:4", 1)])
def test_only_what_is_no_ratio_is_refused(tmp_path: Path, ratio: str, count: int):
    engine = Engine.with_built_ins(Folders.at(tmp_path), Settings(device="cpu"))
    g = Graph()
    sides = g.node("ResolutionSelector", aspect_ratio=ratio, megapixels=1.0, multiple=8)
    g.node("PreviewAny", source=sides)

    assert len(engine.validate(g.document())) == count
    engine.close()


def test_a_picture_matches_another_in_a_graph(tmp_path: Path):
    engine = Engine.with_built_ins(Folders.at(tmp_path), Settings(device="cpu"))
    g = Graph()
    mask = g.node("SolidMask", value=0.5, width=8, height=4)
    image = g.node("EmptyImage", width=20, height=6, batch_size=1, color=0)
    way = {"resize_type": "match size", "resize_type.match": mask, "resize_type.crop": "center"}
    fitted = g.node("ResizeImageMaskNode", input=image, scale_method="area", **way)
    g.node("PreviewAny", source=g.node("GetImageSize", image=fitted), at="shown")

    report = engine.run(g.document())

    assert report.ui["shown"]["text"] == ["8"]
    engine.close()
