"""A pack that takes the program down is named at the next start, and the others go on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli import main
from engine.packs.marks import FOLDER, Mark, left_over
from engine.packs.pack import Pack, PackRecord
from engine.paths import Folders
from engine.workflow import HOME
from tests.packs.conftest import MakeShelf, Write, declared

ENDS = "import os\nos._exit(9)\n"


def list_packs(base: Path) -> int:
    """Run `packs` in a process of its own and return its exit code."""
    command = [sys.executable, "main.py", "packs", "--base-directory", str(base)]
    return subprocess.run(command, cwd=HOME, capture_output=True, check=False).returncode


def records(make_shelf: MakeShelf) -> dict[str, PackRecord]:
    return {each.name: each for each in make_shelf().packs()}


@pytest.fixture
def died(write: Write, tmp_path: Path) -> None:
    """One process has died of the pack "bad", beside which lies "good"."""
    write("bad", ENDS)
    write("good", declared("Good"))
    assert list_packs(tmp_path) == 9


@pytest.mark.usefixtures("died")
def test_it_is_named_and_the_others_are_read(make_shelf: MakeShelf):
    found = records(make_shelf)

    assert (found["bad"].state, found["good"].state) == ("failed", "ok")
    assert "The program ended while this pack was imported" in str(found["bad"].problems[0])


@pytest.mark.usefixtures("died")
def test_it_is_not_tried_again_by_itself(make_shelf: MakeShelf, tmp_path: Path):
    assert [list_packs(tmp_path), list_packs(tmp_path)] == [0, 0]
    assert records(make_shelf)["bad"].state == "failed"


@pytest.mark.usefixtures("died")
def test_it_is_tried_again_when_its_files_change(make_shelf: MakeShelf, write: Write):
    write("bad", declared("Mended"))

    assert records(make_shelf)["bad"].nodes == ("Mended",)


@pytest.mark.usefixtures("died")
def test_enabling_it_has_it_tried_again(tmp_path: Path):
    base = str(tmp_path)
    assert main(["packs", "enable", "bad", "--base-directory", base]) == 0

    assert list_packs(tmp_path) == 9


def test_import_that_ended_leaves_no_mark(make_shelf: MakeShelf, write: Write, folders: Folders):
    write("good", declared("Good"))
    write("fails", "raise SystemExit(1)")
    make_shelf().packs()

    assert list((folders.cache / FOLDER).iterdir()) == []


def test_mark_of_an_import_that_goes_on_is_left_alone(folders: Folders, tmp_path: Path):
    mark = Mark(folders.cache, Pack("slow", tmp_path / "slow", "abc"))

    assert left_over(folders.cache) == {}
    mark.remove()


def test_process_that_ends_as_it_should_takes_its_marks_along(folders: Folders, tmp_path: Path):
    Mark(folders.cache, Pack("slow", tmp_path / "slow", "abc"))
    Mark.remove_all()

    assert list((folders.cache / FOLDER).iterdir()) == []


def test_damaged_mark_is_passed_over(folders: Folders):
    (folders.cache / FOLDER).mkdir(parents=True)
    (folders.cache / FOLDER / "1-x").write_text("{")

    assert left_over(folders.cache) == {}
