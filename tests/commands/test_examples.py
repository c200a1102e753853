"""What a new installation begins with."""

from __future__ import annotations

from pathlib import Path

from engine.cli import main
from engine.commands.examples import NAMES, give_examples
from engine.paths import Folders
from engine.workflow import HOME


def test_a_new_installation_has_the_pictures_that_bundled_workflows_begin_with(tmp_path: Path):
    folders = Folders.at(tmp_path)

    give_examples(folders)

    assert sorted(each.name for each in folders.input.iterdir()) == sorted(NAMES)
    assert sorted(NAMES) == sorted(each.name for each in (HOME / "input").glob("*.png"))


def test_an_empty_input_folder_gets_them_too(tmp_path: Path):
    folders = Folders.at(tmp_path)
    folders.input.mkdir()

    give_examples(folders)

    assert sorted(each.name for each in folders.input.iterdir()) == sorted(NAMES)


def test_an_input_folder_that_holds_something_is_left_as_it_is(tmp_path: Path):
    folders = Folders.at(tmp_path)
    folders.input.mkdir()
    (folders.input / "mine.png").touch()

    give_examples(folders)

    assert [each.name for each in folders.input.iterdir()] == ["mine.png"]


def test_a_user_that_is_added_has_them_in_a_folder_of_their_own(tmp_path: Path):
    assert main(["users", "add", "ada", "--base-directory", str(tmp_path)]) == 0

    inputs = Folders.at(tmp_path).of("ada").input
    assert sorted(each.name for each in inputs.iterdir()) == sorted(NAMES)
