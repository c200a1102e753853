"""`packs new`: what it writes runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import PackError
from engine.packs.scaffold import new_pack
from engine.workflow import HOME


def test_new_pack_passes_its_own_test(tmp_path: Path):
    new_pack(tmp_path / "custom_nodes", "my_nodes")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "engine.testing.plugin"]
    environment = {**os.environ, "PYTHONPATH": str(HOME)}

    done = subprocess.run(
        [*command, "--rootdir", tmp_path, "-p", "no:cacheprovider", "custom_nodes/my_nodes"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


@pytest.mark.parametrize("name", ["my-nodes", "../x", "", "class", "a b", "x.y"])
def test_name_that_is_no_identifier_is_refused(tmp_path: Path, name: str):
    with pytest.raises(PackError, match="cannot name a pack"):
        new_pack(tmp_path, name)


@pytest.mark.parametrize("taken", ["mine.py", "mine"])
def test_taken_name_is_refused(tmp_path: Path, taken: str):
    (tmp_path / taken).mkdir()

    with pytest.raises(PackError, match="There is already"):
        new_pack(tmp_path, "mine")


def test_folder_that_cannot_be_written_is_said(tmp_path: Path):
    (tmp_path / "file").touch()

    with pytest.raises(PackError, match="can not be written"):
        new_pack(tmp_path / "file" / "custom_nodes", "mine")
