from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine import Workflow

Load = Callable[[str], Workflow]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def picture(base: Path) -> np.ndarray[Any, Any]:
    """Put a picture whose sides are no multiples of 8 into the output folder, and return it."""
    (base / "output").mkdir()
    with Image.open(ROOT / "input" / "example.png") as file:
        small = file.convert("RGB").resize((45, 38))
    small.save(base / "output" / "odd.png")
    return np.asarray(small)


def outpainted(load: Load, **given: Any) -> np.ndarray[Any, Any]:
    fast: dict[str, Any] = {"steps": 2, "seed": 1, "feathering": 8, "image": "odd.png [output]"}
    return np.asarray(load("outpaint").run(**{**fast, **given}).images[0])


@pytest.mark.parametrize(("left", "top", "right", "bottom"), [(16, 8, 11, 0), (0, 24, 0, 3)])
def test_outpaint_keeps_every_pixel_and_adds_the_margins(
    load: Load, picture: np.ndarray[Any, Any], left: int, top: int, right: int, bottom: int
):
    wide = outpainted(load, left=left, top=top, right=right, bottom=bottom)

    assert wide.shape == (38 + top + bottom, 45 + left + right, 3)
    assert np.array_equal(wide[top : top + 38, left : left + 45], picture)


def test_outpaint_paints_the_margins_by_prompt_and_seed(load: Load, picture: np.ndarray[Any, Any]):
    sides = {"left": 0, "top": 0, "right": 32, "bottom": 0}

    first = outpainted(load, **sides, prompt="a blue heart")
    others = [
        outpainted(load, **sides, prompt="a green apple"),
        outpainted(load, **sides, prompt="a blue heart", seed=2),
    ]

    for other in others:
        assert np.abs(first[:, 45:].astype(int) - other[:, 45:]).mean() > 1
        assert np.array_equal(other[:, :45], picture)


def test_outpaint_continues_the_background(load: Load, picture: np.ndarray[Any, Any]):
    wide = outpainted(load, left=0, top=0, right=32, bottom=0, steps=8, prompt="a blue heart")

    assert abs(wide[:4, 46:52].mean() - picture[:4, -6:].mean()) < 25
