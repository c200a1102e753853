import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main
from engine.context import Context
from engine.document import Document, write_document
from engine.registry import Registry
from engine.results import NodeResult
from engine.spec import InputSpec
from engine.widgets import SEED_MAX, Int
from tests.fakes import toy
from tests.graphs import Graphs

Run = Callable[..., int]


def save(ctx: Context, value: int) -> NodeResult:
    path = ctx.folders.output / f"{value}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(value))
    ctx.wrote(path)
    item = {"filename": path.name, "subfolder": "", "type": "output"}
    return NodeResult(ui={"images": [item]})


@pytest.fixture
def registry(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """Return the toy nodes with one that writes a file; the commands find them."""
    registry.add(toy("Save", save, outputs=(), is_output=True, hidden={"ctx": "context"}))
    monkeypatch.setattr(Registry, "of_packages", lambda *packages: registry)
    return registry


def saving(kind: str = "Number", **given: Any) -> Document:
    g = Graphs()
    g.node("Save", at="save", value=g.node(kind, at="n", **{"value": 4, **given}))
    return g.document(inputs={"number": [("n", "value")]})


@pytest.fixture
def run(registry: Registry, tmp_path: Path) -> Run:
    """Return a runner of documents in an empty installation."""

    def run_document(document: Document, *words: str) -> int:
        path = tmp_path / "workflow.json"
        path.write_bytes(write_document(document))
        return main(["run", str(path), "--base-directory", str(tmp_path), *words])

    return run_document


def outputs(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "output").iterdir())


def test_written_files_are_told_on_stdout(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert run(saving()) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'output' / '4.txt'}\n"


def test_flag_sets_an_exposed_input(run: Run, tmp_path: Path):
    run(saving(), "--number", "9")

    assert outputs(tmp_path) == ["9.txt"]


def test_set_changes_any_value(run: Run, tmp_path: Path):
    run(saving(), "--set", "n.value=8")

    assert outputs(tmp_path) == ["8.txt"]


def test_output_names_the_folder(run: Run, tmp_path: Path):
    run(saving(), "--output", str(tmp_path / "here"))

    assert (tmp_path / "here" / "4.txt").read_text() == "4"


def test_target_limits_the_run(run: Run, tmp_path: Path):
    assert run(saving(), "--target", "n") == 0
    assert not (tmp_path / "output").exists()


def test_json_tells_what_happened(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    run(saving(), "--json")

    told = json.loads(capsys.readouterr().out)
    assert told["files"] == [str(tmp_path / "output" / "4.txt")]
    assert told["ran"] == ["n", "save"]
    assert told["reused"] == []
    assert told["error"] is None


def test_text_that_nodes_show_is_in_the_json(run: Run, capsys: pytest.CaptureFixture[str]):
    g = Graphs()
    g.node("Show", at="show", value=g.node("Number", value=3))
    run(g.document(), "--json")

    assert json.loads(capsys.readouterr().out)["text"] == {"show": ["3"]}


def test_explain_says_why_on_stderr(run: Run, capsys: pytest.CaptureFixture[str]):
    run(saving(), "--explain")

    assert 'Node n "Number" ran: no result was stored' in capsys.readouterr().err


def test_warning_names_its_node(run: Run, registry: Registry, capsys: pytest.CaptureFixture[str]):
    def warn(ctx: Context) -> NodeResult:
        ctx.warn("It is late.")
        return NodeResult()

    registry.add(toy("Warn", warn, outputs=(), is_output=True, hidden={"ctx": "context"}))
    g = Graphs()
    g.node("Warn", at="w")
    run(g.document())

    assert capsys.readouterr().err == 'Node w "Warn": It is late.\n'


def test_one_job_a_line(run: Run, tmp_path: Path):
    lines = tmp_path / "lines.txt"
    lines.write_text("--number 1\n\n--number 2\n")

    assert run(saving(), "--from-file", str(lines)) == 0
    assert outputs(tmp_path) == ["1.txt", "2.txt"]


def test_line_without_flags_is_a_prompt(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    g = Graphs()
    g.node("Show", at="show", value=g.node("Text", at="t", text="a pear"))
    lines = tmp_path / "prompts.txt"
    lines.write_text("a red apple\n\n  a cactus  \n")

    run(g.document(inputs={"prompt": [("t", "text")]}), "--from-file", str(lines), "--json")

    jobs = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [job["text"]["show"] for job in jobs] == [["a red apple"], ["a cactus"]]


def test_repeating_takes_the_next_seeds(run: Run, registry: Registry, tmp_path: Path):
    spec = toy("Noise", lambda seed: seed)
    seed = InputSpec("seed", "INT", Int(default=0, min=0, max=SEED_MAX), has_default=True)
    registry.add(replace(spec, inputs=(seed,)))
    g = Graphs()
    g.node("Save", value=g.node("Noise", at="n", seed="7"))

    run(g.document(), "--n", "3", "--set", "n.seed=20")

    assert outputs(tmp_path) == ["20.txt", "21.txt", "22.txt"]


def test_set_reaches_an_exposed_name(run: Run, tmp_path: Path):
    run(saving(), "--set", "number=6")

    assert outputs(tmp_path) == ["6.txt"]


def test_file_of_lines_that_is_not_there(run: Run, capsys: pytest.CaptureFixture[str]):
    assert run(saving(), "--from-file", "nowhere.txt") == 2
    assert '"nowhere.txt" can not be read' in capsys.readouterr().err


@pytest.mark.parametrize("count", ["0", "-1"])
def test_repeating_less_than_once_is_refused(
    run: Run, capsys: pytest.CaptureFixture[str], count: str
):
    assert run(saving(), "--n", count) == 2
    assert f"--n is {count}. It takes 1 or more." in capsys.readouterr().err


# exit codes


def test_node_that_fails_ends_with_3(run: Run, capsys: pytest.CaptureFixture[str]):
    assert run(saving("Fail")) == 3
    assert capsys.readouterr().err == 'Node n "Fail" failed: ValueError: no 4\n'


def test_jobs_after_one_that_failed_still_run(run: Run, tmp_path: Path, registry: Registry):
    def picky(value: int) -> int:
        if value == 1:
            raise ValueError("not one")
        return value

    registry.add(toy("Picky", picky))
    lines = tmp_path / "lines.txt"
    lines.write_text("--number 1\n--number 2\n")

    assert run(saving("Picky"), "--from-file", str(lines)) == 3
    assert outputs(tmp_path) == ["2.txt"]


def test_jobs_after_one_with_a_bad_value_still_run(run: Run, tmp_path: Path):
    lines = tmp_path / "lines.txt"
    lines.write_text("--number one\n--number 2\n")

    assert run(saving(), "--from-file", str(lines)) == 2
    assert outputs(tmp_path) == ["2.txt"]


def test_bad_value_ends_with_2_and_names_the_node(run: Run, capsys: pytest.CaptureFixture[str]):
    assert run(saving(), "--number", "many") == 2
    assert capsys.readouterr().err == (
        'Input "value" of node n "Number" takes a whole number, but is "many".\n'
    )


def test_bad_value_with_json_is_told_to_machines(run: Run, capsys: pytest.CaptureFixture[str]):
    run(saving(), "--number", "many", "--json")

    told = json.loads(capsys.readouterr().out)["error"]
    assert told["details"]["problems"][0]["node"] == "n"


def test_flag_that_is_not_known_ends_with_2(run: Run, capsys: pytest.CaptureFixture[str]):
    assert run(saving(), "--colour", "red") == 2
    assert 'The workflow has no flag "--colour"' in capsys.readouterr().err


def test_job_that_is_interrupted_ends_with_130(
    run: Run, registry: Registry, capsys: pytest.CaptureFixture[str]
):
    import signal

    def interrupted(value: int) -> int:
        signal.raise_signal(signal.SIGINT)
        return value

    registry.add(toy("Interrupted", interrupted))

    assert run(saving("Interrupted")) == 130
    assert capsys.readouterr().err == "The job was cancelled.\n"


def test_no_workflow_to_run_ends_with_2(registry: Registry, capsys: pytest.CaptureFixture[str]):
    assert main(["run"]) == 2
    assert "There is no workflow to run." in capsys.readouterr().err


def test_workflow_that_is_not_there_ends_with_2(
    registry: Registry, capsys: pytest.CaptureFixture[str]
):
    assert main(["run", "nowhere.json"]) == 2
    assert 'There is no file "nowhere.json". Bundled workflows: ' in capsys.readouterr().err


def test_failure_shows_no_traceback(run: Run, capsys: pytest.CaptureFixture[str]):
    run(saving("Fail"))

    assert "Traceback" not in capsys.readouterr().err


def test_failure_shows_a_traceback_with_debug(run: Run, capsys: pytest.CaptureFixture[str]):
    assert run(saving("Fail"), "--debug") == 3
    assert "Traceback" in capsys.readouterr().err


# help


def test_help_of_a_workflow_lists_its_inputs(run: Run, capsys: pytest.CaptureFixture[str]):
    assert run(saving(), "--help") == 0
    assert "--number INT" in capsys.readouterr().out


def test_help_without_a_workflow_lists_the_options(capsys: pytest.CaptureFixture[str]):
    assert main(["run", "--help"]) == 0
    assert "--from-file FILE" in capsys.readouterr().out


def test_command_line_shows_its_commands(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["--help"])

    assert "run a workflow file" in capsys.readouterr().out


@pytest.mark.usefixtures("registry")
def test_second_process_reuses_the_first_ones_files(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("engine.cache.OPEN_S", -1.0)
    run(saving(), "--json")
    capsys.readouterr()
    run(saving(), "--json")

    assert json.loads(capsys.readouterr().out)["reused"] == ["save"]


def test_no_cache_writes_nothing_to_the_disk(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("engine.cache.OPEN_S", -1.0)
    run(saving(), "--no-cache")

    assert not (tmp_path / "cache").exists()


# other commands


def test_nodes_are_listed_by_category(registry: Registry, capsys: pytest.CaptureFixture[str]):
    assert main(["nodes"]) == 0
    assert "  Number                       Give a number.\n" in capsys.readouterr().out


def test_nodes_are_told_to_machines(registry: Registry, capsys: pytest.CaptureFixture[str]):
    main(["nodes", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert told["Add"]["input"]["required"]["a"][0] == "INT"


def test_argument_that_is_not_known_is_refused(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as caught:
        main(["nodes", "--colour"])

    assert caught.value.code == 2
    assert "unknown arguments: --colour" in capsys.readouterr().err


@pytest.fixture
def base(tmp_path: Path) -> Path:
    for kind in ("checkpoints", "loras"):
        (tmp_path / "models" / kind).mkdir(parents=True)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], base: Path, *words: str) -> Any:
    assert main([*words, "--json", "--base-directory", str(base)]) == 0
    return json.loads(capsys.readouterr().out)


def test_models_are_told_to_machines(base: Path, capsys: pytest.CaptureFixture[str]):
    (base / "models/loras/a.safetensors").write_bytes(b"12345")
    (base / "models/checkpoints/b.safetensors").write_bytes(b"no model")

    lora, checkpoint = sorted(told(capsys, base, "models"), key=lambda row: row["name"])

    assert lora["kind"] == "loras"
    assert lora["size_bytes"] == 5
    assert checkpoint["kind"] == "checkpoints"
    assert '"b.safetensors"' in checkpoint["problem"]


def test_links_that_lead_in_circles_stop_no_list(base: Path, capsys: pytest.CaptureFixture[str]):
    (base / "models/loras/a.safetensors").touch()
    (base / "models/loras/b.safetensors").symlink_to("/")
    (base / "models/loras/c.safetensors").symlink_to("c.safetensors")

    rows = told(capsys, base, "models")

    assert [row["name"] for row in rows] == ["a.safetensors", None, None]
    assert all("leads in a circle" in row["problem"] for row in rows[1:])


def test_no_models_are_said_to_be_none(base: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["models", "--base-directory", str(base)]) == 0
    assert capsys.readouterr().out == f"There are no models in {base / 'models'}.\n"


def test_doctor_tells_what_there_is_and_what_is_wrong(
    base: Path, capsys: pytest.CaptureFixture[str]
):
    (base / "custom_nodes/my_pack").mkdir(parents=True)
    (base / "custom_nodes/my_pack/__init__.py").write_text("")

    found = told(capsys, base, "doctor", "--device", "cpu")

    assert found["device"]["device"] == "cpu"
    assert found["folders"]["output"] == str(base / "output")
    assert found["models"]["checkpoints"] == 0
    assert found["nodes"] > 40
    assert found["packs"] == ["my_pack"]
    assert "There are no checkpoints. Put one into models/checkpoints." in found["problems"]


def test_doctor_refuses_a_device_that_is_not_there(base: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["doctor", "--device", "warp", "--base-directory", str(base)]) == 2
    assert '"warp"' in capsys.readouterr().err
