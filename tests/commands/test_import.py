"""`main.py import FILE` and `main.py run FILE` with files of other programs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main
from engine.document import load_document
from engine.registry import Registry
from engine.spec import InputSpec
from engine.widgets import FileChoice
from tests.fakes import toy
from tests.importers.pictures import plain, png


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs, "_meta": {"title": kind}}


PROMPT = {"4:1": node("Number", value=3), "2": node("Show", value=["4:1", 0])}


@pytest.fixture(autouse=True)
def registry(registry: Registry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Registry:
    """Let the commands find the toy nodes, and work in an empty folder."""
    loader = toy("Loader", lambda model: model)
    choice = InputSpec("model", "COMBO", FileChoice(kind="loras"), reads_files=True)
    registry.add(replace(loader, inputs=(choice,)))
    monkeypatch.setattr(Registry, "of_packages", lambda *packages: registry)
    monkeypatch.chdir(tmp_path)
    return registry


def write(prompt: Any, name: str = "a.json") -> str:
    Path(name).write_text(json.dumps(prompt))
    return name


def command(*words: str) -> int:
    return main([*words, "--base-directory", "."])


# import


def test_document_is_written_beside_and_the_report_printed(capsys: pytest.CaptureFixture[str]):
    assert command("import", write(PROMPT)) == 0
    assert capsys.readouterr().out == (
        "Read a ComfyUI API prompt; nothing is missing.\nWrote a.sfumato.json\n"
    )
    assert list(load_document(Path("a.sfumato.json")).nodes) == ["4_1", "2"]


def test_picture_is_imported(capsys: pytest.CaptureFixture[str]):
    Path("a.png").write_bytes(png(plain("prompt", json.dumps(PROMPT))))

    assert command("import", "a.png", "-o", "b.json") == 0
    assert list(load_document(Path("b.json")).nodes) == ["4_1", "2"]


def test_document_goes_to_stdout_and_the_report_to_stderr(capsys: pytest.CaptureFixture[str]):
    assert command("import", write(PROMPT), "-o", "-") == 0

    told = capsys.readouterr()
    assert json.loads(told.out)["format"] == "sfumato"
    assert told.err == "Read a ComfyUI API prompt; nothing is missing.\n"


def test_file_that_is_there_is_not_written_over(capsys: pytest.CaptureFixture[str]):
    Path("a.sfumato.json").write_text("mine")

    assert command("import", write(PROMPT)) == 2
    assert '"a.sfumato.json" is there already' in capsys.readouterr().err
    assert Path("a.sfumato.json").read_text() == "mine"


def test_what_is_missing_is_no_failure(capsys: pytest.CaptureFixture[str]):
    assert command("import", write({"1": node("Odd")})) == 0
    assert "    Odd (node 1)\n" in capsys.readouterr().out


def test_report_is_told_to_machines(capsys: pytest.CaptureFixture[str]):
    assert command("import", write({"1": node("Odd")}), "--json") == 0

    told = json.loads(capsys.readouterr().out)
    assert told["file"] == "a.sfumato.json"
    assert told["missing_types"][0]["type"] == "Odd"


@pytest.mark.parametrize("content", ["", "{}", "hello", '{"templates": []}'])
def test_what_can_not_be_read_ends_with_2(content: str, capsys: pytest.CaptureFixture[str]):
    Path("a.json").write_text(content)

    assert command("import", "a.json") == 2
    assert '"a.json" is ' in capsys.readouterr().err
    assert not Path("a.sfumato.json").exists()


def test_folder_that_is_not_there_ends_with_2(capsys: pytest.CaptureFixture[str]):
    assert command("import", write(PROMPT), "-o", "none/a.json") == 2
    assert '"none/a.json" can not be written' in capsys.readouterr().err


# run


def test_prompt_runs_at_once(capsys: pytest.CaptureFixture[str]):
    assert command("run", write(PROMPT), "--json") == 0
    assert json.loads(capsys.readouterr().out)["text"] == {"2": ["3"]}


@pytest.mark.parametrize("place", ["4:1.value", "4_1.value"])
def test_set_takes_the_ids_of_the_file(place: str, capsys: pytest.CaptureFixture[str]):
    assert command("run", write(PROMPT), "--json", "--set", f"{place}=8") == 0
    assert json.loads(capsys.readouterr().out)["text"] == {"2": ["8"]}


def test_set_takes_ids_with_dots(capsys: pytest.CaptureFixture[str]):
    prompt = {"5.0": node("Number", value=3), "2": node("Show", value=["5.0", 0])}

    assert command("run", write(prompt), "--json", "--set", "5.0.value=8") == 0
    assert json.loads(capsys.readouterr().out)["text"] == {"2": ["8"]}


def test_target_takes_the_ids_of_the_file(capsys: pytest.CaptureFixture[str]):
    assert command("run", write(PROMPT), "--json", "--target", "4:1") == 0
    assert json.loads(capsys.readouterr().out)["ran"] == ["4_1"]


def test_run_for_want_of_a_type_ends_with_2_and_the_report(capsys: pytest.CaptureFixture[str]):
    prompt = {"1": node("Odd"), "2": node("Show", value=["1", 0])}

    assert command("run", write(prompt)) == 2
    assert capsys.readouterr().err == (
        "Read a ComfyUI API prompt.\nMissing node types:\n"
        "  from a pack that the file does not name:\n    Odd (node 1)\n"
    )


def test_report_of_a_refused_run_is_told_to_machines(capsys: pytest.CaptureFixture[str]):
    prompt = {"1": node("Odd"), "2": node("Show", value=["1", 0])}

    assert command("run", write(prompt), "--json") == 2

    told = json.loads(capsys.readouterr().out)["error"]["details"]
    assert told["missing_types"][0]["nodes"] == ["1"]


def test_other_problems_of_a_refused_run_are_told_too(capsys: pytest.CaptureFixture[str]):
    prompt = {
        "1": node("Odd"),
        "2": node("Show", value=["1", 0]),
        "3": node("Show", value=["4", 0]),
        "4": node("Number", value="many"),
    }

    assert command("run", write(prompt)) == 2
    assert "It can not run:\n" in capsys.readouterr().err


def test_missing_type_that_no_target_needs_stops_nothing(capsys: pytest.CaptureFixture[str]):
    assert command("run", write({**PROMPT, "9": node("Odd")}), "--json") == 0
    assert json.loads(capsys.readouterr().out)["text"] == {"2": ["3"]}


def test_missing_model_may_be_replaced_on_the_command_line(capsys: pytest.CaptureFixture[str]):
    Path("models/loras").mkdir(parents=True)
    Path("models/loras/mine.safetensors").touch()
    prompt = {"1": node("Loader", model="gone.safetensors"), "2": node("Show", value=["1", 0])}
    file = write(prompt)

    assert command("run", file) == 2
    assert "loras/gone.safetensors (node 1)" in capsys.readouterr().err
    assert command("run", file, "--set", "1.model=mine.safetensors") == 0


def test_what_was_changed_is_told_on_stderr(capsys: pytest.CaptureFixture[str]):
    prompt = {"1": node("Number", value="3"), "2": node("Show", value=["1", 0])}

    assert command("run", write(prompt)) == 0
    assert 'Node 1, input "value": "3" was text and became 3.' in capsys.readouterr().err


def test_help_lists_the_values_that_can_be_set(capsys: pytest.CaptureFixture[str]):
    assert command("run", write(PROMPT), "--help") == 0
    assert "  --set 4_1.value=3\n" in capsys.readouterr().out
