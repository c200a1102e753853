"""What people get wrong: each gets a sentence and an exit code, and leaves no half-written file."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from engine.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
TEXT_TO_IMAGE = ROOT / "workflows" / "text_to_image.json"
RUN = [sys.executable, "main.py", "run", str(TEXT_TO_IMAGE)]


class Told:
    """What the command line said."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    for kind in ("checkpoints", "embeddings", "vae"):
        (tmp_path / "models" / kind).mkdir()
    (tmp_path / "input").mkdir()
    return tmp_path


@pytest.fixture
def run(base: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    def run(file: Path | str, *arguments: str) -> Told:
        code = main(["run", str(file), "--base-directory", str(base), "--no-cache", *arguments])
        captured = capsys.readouterr()
        return Told(code, captured.out, captured.err)

    return run


def use_built_in_model(base: Path) -> None:
    (base / "models" / "checkpoints").rmdir()
    (base / "models" / "checkpoints").symlink_to(ROOT / "models" / "checkpoints")


@pytest.fixture
def drawing(base: Path, run: Callable[..., Told]) -> Callable[..., Told]:
    """Run text_to_image with the built-in model."""
    use_built_in_model(base)
    return lambda *arguments: run(TEXT_TO_IMAGE, *arguments)


def written(base: Path, nodes: dict[str, Any], **more: Any) -> Path:
    path = base / "workflow.json"
    path.write_text(json.dumps({"format": "sfumato", "version": 1, "nodes": nodes, **more}))
    return path


def preview(source: str, output: int = 0) -> dict[str, Any]:
    return {"type": "PreviewAny", "links": {"source": [source, output]}}


def test_a_workflow_that_is_not_there(run: Callable[..., Told]):
    told = run("none.json")

    assert told.code == 2
    assert 'There is no file "none.json"' in told.err


def test_a_truncated_workflow(base: Path, run: Callable[..., Told]):
    path = base / "cut.json"
    path.write_text(TEXT_TO_IMAGE.read_text()[:500])

    told = run(path)

    assert told.code == 2
    assert '"cut.json" is not JSON' in told.err


def test_a_document_above_the_size_limit(base: Path, run: Callable[..., Told]):
    path = base / "large.json"
    with path.open("wb") as file:
        file.truncate(65 * 2**20)

    told = run(path)

    assert told.code == 2
    assert "at most 64 MB are read" in told.err


@pytest.mark.parametrize("depth", [300, 100_000])
def test_a_document_nested_too_deeply(depth: int, base: Path, run: Callable[..., Told]):
    path = base / "deep.json"
    nest = "[" * depth + "]" * depth
    path.write_text(f'{{"format": "sfumato", "version": 1, "extra": {{"x": {nest}}}}}')

    told = run(path)

    assert told.code == 2
    assert "nested too deeply" in told.err


def test_nan_in_a_document(base: Path, run: Callable[..., Told]):
    path = base / "nan.json"
    path.write_text('{"format": "sfumato", "version": 1, "extra": {"x": NaN}}')

    told = run(path)

    assert told.code == 2
    assert "NaN and Infinity are not JSON" in told.err


def test_names_from_a_file_do_not_command_the_terminal(base: Path, run: Callable[..., Told]):
    path = written(base, {"1": {"type": "\x1b[2JEvil"}})

    told = run(str(path))

    assert told.code == 2
    assert "\x1b" not in told.err
    assert "\ufffd[2JEvil" in told.err


def test_a_cycle_names_the_nodes_of_it(base: Path, run: Callable[..., Told]):
    nodes = {
        "1": {"type": "StringConcatenate", "links": {"string_a": ["2", 0]}},
        "2": {"type": "StringConcatenate", "links": {"string_a": ["1", 0]}},
        "3": preview("1"),
    }

    told = run(written(base, nodes))

    assert told.code == 2
    assert "Nodes wait for each other" in told.err
    assert '1 "Concatenate"' in told.err
    assert '2 "Concatenate"' in told.err


def test_all_problems_are_told_at_once(base: Path, run: Callable[..., Told]):
    nodes = {
        "1": {"type": "Nonesuch"},
        "2": {
            "type": "EmptyLatentImage",
            "values": {"width": 7, "height": "tall", "batch_size": 0},
        },
        "3": {"type": "SaveImage", "links": {"images": ["2", 0]}},
        "4": preview("1"),
    }

    told = run(written(base, nodes), "--json")

    problems = json.loads(told.out)["error"]["details"]["problems"]
    assert told.code == 2
    assert sorted((each["kind"], each["node"], each["input"]) for each in problems) == [
        ("bad_value", "2", "height"),
        ("type_mismatch", "3", "images"),
        ("unknown_node", "1", None),
        ("value_out_of_range", "2", "batch_size"),
        ("value_out_of_range", "2", "width"),
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--width", "7"], 'Input "width" of node 4 "Empty Latent Image" takes a whole number'),
        (["--batch_size", "0"], 'takes a whole number from 1 to 4096, but is "0"'),
        (["--cfg", "nan"], 'takes a finite number, but is "nan"'),
        (["--steps", "many"], 'takes a whole number, but is "many"'),
        (["--sampler", "best"], "takes one of"),
        (["--checkpoint", "../secret"], "leads out of the folder"),
        (["--checkpoint", "emoji-mimi"], 'Nearest names: "emoji-mini"'),
        (["--colour", "red"], 'has no flag "--colour"'),
        (["--set", "5.cfg"], "sets nothing"),
        (["--set", "99.cfg=1"], 'there is no node "99"'),
        (["--set", "5.wit=1"], 'has no "wit"'),
        (["--n", "0"], "--n is 0"),
        (["--from-file", "none.txt"], '"none.txt" can not be read'),
    ],
)
def test_a_bad_value_on_the_command_line(
    arguments: list[str], sentence: str, drawing: Callable[..., Told]
):
    told = drawing(*arguments)

    assert told.code == 2
    assert sentence in told.err
    assert "Traceback" not in told.err


def checkpoint(base: Path, name: str, content: bytes) -> None:
    (base / "models" / "checkpoints" / name).write_bytes(content)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("cut.safetensors", (1000).to_bytes(8, "little") + b"{", "truncated"),
        ("text.safetensors", b"hello, I am no model", ""),
        ("empty.ckpt", b"", ""),
    ],
)
def test_a_file_that_is_no_checkpoint(
    name: str, content: bytes, sentence: str, base: Path, run: Callable[..., Told]
):
    checkpoint(base, name, content)

    told = run(TEXT_TO_IMAGE, "--checkpoint", name)

    assert told.code == 3
    assert f'"{name}"' in told.err
    assert sentence in told.err
    assert "Traceback" not in told.err


def test_a_checkpoint_of_an_unknown_kind_says_what_was_found(base: Path, run: Callable[..., Told]):
    header = json.dumps(
        {"who.knows.weight": {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]}}
    )
    checkpoint(
        base, "odd.safetensors", len(header).to_bytes(8, "little") + header.encode() + b"\0" * 4
    )

    told = run(TEXT_TO_IMAGE, "--checkpoint", "odd.safetensors")

    assert told.code == 3
    assert "who.knows" in told.err


def test_a_png_that_lies_about_its_size(base: Path, run: Callable[..., Told]):
    path = base / "input" / "liar.png"
    Image.new("RGB", (8, 8)).save(path)
    data = bytearray(path.read_bytes())
    data[16:24] = struct.pack(">II", 4000, 4000)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    path.write_bytes(data)
    nodes = {"1": {"type": "LoadImage", "values": {"image": "liar.png"}}, "2": preview("1")}

    told = run(written(base, nodes))

    assert told.code == 3
    assert '"liar.png"' in told.err


def test_an_embedding_outside_its_folder(drawing: Callable[..., Told]):
    told = drawing("--prompt", "embedding:../x", "--steps", "1")

    assert told.code in (2, 3)
    assert "leads out of the folder" in told.err


def test_an_output_folder_that_cannot_be_written(base: Path, drawing: Callable[..., Told]):
    (base / "file").write_text("")

    told = drawing("--steps", "1", "--output", str(base / "file"))

    assert told.code == 3
    assert "Traceback" not in told.err
    assert told.out == ""


def test_a_disk_that_takes_no_more_leaves_no_half_written_file(base: Path):
    resource = pytest.importorskip("resource", reason="only POSIX can limit what is written")
    use_built_in_model(base)

    done = subprocess.run(
        [*RUN, "--steps", "1", "--width", "128", "--no-cache", "--base-directory", str(base)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},  # it would be cut, and found by others
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)),
    )

    assert done.returncode == 3
    assert "can not be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert list((base / "output").iterdir()) == []


def test_ctrl_c_ends_with_130_and_leaves_no_file(base: Path):
    use_built_in_model(base)
    process = subprocess.Popen(
        [*RUN, "--steps", "10000", "--base-directory", str(base), "--debug"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    while "Loaded model" not in process.stderr.readline():
        assert process.poll() is None

    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)

    assert process.returncode == 130
    assert out == ""
    assert not (base / "output").exists()


def test_a_prompt_of_ten_thousand_words_runs(drawing: Callable[..., Told]):
    told = drawing("--prompt", "apple " * 10_000, "--steps", "1", "--width", "64", "--height", "64")

    assert told.code == 0


def test_a_failed_job_does_not_stop_the_ones_after_it(base: Path, run: Callable[..., Told]):
    (base / "input" / "good.png").write_bytes((ROOT / "input" / "example.png").read_bytes())
    (base / "input" / "bad.png").write_bytes(b"no picture")
    nodes = {
        "1": {"type": "LoadImage", "values": {"image": "good.png"}},
        "2": {"type": "SaveImage", "links": {"images": ["1", 0]}},
    }
    exposed = [{"name": "image", "targets": [["1", "image"]]}]
    lines = base / "lines.txt"
    lines.write_text("--image bad.png\n--image good.png\n")

    told = run(written(base, nodes, inputs=exposed), "--from-file", str(lines))

    assert told.code == 3
    assert told.out.splitlines() == [str(base / "output" / "ComfyUI_00001_.png")]


@pytest.mark.parametrize(("size", "told"), [("4X", '"4X" is no size'), ("0", "leaves no room")])
def test_a_memory_that_cannot_be_is_told(run: Callable[..., Told], size: str, told: str):
    answer = run(TEXT_TO_IMAGE, "--memory", size)

    assert answer.code == 2
    assert told in answer.err
    assert "Traceback" not in answer.err
