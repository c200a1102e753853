from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main
from engine.config import load_config
from engine.document import write_document
from tests.graphs import Graphs

ROOT = Path(__file__).parents[2]
#: Prints and reads at import and at each call, on the main thread and beside it.
NOISY = """\
import sys
from engine import node

print("at import")
assert sys.stdin.read() == ""

def mentioned(value: int) -> bool:
    print("in its check")
    return True

@node(category="toy", title="Noisy", lane="{lane}", output=True, validate=mentioned)
def noisy(value: int = 1) -> int:
    \"\"\"Print.\"\"\"
    print("at run")
    try:
        input("really? ")
    except EOFError:
        pass
    {then}
    return value
"""

Command = Callable[..., int]


@pytest.fixture
def custom_nodes(tmp_path: Path) -> Path:
    folder = tmp_path / "custom_nodes"
    folder.mkdir()
    return folder


@pytest.fixture
def command(custom_nodes: Path) -> Command:
    return lambda *words: main([*words, "--base-directory", str(custom_nodes.parent)])


def noisy(then: str = "pass", lane: str = "inline") -> str:
    return NOISY.format(then=then, lane=lane)


def run_in_process(base: Path, *words: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "main.py", *words, "--base-directory", str(base)]
    return subprocess.run(
        call, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60, input="typed\n"
    )


def document(base: Path, kind: str) -> str:
    g = Graphs()
    g.node(kind, at="n", value=1)
    path = base / "workflow.json"
    path.write_bytes(write_document(g.document()))
    return str(path)


def test_packs_are_listed_with_nodes_and_problems(
    custom_nodes: Path, command: Command, capsys: pytest.CaptureFixture[str]
):
    (custom_nodes / "noisy.py").write_text(noisy())
    (custom_nodes / "bad.py").write_text("x = 1\n1 / 0\n")

    assert command("packs") == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "bad  (can not be used)"
    assert f"  ! {custom_nodes / 'bad.py'}:2: It can not be imported: ZeroDivisionError" in out
    assert out.splitlines()[2:] == ["noisy", "  Noisy"]


def test_packs_as_json(custom_nodes: Path, command: Command, capsys: pytest.CaptureFixture[str]):
    (custom_nodes / "noisy.py").write_text(noisy())

    command("packs", "--json")

    (record,) = json.loads(capsys.readouterr().out)
    assert record["name"] == "noisy"
    assert record["state"] == "ok"
    assert record["nodes"] == ["Noisy"]
    assert record["problems"] == []


def test_without_packs_the_folder_is_named(
    custom_nodes: Path, command: Command, capsys: pytest.CaptureFixture[str]
):
    command("packs")

    assert f"Put one into {custom_nodes}" in capsys.readouterr().out


def test_a_pack_is_disabled_and_enabled(
    custom_nodes: Path, command: Command, capsys: pytest.CaptureFixture[str]
):
    (custom_nodes / "noisy.py").write_text(noisy())

    assert command("packs", "disable", "noisy") == 0
    assert load_config(custom_nodes.parent).disabled_packs == ["noisy"]
    command("packs")
    assert capsys.readouterr().out == "noisy  (disabled)\n"
    assert command("packs", "enable", "noisy") == 0
    assert load_config(custom_nodes.parent).disabled_packs == []


@pytest.mark.parametrize("action", ["enable", "disable"])
def test_an_unknown_pack_is_refused_with_near_names(
    action: str, custom_nodes: Path, command: Command, capsys: pytest.CaptureFixture[str]
):
    (custom_nodes / "noisy.py").write_text(noisy())
    if action == "enable":
        command("packs", "disable", "noisy")

    assert command("packs", action, "nosy") == 2
    assert "Similar: noisy." in capsys.readouterr().err


def test_nodes_of_packs_are_listed_with_their_pack(
    custom_nodes: Path, command: Command, capsys: pytest.CaptureFixture[str]
):
    (custom_nodes / "noisy.py").write_text(noisy())

    command("nodes")

    assert "  Noisy                        Print. [noisy]\n" in capsys.readouterr().out


def test_nodes_of_packs_are_in_the_json(
    custom_nodes: Path, command: Command, capsys: pytest.CaptureFixture[str]
):
    (custom_nodes / "noisy.py").write_text(noisy())

    command("nodes", "--json")

    assert json.loads(capsys.readouterr().out)["Noisy"]["display_name"] == "Noisy"


@pytest.mark.parametrize("lane", ["inline", "cpu"])
def test_what_a_pack_prints_is_not_in_the_json(custom_nodes: Path, lane: str):
    (custom_nodes / "noisy.py").write_text(noisy(lane=lane))
    workflow = document(custom_nodes.parent, "Noisy")

    done = run_in_process(custom_nodes.parent, "run", workflow, "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ran"] == ["n"]
    assert {"at import", "in its check", "at run"} <= set(done.stderr.splitlines())


def test_sys_exit_in_a_node_is_the_nodes_failure(custom_nodes: Path):
    (custom_nodes / "noisy.py").write_text(noisy("sys.exit(0)"))
    workflow = document(custom_nodes.parent, "Noisy")

    done = run_in_process(custom_nodes.parent, "run", workflow, "--json")

    error: dict[str, Any] = json.loads(done.stdout)["error"]
    assert done.returncode == 3
    assert error["node"] == "n"


def test_a_run_of_built_ins_does_not_look_for_packs(
    custom_nodes: Path, command: Command, monkeypatch: pytest.MonkeyPatch
):
    (custom_nodes / "noisy.py").write_text(noisy())
    found: list[str] = []
    monkeypatch.setattr("engine.packs.shelf.discover", lambda *_: found.append("searched"))

    code = command("run", document(custom_nodes.parent, "PrimitiveInt"), "--target", "n")

    assert (code, found) == (0, [])


def test_kinds_of_models_that_packs_bring_are_listed(
    custom_nodes: Path, command: Command, capsys: pytest.CaptureFixture[str]
):
    (custom_nodes / "noisy.py").write_text('MODEL_FOLDERS = {"depth": ["depth"]}\n' + noisy())
    (custom_nodes.parent / "models" / "depth").mkdir(parents=True)
    (custom_nodes.parent / "models" / "depth" / "deep.onnx").touch()
    command("packs")
    capsys.readouterr()

    command("models", "--kind", "depth")

    assert "deep.onnx" in capsys.readouterr().out
