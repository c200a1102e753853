"""What the bundled workflows that change a model's weights do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import load_file, save_file

from engine import Workflow

ROOT = Path(__file__).parents[2]
Load = Callable[[str], Workflow]
Pixels = np.ndarray[Any, Any]
QUICK: dict[str, Any] = {"steps": 2, "width": 64, "height": 64, "seed": 3}


def pixels(picture: Image.Image) -> Pixels:
    return np.asarray(picture.convert("RGB"), dtype=np.float32) / 255


def drawn(workflow: Workflow, **inputs: Any) -> Pixels:
    return pixels(workflow.run(**QUICK, **inputs).images[0])


def test_a_lora_of_strength_nothing_is_none(load: Load):
    without = drawn(load("text_to_image"))

    assert np.array_equal(drawn(load("lora"), strength=0.0), without)


def test_a_stronger_lora_changes_the_picture_more(load: Load):
    workflow = load("lora")
    without = drawn(workflow, strength=0.0)

    far = [np.abs(drawn(workflow, strength=s) - without).mean() for s in (0.25, 1.0)]

    assert 0.005 < far[0] < far[1]


def test_a_changed_strength_reads_no_header_of_the_checkpoint_again(load: Load):
    workflow = load("lora")
    workflow.run(**QUICK, strength=0.5)

    report = workflow.run(**QUICK, strength=0.6).report

    assert "1" not in report.ran
    assert "8" in report.ran


@pytest.fixture
def sibling(base: Path) -> str:
    """Return the name of a second model, whose U-Net and text encoder are other ones."""
    source = ROOT / "models" / "checkpoints" / "emoji-mini"
    folder = base / "models" / "checkpoints" / "sibling"
    folder.mkdir()
    (folder / "model_index.json").write_bytes((source / "model_index.json").read_bytes())
    for part, name in (
        ("unet", "diffusion_pytorch_model"),
        ("vae", "diffusion_pytorch_model"),
        ("text_encoder", "model"),
    ):
        (folder / part).mkdir()
        (folder / part / "config.json").write_bytes((source / part / "config.json").read_bytes())
        state = load_file(source / part / f"{name}.safetensors")
        moved = {n: tensor if part == "vae" else tensor * 0.97 for n, tensor in state.items()}
        save_file(moved, folder / part / f"{name}.safetensors")
    return "sibling"


def test_a_merge_of_ratio_one_or_nothing_draws_as_a_parent(load: Load, sibling: str):
    plain, merge = load("text_to_image"), load("merge")
    parents = [drawn(plain, checkpoint=name) for name in ("emoji-mini", sibling)]

    first, half, second = (drawn(merge, second=sibling, ratio=ratio) for ratio in (1.0, 0.5, 0.0))

    assert np.array_equal(first, parents[0])
    assert np.array_equal(second, parents[1])
    assert min(np.abs(half - parent).mean() for parent in parents) > 0.001


def test_a_merged_checkpoint_that_was_saved_is_listed_at_once_and_draws_the_same_picture(
    load: Load, sibling: str
):
    merge = load("merge")
    assert "child_00001_.safetensors" not in merge.engine.folders.names("checkpoints")

    merged = drawn(merge, second=sibling, ratio=0.5, name="checkpoints/child")

    assert "child_00001_.safetensors" in merge.engine.folders.names("checkpoints")
    again = drawn(load("text_to_image"), checkpoint="child_00001_.safetensors")
    assert np.array_equal(again, merged)


def test_a_merge_saves_under_the_name_that_is_given(load: Load, base: Path):
    load("merge").run(**QUICK, name="checkpoints/mine")

    (written,) = (base / "output" / "checkpoints").iterdir()
    assert written.name == "mine_00001_.safetensors"
    assert json.loads(header_of(written))["__metadata__"]["prompt"]


def header_of(path: Path) -> bytes:
    data = path.read_bytes()
    return data[8 : 8 + int.from_bytes(data[:8], "little")]
