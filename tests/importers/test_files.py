"""Whole files of ComfyUI: each comes to its prompt, passes every check, and is written back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.document.flatten import flatten
from engine.importers import open_document
from engine.importers.ui.write import write_ui
from engine.importers.write_api import write_api
from engine.paths import Folders
from engine.registry import BUILT_INS, Registry
from engine.validate import validate
from engine.workflow import HOME
from tests.written import essence

FILES = sorted(
    path for path in (Path(__file__).parent / "files").glob("*.json") if path.suffixes == [".json"]
)
EDITOR_FILES = [path for path in FILES if "prompt" not in path.stem]
REGISTRY = Registry.of_packages(BUILT_INS)
FOLDERS = Folders.at(HOME)
#: types in these files that no built-in has
MISSING = {"bypassed_and_muted": {"FancyPackNode"}}


def name_of(path: Path) -> str:
    return path.stem


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def with_sizes_as_pairs(raw: dict[str, Any]) -> dict[str, Any]:
    """Return the file; older frontends wrote a size as an object with the keys 0 and 1."""
    for node in raw["nodes"]:
        if isinstance(node["size"], dict):
            node["size"] = [node["size"]["0"], node["size"]["1"]]
    return raw


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_file_comes_to_its_prompt(path: Path):
    document = open_document(path, REGISTRY, FOLDERS).document

    assert write_api(document, REGISTRY) == read(path.with_suffix(".prompt.json"))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_file_can_run_where_its_types_are(path: Path):
    imported = open_document(path, REGISTRY, FOLDERS)
    flat = flatten(imported.document, REGISTRY.specs)
    targets = [key for key, node in flat.nodes.items() if node.type == "SaveImage"]

    assert validate(flat, REGISTRY, FOLDERS, targets)[1] == []
    assert {each.type for each in imported.report.missing_types} == MISSING.get(path.stem, set())


@pytest.mark.parametrize("path", EDITOR_FILES, ids=name_of)
def test_editor_file_is_written_back(path: Path):
    document = open_document(path, REGISTRY, FOLDERS).document

    written = with_sizes_as_pairs(write_ui(document, REGISTRY))

    assert essence(written) == essence(with_sizes_as_pairs(read(path)))
