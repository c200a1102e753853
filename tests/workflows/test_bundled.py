"""What each bundled workflow does with a picture."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine import Workflow
from engine.document import load_document
from engine.engine import Engine, Settings
from engine.paths import Folders

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted(path.stem for path in (ROOT / "workflows").glob("*.json"))
Load = Callable[[str], Workflow]


def pixels(picture: Image.Image) -> np.ndarray[Any, Any]:
    return np.asarray(picture.convert("RGB"), dtype=np.float32) / 255


def opened(path: Path) -> Image.Image:
    with Image.open(path) as file:
        file.load()
        return file


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_bundled_workflow_has_no_problems(name: str, load: Load):
    workflow = load(name)

    assert workflow.engine.validate(workflow.document) == []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_bundled_workflow_draws_with_the_built_in_model(name: str):
    document = load_document(ROOT / "workflows" / f"{name}.json")

    loaders = [node for node in document.nodes.values() if "ckpt_name" in node.values]

    assert all(node.values["ckpt_name"] == "emoji-mini" for node in loaders)


def test_text_to_image_makes_pictures_of_the_size_asked_for(load: Load):
    images = load("text_to_image").run(steps=1, width=64, height=96, batch_size=2).images

    assert [image.size for image in images] == [(64, 96), (64, 96)]


def test_a_saved_picture_holds_its_document_and_prompt(load: Load):
    result = load("text_to_image").run(prompt="a rocket", steps=1, seed=2**64 - 1)

    texts = opened(result.files[0]).info
    assert json.loads(texts["sfumato"])["nodes"]["2"]["values"]["text"] == "a rocket"
    assert json.loads(texts["prompt"])["5"]["inputs"]["seed"] == 2**64 - 1


def test_another_prompt_gives_another_picture(load: Load):
    workflow = load("text_to_image")
    first = workflow.run(prompt="a blue heart", steps=4).images[0]
    second = workflow.run(prompt="a green apple", steps=4).images[0]

    assert np.abs(pixels(first) - pixels(second)).mean() > 0.02


def test_a_seed_change_encodes_no_prompt_again(load: Load):
    workflow = load("text_to_image")
    workflow.run(steps=1, seed=1)

    report = workflow.run(steps=1, seed=2).report

    assert set(report.ran) == {"5", "6", "7"}
    assert report.explain("5") == 'Node 5 "KSampler" ran: input "seed" changed from 1 to 2.'


def test_a_second_engine_gives_the_same_picture_without_sampling(base: Path, load: Load):
    first = load("text_to_image").run(steps=2, seed=5)
    again = Engine.with_built_ins(
        Folders.at(base, output=base / "elsewhere"), Settings(precision="fp32", device="cpu")
    )

    second = Workflow.load(ROOT / "workflows" / "text_to_image.json", again).run(steps=2, seed=5)

    assert "5" not in second.report.ran
    assert second.files[0].read_bytes() == first.files[0].read_bytes()
    again.close()


def test_image_to_image_keeps_more_of_the_picture_with_less_change(load: Load):
    workflow = load("image_to_image")
    source = pixels(opened(ROOT / "input" / "example.png"))

    def distance(denoise: float) -> float:
        image = workflow.run(prompt="a cactus", denoise=denoise, steps=6, seed=1).images[0]
        return float(np.abs(pixels(image) - source).mean())

    assert distance(0.2) < distance(0.9)


def test_inpaint_leaves_every_pixel_outside_the_mask_as_it_was(load: Load):
    source = opened(ROOT / "input" / "example_masked.png")
    kept = np.asarray(source.getchannel("A")) == 255

    result = load("inpaint").run(prompt="a green apple", steps=4, seed=1)

    painted = np.asarray(opened(result.files[0]).convert("RGB"))
    original = np.asarray(source.convert("RGB"))
    assert (painted[kept] == original[kept]).all()
    assert not (painted[~kept] == original[~kept]).all()


def test_a_second_process_makes_the_same_file_byte_for_byte(base: Path):
    def drawn(folder: str, hash_seed: str) -> bytes:
        command = [sys.executable, "main.py", "run", "text_to_image.json", "--steps", "1"]
        done = subprocess.run(
            [*command, "--base-directory", str(base), "--output", str(base / folder)],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        )
        return Path(done.stdout.strip()).read_bytes()

    assert drawn("first", "1") == drawn("second", "2")
