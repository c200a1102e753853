"""What a process loads: torch comes late, and `--help` answers at once."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TORCH = ("torch", "diffusers", "transformers", "safetensors", "scipy", "torchsde")
#: Runs a module or statement and then tells which of the named packages are loaded.
PROBE = """
import contextlib, io, sys
sys.path.insert(0, {root!r})
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
{code}
print(",".join(sorted(name for name in {names!r} if name in sys.modules)))
"""


def loaded(code: str, names: tuple[str, ...]) -> str:
    """Return which of the packages are loaded in a fresh process after `code`."""
    probe = PROBE.format(root=str(ROOT), code=f"    {code}", names=names)
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def command(*words: str) -> str:
    return f"from engine.cli import main; main({list(words)!r})"


def test_engine_is_imported_without_torch():
    assert loaded("import engine", TORCH) == ""


def test_library_names_are_imported_without_torch():
    assert loaded("from engine import Workflow, node, Latent", TORCH) == ""


@pytest.mark.parametrize("words", [("nodes",), ("nodes", "--json"), ("models",)])
def test_command_that_computes_nothing_loads_no_torch(words: tuple[str, ...]):
    assert loaded(command(*words), ("torch", "diffusers", "transformers")) == ""


def test_help_of_a_workflow_loads_no_torch():
    assert loaded(command("run", "text_to_image.json", "--help"), TORCH) == ""


def test_workflow_of_plain_nodes_runs_without_torch_and_networkx(tmp_path: Path):
    path = tmp_path / "plain.json"
    path.write_text(
        '{"format": "sfumato", "version": 1, "nodes": {'
        '"1": {"type": "PrimitiveInt", "values": {"value": 3}},'
        '"2": {"type": "PreviewAny", "links": {"source": ["1", 0, "INT"]}}}}'
    )
    words = ("run", str(path), "--base-directory", str(tmp_path))

    assert loaded(command(*words), ("torch", "diffusers", "transformers", "networkx")) == ""


def test_help_loads_nothing_heavy():
    heavy = (*TORCH, "networkx", "numpy", "PIL", "nodes", "engine.engine", "aiohttp")

    assert loaded(command("--help"), heavy) == ""


def test_help_of_the_program_answers():
    done = subprocess.run(
        [sys.executable, "main.py", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0
    assert "run a workflow file" in done.stdout
