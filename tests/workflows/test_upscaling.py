"""What the bundled workflows that enlarge pictures do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from engine import Workflow
from engine.document import load_document
from tests.upscalers import enlarged, esrgan_state

ROOT = Path(__file__).parents[2]
Load = Callable[[str], Workflow]


def pixels(picture: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.asarray(picture.convert("RGB"), dtype=np.float32) / 255)


def example() -> torch.Tensor:
    with Image.open(ROOT / "input" / "example.png") as file:
        return pixels(file)


def test_upscale_gives_what_the_network_makes_of_the_picture(load: Load):
    image = load("upscale").run().images[0]

    planes = enlarged(esrgan_state(), example().movedim(-1, 0)[None])[0]
    expected = planes.movedim(0, -1).clamp(0, 1)
    assert (pixels(image) - expected).abs().max() <= 1 / 255


def test_upscale_resizes_what_the_network_made(load: Load):
    image = load("upscale").run(resize=0.5).images[0]

    height, width = example().shape[:2]
    assert image.size == (2 * width, 2 * height)


def test_upscale_says_which_file_it_wants():
    document = load_document(ROOT / "workflows" / "upscale.json")

    wanted = document.nodes["2"].values["model_name"]

    assert wanted in document.description
    assert "models/upscale_models" in document.description


def test_hires_fix_enlarges_by_the_factor(load: Load):
    image = load("hires_fix").run(steps=1, width=64, height=96, scale=1.5).images[0]

    assert image.size == (96, 144)


def test_hires_fix_keeps_more_of_the_first_pass_with_less_change(load: Load):
    workflow = load("hires_fix")

    def drawn(denoise: float) -> torch.Tensor:
        return pixels(workflow.run(prompt="a red apple", steps=4, denoise=denoise).images[0])

    first = drawn(0.0)
    little, much = ((drawn(denoise) - first).abs().mean() for denoise in (0.3, 0.9))
    assert 0 < little < much


def test_the_second_pass_alone_runs_again_when_only_its_change_is_new(load: Load):
    workflow = load("hires_fix")
    workflow.run(steps=1, denoise=0.4)

    report = workflow.run(steps=1, denoise=0.6).report

    assert set(report.ran) == {"9", "6", "7"}
