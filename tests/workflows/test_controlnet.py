"""What the bundled workflow with a ControlNet does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from scipy import ndimage

from engine import Workflow
from engine.diffusion.imaging.edges import canny
from engine.document import load_document
from engine.errors import InvalidGraph

ROOT = Path(__file__).parents[2]
Load = Callable[[str], Workflow]
Pixels = np.ndarray[Any, Any]
QUICK: dict[str, Any] = {"steps": 2, "width": 64, "height": 64, "seed": 3}


def pixels(picture: Image.Image) -> Pixels:
    return np.asarray(picture.convert("RGB"), dtype=np.float32) / 255


def edges(picture: Pixels) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return canny(torch.from_numpy(picture)[None], 0.1, 0.3)[0, ..., 0].numpy() > 0


@pytest.fixture(autouse=True)
def other(base: Path) -> None:
    """Put a picture with other edges beside the example."""
    examples = base / "input"
    examples.unlink()
    examples.mkdir()
    (examples / "example.png").write_bytes((ROOT / "input" / "example.png").read_bytes())
    picture = Image.new("RGB", (128, 128), "white")
    picture.paste("black", (16, 16, 48, 112))
    picture.save(examples / "other.png")


def drawn(workflow: Workflow, **inputs: Any) -> Pixels:
    return pixels(workflow.run(**QUICK | inputs).images[0])


def test_strength_nothing_is_none_and_another_steers_more_the_stronger(load: Load):
    without, workflow = drawn(load("text_to_image")), load("controlnet")

    off, weak, strong = (drawn(workflow, strength=strength) for strength in (0.0, 0.1, 1.0))

    assert np.array_equal(off, without)
    assert 0.001 < np.abs(weak - without).mean() < np.abs(strong - without).mean()


def test_edges_of_another_picture_steer_elsewhere(load: Load, base: Path):
    workflow = load("controlnet")

    one, other = (drawn(workflow, image=name) for name in ("example.png", "other.png"))

    assert np.abs(one - other).mean() > 0.001


def test_steps_outside_of_start_and_end_are_not_steered(load: Load):
    workflow = load("controlnet")
    without, whole = (drawn(workflow, strength=strength) for strength in (0.0, 1.0))

    first, none = (drawn(workflow, start=start, end=end) for start, end in ((0.0, 0.1), (0.9, 0.9)))

    assert np.array_equal(none, without)
    assert not np.array_equal(first, without)
    assert not np.array_equal(first, whole)


def test_edges_of_the_picture_are_those_of_another_picture(load: Load, base: Path):
    workflow = load("controlnet")
    wanted = edges(pixels(Image.open(base / "input" / "other.png")))

    def agreement(strength: float) -> float:
        """F1 of edges within 2 pixels."""
        whole: dict[str, Any] = {"width": 128, "height": 128, "steps": 8, "image": "other.png"}
        found = edges(drawn(workflow, strength=strength, prompt="a red apple", **whole))
        near = [ndimage.binary_dilation(one, iterations=2) for one in (wanted, found)]
        return 2 / (1 / near[0][found].mean() + 1 / near[1][wanted].mean())

    assert agreement(1.0) > agreement(0.0) + 0.3


def test_a_picture_of_another_size_steers_as_its_enlarged_self(load: Load, base: Path):
    folder = base / "input"
    with Image.open(folder / "other.png") as small:
        small.resize((512, 512), Image.Resampling.LANCZOS).save(folder / "large.png")
    workflow = load("controlnet")

    off, small, large = (
        drawn(workflow, **each)
        for each in ({"strength": 0.0}, {"image": "other.png"}, {"image": "large.png"})
    )

    assert np.abs(large - small).mean() < 0.2 * np.abs(large - off).mean()


def test_a_controlnet_for_stable_diffusion_is_named_with_its_place():
    description = load_document(ROOT / "workflows" / "controlnet.json").description

    assert "control_v11p_sd15_canny_fp16.safetensors" in description
    assert "models/controlnet" in description


def test_a_file_that_is_not_there_is_named_before_anything_runs(load: Load, base: Path):
    with pytest.raises(InvalidGraph, match=r"gone\.safetensors"):
        load("controlnet").run(**QUICK, controlnet="gone.safetensors")

    assert not list((base / "output").glob("**/*.png"))
