from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.errors import PathError
from engine.model_folders import listing
from engine.paths import Folders
from tests.model_files import put

LONG_AGO = 1_600_000_000
needs_links = pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege")


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    (tmp_path / "models/loras").mkdir(parents=True)
    return Folders.at(tmp_path)


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of folders that are read, in order."""
    names: list[str] = []
    scandir = os.scandir

    def noting(path: Any) -> Iterator[os.DirEntry[str]]:
        names.append(Path(path).name)
        return scandir(path)

    monkeypatch.setattr(listing.os, "scandir", noting)
    return names


def loras(folders: Folders) -> Path:
    return folders.base / "models/loras"


def age(root: Path) -> None:
    """Let a folder and those below be long unchanged."""
    for folder in [root, *(path for path in root.rglob("*") if path.is_dir())]:
        os.utime(folder, (LONG_AGO, LONG_AGO))


# reading folders once


def test_a_folder_that_did_not_change_is_not_read_again(folders: Folders, scanned: list[str]):
    put(loras(folders), "a.pt", "sub/b.pt")
    age(loras(folders))
    first = folders.names("loras")
    scanned.clear()

    assert folders.names("loras") == first == ["a.pt", "sub/b.pt"]
    assert scanned == []


def test_only_the_folder_that_changed_is_read_again(folders: Folders, scanned: list[str]):
    put(loras(folders), "one/a.pt", "two/b.pt")
    age(loras(folders))
    folders.names("loras")
    scanned.clear()
    put(loras(folders), "two/c.pt")

    assert folders.names("loras") == ["one/a.pt", "two/b.pt", "two/c.pt"]
    assert scanned == ["two"]


def test_a_folder_that_changed_just_now_is_read_again(folders: Folders):
    put(loras(folders), "a.pt")
    folders.names("loras")
    times = loras(folders).stat().st_atime_ns, loras(folders).stat().st_mtime_ns
    put(loras(folders), "b.pt")
    os.utime(loras(folders), ns=times)

    assert folders.names("loras") == ["a.pt", "b.pt"]


def test_a_file_that_is_gone_is_not_listed(folders: Folders):
    put(loras(folders), "a.pt", "b.pt")
    age(loras(folders))
    folders.names("loras")
    (loras(folders) / "a.pt").unlink()

    assert folders.names("loras") == ["b.pt"]


@needs_links
def test_a_link_whose_target_is_gone_is_not_listed(folders: Folders, tmp_path: Path):
    put(tmp_path, "elsewhere/a.pt")
    (loras(folders) / "a.pt").symlink_to(tmp_path / "elsewhere/a.pt")
    age(loras(folders))
    first = folders.names("loras")
    (tmp_path / "elsewhere/a.pt").unlink()

    assert first == ["a.pt"]
    assert folders.names("loras") == []


@needs_links
def test_a_new_file_behind_a_link_is_listed(folders: Folders, tmp_path: Path):
    put(tmp_path, "elsewhere/a.pt")
    (loras(folders) / "there").symlink_to(tmp_path / "elsewhere")
    age(loras(folders))
    age(tmp_path / "elsewhere")
    folders.names("loras")
    put(tmp_path, "elsewhere/b.pt")

    assert folders.names("loras") == ["there/a.pt", "there/b.pt"]


# what can not be used


def test_the_history_of_git_is_skipped(folders: Folders):
    put(loras(folders), "a.pt", ".git/b.pt", "sub/.git/c.pt")

    assert folders.names("loras") == ["a.pt"]


@needs_links
def test_links_that_lead_nowhere_or_in_circles_are_told(folders: Folders):
    root = loras(folders)
    put(root, "sub/a.pt")
    (root / "gone.pt").symlink_to("nothing")
    (root / "ping").symlink_to("pong")
    (root / "pong").symlink_to("ping")
    (root / "sub/up").symlink_to(root)

    assert folders.names("loras") == ["sub/a.pt"]
    assert folders.problems("loras") == [
        f'The link "{root}/gone.pt" leads nowhere.',
        f'The link "{root}/ping" leads in a circle.',
        f'The link "{root}/pong" leads in a circle.',
        f'The link "{root}/sub/up" leads in a circle.',
    ]


@needs_links
def test_two_folders_that_link_to_each_other_are_listed_once(folders: Folders, tmp_path: Path):
    put(tmp_path, "elsewhere/b.pt")
    put(loras(folders), "a.pt")
    (loras(folders) / "there").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere/back").symlink_to(loras(folders))

    assert folders.names("loras") == ["a.pt", "there/b.pt"]


def test_a_folder_without_permission_is_told_and_the_rest_goes_on(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
):
    put(loras(folders), "a.pt", "locked/b.pt", "sub/c.pt")
    scandir = os.scandir

    def refusing(path: str) -> Iterator[os.DirEntry[str]]:
        if path.endswith("locked/"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(listing.os, "scandir", refusing)

    assert folders.names("loras") == ["a.pt", "sub/c.pt"]
    assert folders.problems("loras") == [
        f'The folder "{loras(folders)}/locked" can not be read: Permission denied.'
    ]


def test_a_root_that_is_a_file_is_told(folders: Folders):
    put(folders.base, "models/vae")

    assert folders.names("vae") == []
    assert "can not be read: Not a directory" in folders.problems("vae")[0]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
@pytest.mark.parametrize("name", [b"a\xff.pt", b"a\\b.pt"])
def test_a_file_that_no_workflow_can_name_is_told(name: bytes, folders: Folders):
    (loras(folders) / os.fsdecode(name)).touch()

    assert folders.names("loras") == []
    assert "can not be named in a workflow" in folders.problems("loras")[0]
    assert folders.problems("loras")[0].encode()


@pytest.mark.skipif(sys.platform == "win32", reason="has no named pipes")
def test_pipe_is_no_file(folders: Folders):
    os.mkfifo(loras(folders) / "a.safetensors")
    (loras(folders) / "b.safetensors").symlink_to("a.safetensors")

    assert folders.names("loras") == []
    assert "leads to a pipe or a device" in folders.problems("loras")[0]


# models that nodes saved


@needs_links
def test_links_among_saved_models_lead_nowhere_else(folders: Folders, tmp_path: Path):
    saved = folders.output / "loras"
    put(saved, "mine.pt")
    put(tmp_path / "elsewhere", "secret.pt")
    (saved / "link.pt").symlink_to(tmp_path / "elsewhere" / "secret.pt")

    assert folders.names("loras") == ["mine.pt"]
    with pytest.raises(PathError, match="leads out"):
        folders.find("loras", "link.pt")


def test_a_model_of_the_operator_comes_before_a_saved_one_of_its_name(folders: Folders):
    put(folders.output / "loras", "a.pt")
    assert folders.find("loras", "a.pt") == (folders.output / "loras/a.pt").resolve()

    put(loras(folders), "a.pt")

    assert folders.find("loras", "a.pt") == loras(folders) / "a.pt"
    assert folders.names("loras") == ["a.pt"]
