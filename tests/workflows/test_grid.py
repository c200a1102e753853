"""The bundled sheet: what changes runs once a picture, what does not runs once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine import Workflow
from nodes import loaders, sampling, text

Load = Callable[[str], Workflow]
SMALL: dict[str, Any] = {"width": 64, "height": 64, "steps": 1}


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count checkpoints read, prompts encoded and latents sampled."""
    counted: Counter[str] = Counter()

    def count(module: Any, name: str) -> None:
        plain = getattr(module, name)

        def counting(*given: Any) -> Any:
            counted[name] += 1
            return plain(*given)

        monkeypatch.setattr(module, name, counting)

    count(loaders.weights, "read_checkpoint")
    count(text.encode, "encode_text")
    count(sampling.runs, "sampled")
    return counted


def test_each_prompt_is_encoded_once_however_many_pictures_it_makes(
    load: Load, calls: Counter[str]
):
    load("x_y_grid").run(x="prompt", x_values="red, green", y="seed", y_values="1, 2, 3", **SMALL)

    assert calls == {"read_checkpoint": 1, "encode_text": 3, "sampled": 6}


def test_without_a_prompt_on_an_axis_both_prompts_are_encoded_once(load: Load, calls: Counter[str]):
    load("x_y_grid").run(
        x="cfg", x_values="1, 4", y="scheduler", y_values="karras, simple", **SMALL
    )

    assert calls == {"read_checkpoint": 1, "encode_text": 2, "sampled": 4}


def test_cells_are_the_pictures_that_their_settings_give(load: Load):
    sheet = load("x_y_grid").run(
        prompt="a red apple", x="seed", x_values="1, 2", y="cfg", y_values="1, 4", **SMALL
    )
    alone = load("text_to_image").run(
        prompt="a red apple", seed=2, cfg=4.0, sampler="dpmpp_2m", scheduler="karras", **SMALL
    )

    last = np.asarray(sheet.images[0])[-64:, -64:].astype(int)
    assert np.abs(last - np.asarray(alone.images[0].convert("RGB")).astype(int)).max() <= 2
