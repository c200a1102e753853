"""`main.py export FILE --format comfyui-ui`, of whatever a workflow lies in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from engine.cli import main
from engine.document import write_document
from engine.registry import Registry
from tests.graphs import Graphs

FILE = "b.json"


@pytest.fixture(autouse=True)
def registry(registry: Registry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Registry:
    """Let the commands find the toy nodes, and work in an empty folder."""
    monkeypatch.setattr(Registry, "of_packages", lambda *packages: registry)
    monkeypatch.chdir(tmp_path)
    return registry


@pytest.fixture
def exported() -> dict[str, object]:
    """Export a document of our own to a file; return what that holds."""
    g = Graphs()
    g.node("Number", at="1", value=3)
    Path("a.json").write_bytes(write_document(g.document()))
    main(["export", "a.json", "--format", "comfyui-ui", "-o", FILE])
    return json.loads(Path(FILE).read_text())


def test_a_native_document_becomes_a_workflow(exported: dict[str, object]):
    (node,) = json.loads(json.dumps(exported["nodes"]))

    assert (node["id"], node["type"], node["widgets_values"]) == (1, "Number", [3])
    assert exported["version"] == 0.4


def test_a_workflow_is_exported_as_it_was(
    exported: dict[str, object], capsys: pytest.CaptureFixture[str]
):
    assert main(["export", FILE, "--format", "comfyui-ui"]) == 0
    assert json.loads(capsys.readouterr().out)["nodes"] == exported["nodes"]


def test_a_picture_is_exported(exported: dict[str, object], capsys: pytest.CaptureFixture[str]):
    info = PngInfo()
    info.add_text("workflow", json.dumps(exported))
    Image.new("RGB", (8, 8)).save("a.png", pnginfo=info)

    assert main(["export", "a.png", "--format", "comfyui-ui"]) == 0
    assert json.loads(capsys.readouterr().out)["nodes"] == exported["nodes"]
