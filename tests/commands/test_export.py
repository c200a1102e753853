"""`main.py export FILE --format comfyui-api`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli import main
from engine.document import write_document
from engine.registry import Registry
from tests.graphs import Graphs

PROMPT = {"1": {"class_type": "Number", "inputs": {"value": 3}, "_meta": {"title": "Number"}}}


@pytest.fixture(autouse=True)
def registry(registry: Registry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Registry:
    """Let the commands find the toy nodes, and work in an empty folder."""
    monkeypatch.setattr(Registry, "of_packages", lambda *packages: registry)
    monkeypatch.chdir(tmp_path)
    return registry


@pytest.fixture
def file() -> str:
    g = Graphs()
    g.node("Number", at="1", value=3)
    Path("a.json").write_bytes(write_document(g.document()))
    return "a.json"


def test_api_prompt_goes_to_stdout(file: str, capsys: pytest.CaptureFixture[str]):
    assert main(["export", file, "--format", "comfyui-api"]) == 0
    assert json.loads(capsys.readouterr().out) == PROMPT


def test_api_prompt_is_written_to_a_file(file: str):
    assert main(["export", file, "--format", "comfyui-api", "-o", "b.json"]) == 0
    assert json.loads(Path("b.json").read_text()) == PROMPT


def test_exported_prompt_is_imported_and_exported_again_as_it_was(
    file: str, capsys: pytest.CaptureFixture[str]
):
    main(["export", file, "--format", "comfyui-api", "-o", "b.json"])
    main(["import", "b.json", "-o", "c.json"])
    capsys.readouterr()

    assert main(["export", "c.json", "--format", "comfyui-api"]) == 0
    assert json.loads(capsys.readouterr().out) == PROMPT


def test_types_that_are_missing_are_told(capsys: pytest.CaptureFixture[str]):
    Path("a.json").write_text(json.dumps({"1": {"class_type": "Odd", "inputs": {}}}))

    assert main(["export", "a.json", "--format", "comfyui-api"]) == 0
    assert "Odd (node 1)" in capsys.readouterr().err


def test_format_has_to_be_named(file: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as caught:
        main(["export", file])

    assert caught.value.code == 2
    assert "--format" in capsys.readouterr().err
