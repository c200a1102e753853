from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from engine.errors import StorageError
from engine.files.uploads import take_in
from engine.paths import Folders


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders.at(tmp_path / "base")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "cat.png"
    path.write_bytes(b"a cat")
    return path


def names(folders: Folders) -> list[str]:
    return sorted(path.name for path in folders.input.iterdir())


def test_a_file_is_copied_into_the_input_folder(source: Path, folders: Folders):
    assert take_in(source, folders) == "cat.png"
    assert (folders.input / "cat.png").read_bytes() == b"a cat"
    assert source.exists()


def test_the_same_file_is_used_again(source: Path, folders: Folders):
    take_in(source, folders)

    assert take_in(source, folders) == "cat.png"
    assert names(folders) == ["cat.png"]


def test_another_file_of_that_name_gets_a_number(source: Path, folders: Folders):
    taken = []
    for content in (b"a cat", b"two cats", b"three", b"two cats"):
        source.write_bytes(content)
        taken.append(take_in(source, folders))

    assert taken == ["cat.png", "cat (1).png", "cat (2).png", "cat (1).png"]


def test_a_file_of_the_input_folder_stays_where_it_is(folders: Folders):
    path = folders.input / "sub" / "cat.png"
    path.parent.mkdir(parents=True)
    path.touch()

    assert take_in(path, folders) == "sub/cat.png"
    assert names(folders) == ["sub"]


def test_a_folder_of_that_name_is_stepped_around(source: Path, folders: Folders):
    (folders.input / "cat.png").mkdir(parents=True)

    assert take_in(source, folders) == "cat (1).png"


def test_a_file_that_is_not_there_is_a_storage_error(tmp_path: Path, folders: Folders):
    with pytest.raises(StorageError, match="can not be copied to the input folder: No such file"):
        take_in(tmp_path / "none.png", folders)


def test_a_full_disk_leaves_no_half_written_file(
    source: Path, folders: Folders, monkeypatch: pytest.MonkeyPatch
):
    def fill(source: Path, target: Path, **_: Any) -> None:
        target.write_bytes(b"a c")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", fill)

    with pytest.raises(StorageError, match="No space left on device"):
        take_in(source, folders)
    assert names(folders) == []
