from __future__ import annotations

import json
import shlex
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


#: Reaches standard output past `sys.stdout`, and leaves a stream of its own.
RUDE = """\
import logging, os, subprocess, sys

os.write(1, b"descriptor\\n")
sys.__stdout__.write("dunder\\n")
sys.__stdout__.flush()
subprocess.run([sys.executable, "-c", "print('child')"])
assert os.read(0, 1) == b""
logging.basicConfig(stream=sys.stdout, force=True)
sys.stdout = sys.stderr
1 / 0
"""


def test_nothing_that_a_pack_starts_or_replaces_reaches_the_output(custom_nodes: Path):
    (custom_nodes / "rude.py").write_text(RUDE)
    (custom_nodes / "z_good.py").write_text(noisy())

    done = run_in_process(custom_nodes.parent, "packs", "--json")

    assert [record["name"] for record in json.loads(done.stdout)] == ["rude", "z_good"]
    assert "division by zero" in done.stdout
    assert {"descriptor", "dunder", "child"} <= set(done.stderr.split())


def test_the_base_directory_may_stand_before_the_command(
    custom_nodes: Path, capsys: pytest.CaptureFixture[str]
):
    (custom_nodes / "noisy.py").write_text(noisy())

    assert main(["--base-directory", str(custom_nodes.parent), "packs"]) == 0
    assert capsys.readouterr().out == "noisy\n  Noisy\n"


def test_a_new_pack_says_how_its_test_is_run_wherever_it_lies(
    custom_nodes: Path, command: Command, capsys: pytest.CaptureFixture[str]
):
    command("packs", "new", "mine")

    said = capsys.readouterr().err
    assert said.startswith(f"Run its test in {custom_nodes.parent} with: ")
    done = subprocess.run(
        [*shlex.split(said.partition("with: ")[2]), "-p", "no:cacheprovider"],
        cwd=custom_nodes.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


SHOWS = """\
class Shows:
    RETURN_TYPES, FUNCTION, OUTPUT_NODE = (), "show", True
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"value": ("INT", {})}}
    def show(self, value):
        return {"ui": {"text": [{1, 2}, "b"]}}
NODE_CLASS_MAPPINGS = {"Shows": Shows}
"""


def test_what_is_shown_and_no_json_is_told_as_text(
    custom_nodes: Path, command: Command, capsys: pytest.CaptureFixture[str]
):
    (custom_nodes / "shows.py").write_text(SHOWS)

    assert command("run", document(custom_nodes.parent, "Shows"), "--json") == 0
    assert json.loads(capsys.readouterr().out)["text"] == {"n": ["{1, 2}", "b"]}


def test_a_failing_node_of_a_pack_names_the_pack_and_the_line(
    custom_nodes: Path, command: Command, capsys: pytest.CaptureFixture[str]
):
    (custom_nodes / "noisy.py").write_text(noisy("raise ValueError('no')"))

    assert command("run", document(custom_nodes.parent, "Noisy")) == 3
    place = f'(pack "noisy", {custom_nodes / "noisy.py"}:19)'
    assert f'Node n "Noisy" failed: ValueError: no {place}' in capsys.readouterr().err


V3 = """\
from comfy_api.latest import ComfyExtension, io

class Fails(io.ComfyNode):
    @classmethod
    def define_schema(cls):
        return io.Schema(node_id="Fails", inputs=[io.Int.Input("value")], is_output_node=True)
    @classmethod
    def execute(cls, value):
        raise ValueError("no")

class Extension(ComfyExtension):
    async def get_node_list(self):
        return [Fails]

async def comfy_entrypoint():
    return Extension()
"""


def test_a_failing_v3_class_names_the_pack_and_the_line(
    custom_nodes: Path, command: Command, capsys: pytest.CaptureFixture[str]
):
    (custom_nodes / "fails.py").write_text(V3)

    assert command("run", document(custom_nodes.parent, "Fails")) == 3
    assert f'(pack "fails", {custom_nodes / "fails.py"}:9)' in capsys.readouterr().err


def test_an_exception_that_exits_when_it_is_shown_fails_its_node_only(
    custom_nodes: Path, command: Command, capsys: pytest.CaptureFixture[str]
):
    odd = "raise type('Odd', (Exception,), {'__str__': lambda self: sys.exit(0)})"
    (custom_nodes / "noisy.py").write_text(noisy(odd))

    assert command("run", document(custom_nodes.parent, "Noisy")) == 3
    assert "failed: Odd: no message" in capsys.readouterr().err


def test_a_failing_check_of_a_pack_names_the_pack(
    custom_nodes: Path, command: Command, capsys: pytest.CaptureFixture[str]
):
    text = noisy().replace('print("in its check")', 'raise ValueError("no")')
    (custom_nodes / "noisy.py").write_text(text)

    assert command("run", document(custom_nodes.parent, "Noisy")) == 2
    assert 'its check failed: ValueError: no (pack "noisy", ' in capsys.readouterr().err
