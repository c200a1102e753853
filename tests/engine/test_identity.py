from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from engine.errors import PathError
from engine.files import identity
from engine.files.identity import file_identity


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(range(256)) * 16)
    return path


@pytest.fixture
def is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file of 4 KB be a large one."""
    monkeypatch.setattr(identity, "WHOLE_BELOW", 1024)
    monkeypatch.setattr(identity, "BLOCK", 16)
    monkeypatch.setattr(identity, "_known", {})


def test_a_file_is_its_sha256(file: Path):
    assert file_identity(file) == hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_moved_file_is_the_same(file: Path, tmp_path: Path):
    before = file_identity(file)

    assert file_identity(file.rename(tmp_path / "b.bin")) == before


def test_an_edited_file_is_another(file: Path):
    before = file_identity(file)
    file.write_bytes(b"new")

    assert file_identity(file) != before


def test_a_touched_file_is_the_same(file: Path):
    before = file_identity(file)
    os.utime(file, ns=(0, 0))

    assert file_identity(file) == before


def test_a_known_file_is_not_read_again(file: Path, monkeypatch: pytest.MonkeyPatch):
    before = file_identity(file)
    monkeypatch.setattr(identity, "_digest", None)

    assert file_identity(file) == before


def test_a_file_that_is_not_there_is_a_path_error(tmp_path: Path):
    with pytest.raises(PathError, match=r'"none.bin" can not be read: No such file or directory'):
        file_identity(tmp_path / "none.bin")


def changed_at(file: Path, place: int) -> str:
    """Return the identity with one byte changed and the time of change kept."""
    times = file.stat().st_atime_ns, file.stat().st_mtime_ns
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    other = file.with_name(f"changed at {place}")
    other.write_bytes(data)
    os.utime(other, ns=times)
    return file_identity(other)


@pytest.mark.usefixtures("is_large")
def test_a_large_file_is_known_by_samples(file: Path):
    before = file_identity(file)

    assert before.startswith("sampled-")
    assert changed_at(file, 0) != before
    assert changed_at(file, -1) != before
    assert changed_at(file, 255) != before
    assert changed_at(file, 100) == before


@pytest.mark.usefixtures("is_large")
def test_a_large_file_is_also_known_by_its_time_and_size(file: Path):
    before = file_identity(file)
    os.utime(file, ns=(0, 0))
    touched = file_identity(file)
    with file.open("ab") as end:
        end.write(b"x")
    os.utime(file, ns=(0, 0))

    assert len({before, touched, file_identity(file)}) == 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    (folder / "unet").mkdir(parents=True)
    (folder / "index.json").write_text("{}")
    (folder / "unet" / "weights").write_text("abc")
    return folder


def test_a_folder_is_what_its_files_are(folder: Path, tmp_path: Path):
    before = file_identity(folder)
    moved = folder.rename(tmp_path / "moved")

    assert file_identity(moved) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "unet/weights").write_text("abd"),
        lambda folder: (folder / "unet/weights").rename(folder / "unet/other"),
        lambda folder: (folder / "unet/weights").unlink(),
        lambda folder: (folder / "new").touch(),
    ],
)
def test_a_folder_with_other_files_is_another(folder: Path, change: object):
    before = file_identity(folder)
    assert callable(change)
    change(folder)

    assert file_identity(folder) != before
