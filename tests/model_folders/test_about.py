from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.model_folders.about import MAX_FILE_BYTES, About, about, thumbnail
from tests.model_files import put, write_shapes

SHAPES = {"a": (2, 2)}
CIVITAI: dict[str, Any] = {
    "name": "v1.0",
    "baseModel": "SDXL 1.0",
    "trainedWords": ["pixel art", "8 bit, "],
    "model": {"name": "Pixels", "type": "LORA"},
    "files": [{"hashes": {"AutoV2": "ABCDEF0123", "SHA256": "AB" * 32}}],
    "description": "<p>Small squares</p>",
}
A1111: dict[str, Any] = {
    "description": "squares",
    "sd version": "SDXL",
    "activation text": "pixel, art",
    "preferred weight": 0.8,
    "notes": "weight 0.8",
}
HEADER = {
    "modelspec.title": "Pixel LoRA",
    "modelspec.author": "someone",
    "modelspec.architecture": "stable-diffusion-xl-v1-base/lora",
    "modelspec.trigger_phrase": "pixels",
    "modelspec.hash_sha256": "0xCD12",
    "modelspec.license": "MIT",
}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_shapes(tmp_path / "x.safetensors", SHAPES)


def beside(model: Path, ending: str, content: Any) -> None:
    model.with_name(model.stem + ending).write_text(json.dumps(content), encoding="utf-8")


def test_nothing_is_said_of_a_bare_file(model: Path):
    assert about(model) == About()
    assert about(model).as_json() == {}


@pytest.mark.parametrize(
    "name", ["x.preview.png", "x.preview.jpg", "x.preview.webp", "x.png", "x.jpeg", "x.webp"]
)
def test_a_picture_beside_the_file_is_its_preview(name: str, model: Path):
    put(model.parent, name, "y.preview.png")

    assert about(model).preview == model.parent / name


def test_the_preview_comes_before_a_picture_of_that_name(model: Path):
    put(model.parent, "x.png", "x.preview.webp")

    assert about(model).as_json() == {"preview": "x.preview.webp"}


def test_civitai_says_what_a_model_is(model: Path):
    beside(model, ".civitai.info", CIVITAI)

    assert about(model) == About(
        title="Pixels v1.0",
        base="SDXL 1.0",
        trigger_words=("pixel art", "8 bit"),
        sha256="ab" * 32,
        description="<p>Small squares</p>",
    )


def test_a1111_says_what_a_model_is(model: Path):
    beside(model, ".json", A1111)

    assert about(model) == About(
        base="SDXL", trigger_words=("pixel", "art"), description="squares", notes="weight 0.8"
    )


def test_a_header_says_what_a_model_is(tmp_path: Path):
    model = write_shapes(tmp_path / "x.safetensors", SHAPES, HEADER)

    assert about(model) == About(
        title="Pixel LoRA",
        author="someone",
        base="stable-diffusion-xl-v1-base/lora",
        trigger_words=("pixels",),
        sha256="cd12",
        license="MIT",
    )


def test_a_trainers_header_says_what_a_model_is(tmp_path: Path):
    texts = {"ss_output_name": "pixels", "ss_base_model_version": "sdxl_base_v1-0"}
    model = write_shapes(tmp_path / "x.safetensors", SHAPES, texts)

    assert about(model) == About(title="pixels", base="sdxl_base_v1-0")


def test_what_a_person_wrote_comes_first_then_civitai_then_the_header(tmp_path: Path):
    model = write_shapes(tmp_path / "x.safetensors", SHAPES, HEADER)
    beside(model, ".json", {"sd version": "mine"})
    beside(model, ".civitai.info", CIVITAI)

    found = about(model)

    assert (found.base, found.title, found.author) == ("mine", "Pixels v1.0", "someone")


@pytest.mark.parametrize("ending", [".json", ".civitai.info"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"5",
        b"[" * 100_000,
        b'{"trainedWords": 5, "model": [], "files": {}, "baseModel": {}}',
        b'{"files": [], "activation text": 3, "sd version": null}',
        b'{"files": [5], "trainedWords": [null, {}]}',
        b" " * (MAX_FILE_BYTES + 1),
    ],
)
def test_bad_metadata_says_nothing(ending: str, content: bytes, model: Path):
    model.with_name("x" + ending).write_bytes(content)

    assert about(model) == About()


def test_long_metadata_is_cut(model: Path):
    beside(model, ".civitai.info", {"name": "x" * 50_000, "trainedWords": ["y"] * 5_000})

    found = about(model)

    assert (len(found.title), len(found.trigger_words)) == (4_000, 100)


def test_a_damaged_file_says_nothing(tmp_path: Path):
    model = tmp_path / "x.safetensors"
    model.write_bytes(b"no model")

    assert about(model) == About()


def test_the_picture_in_a_header_is_given_as_it_is(tmp_path: Path):
    text = "data:image/jpeg;base64," + base64.b64encode(b"picture").decode()
    model = write_shapes(tmp_path / "x.safetensors", SHAPES, {"modelspec.thumbnail": text})

    assert thumbnail(model) == b"picture"


@pytest.mark.parametrize("text", ["", "picture", "data:image/png;base64,!!", "base64," + "A" * 5])
def test_a_bad_picture_in_a_header_is_none(text: str, tmp_path: Path):
    model = write_shapes(tmp_path / "x.safetensors", SHAPES, {"modelspec.thumbnail": text})

    assert thumbnail(model) == b""


@pytest.mark.skipif(sys.platform == "win32", reason="has no named pipes")
def test_a_pipe_beside_the_file_says_nothing(model: Path):
    os.mkfifo(model.with_suffix(".json"))

    assert about(model) == About()
