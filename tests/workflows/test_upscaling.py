"""What the bundled workflows that enlarge pictures do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from engine import Workflow
from engine.paths import Folders
from tests.upscalers import enlarged, esrgan_state, upscale_file

ROOT = Path(__file__).parents[2]
Load = Callable[[str], Workflow]


def pixels(picture: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.asarray(picture.convert("RGB"), dtype=np.float32) / 255)


def example() -> torch.Tensor:
    with Image.open(ROOT / "input" / "example.png") as file:
        return pixels(file)


def face() -> Image.Image:
    """A face in the manner of emoji, 256 pixels a side, drawn four times as large."""
    drawn = Image.new("RGB", (1024, 1024), "white")
    brush = ImageDraw.Draw(drawn)
    for ring in range(400):  # from the rim, which is darker
        around = (512 - 400 + ring, 512 - 400 + ring, 512 + 400 - ring, 512 + 400 - ring)
        brush.ellipse(around, fill=(255, 170 + ring // 8, 40 + ring // 4))
    for x in (370, 650):
        brush.ellipse((x - 50, 350, x + 50, 490), fill=(60, 35, 20))
        brush.ellipse((x - 28, 370, x + 4, 402), fill="white")
    brush.chord((320, 480, 704, 800), 10, 170, fill=(120, 20, 30))
    return drawn.resize((256, 256), Image.Resampling.BOX)


def error(made: Image.Image, wanted: Image.Image) -> float:
    return float((pixels(made) - pixels(wanted)).square().mean())


def test_upscale_comes_nearer_to_the_large_picture_than_lanczos(load: Load, base: Path):
    large = face()
    small = large.resize((128, 128), Image.Resampling.BICUBIC)
    (base / "input").unlink()
    (base / "input").mkdir()
    small.save(base / "input" / "face.png")

    image = load("upscale").run(image="face.png").images[0]

    plain = small.resize((256, 256), Image.Resampling.LANCZOS)
    assert error(image, large) < 0.5 * error(plain, large)


@pytest.fixture
def other(base: Path) -> str:
    """Return the name of a network that makes four times the size."""
    return upscale_file(Folders.at(base), "four_times.pth", esrgan_state()).name


def test_upscale_gives_what_another_network_makes_of_the_picture(load: Load, other: str):
    image = load("upscale").run(model=other).images[0]

    planes = enlarged(esrgan_state(), example().movedim(-1, 0)[None])[0]
    expected = planes.movedim(0, -1).clamp(0, 1)
    assert (pixels(image) - expected).abs().max() <= 1 / 255


def test_upscale_resizes_what_the_network_made(load: Load, other: str):
    image = load("upscale").run(model=other, resize=0.5).images[0]

    height, width = example().shape[:2]
    assert image.size == (2 * width, 2 * height)


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
