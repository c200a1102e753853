from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.packs import discovery
from engine.packs.discovery import Digests, discover
from tests.packs.conftest import Write, declared


def names(*folders: Path) -> list[str]:
    return [pack.name for pack in discover(folders, Digests()).packs]


def code(path: Path) -> str:
    return Digests().of(path)


def test_files_and_folders_are_packs_by_name(home: Path, write: Write):
    write("b.py")
    write("a")

    assert names(home / "custom_nodes") == ["a", "b"]


@pytest.mark.parametrize("name", ["a pack", "a.pack.v2", "ünï-包", "1st", "class"])
def test_any_name_of_a_folder_will_do(home: Path, write: Write, name: str):
    write(name)

    assert names(home / "custom_nodes") == [name]


@pytest.mark.parametrize("name", ["a.disabled", ".hidden", "__pycache__"])
def test_some_folders_are_skipped(home: Path, write: Write, name: str):
    write(name)

    assert names(home / "custom_nodes") == []


def test_what_is_no_python_is_no_pack(home: Path):
    (home / "custom_nodes" / "README.md").touch()
    (home / "custom_nodes" / "notes").mkdir()
    (home / "custom_nodes" / "old.py.disabled").touch()

    found = discover([home / "custom_nodes"], Digests())

    assert (found.packs, found.refused) == ([], [])


def test_a_missing_folder_has_no_packs(home: Path):
    assert names(home / "nowhere") == []


def test_a_folder_that_cannot_be_listed_is_told(home: Path):
    (home / "file").touch()

    ((_, problem),) = discover([home / "file"], Digests()).refused

    assert "can not be read" in problem.message
    assert problem.file == str(home / "file")


def test_a_pack_that_may_not_be_looked_into_is_told(home: Path, write: Write):
    path = write("closed")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")

    ((pack, problem),) = discover([home / "custom_nodes"], Digests()).refused
    path.chmod(0o700)

    assert pack.name == "closed"
    assert "can not be read: Permission denied" in problem.message


def test_of_two_packs_with_one_name_the_first_folders_stays(home: Path, write: Write):
    write("twin")
    (home / "more" / "twin").mkdir(parents=True)
    (home / "more" / "twin" / "__init__.py").touch()

    found = discover([home / "custom_nodes", home / "more"], Digests())

    assert [pack.path for pack in found.packs] == [home / "custom_nodes" / "twin"]
    ((pack, problem),) = found.refused
    assert pack.path == home / "more" / "twin"
    assert str(home / "custom_nodes" / "twin") in problem.message


def test_a_linked_pack_is_one(home: Path):
    (home / "elsewhere").mkdir()
    (home / "elsewhere" / "__init__.py").touch()
    (home / "custom_nodes" / "linked").symlink_to(home / "elsewhere")

    assert names(home / "custom_nodes") == ["linked"]


def test_links_in_circles_are_left_out(home: Path, write: Write):
    (home / "custom_nodes" / "circle").symlink_to(home / "custom_nodes" / "circle")
    (write("a") / "again").symlink_to(home / "custom_nodes")

    assert names(home / "custom_nodes") == ["a"]


def test_a_digest_follows_the_content_of_every_python_file(write: Write):
    path = write("a", "x = 1", sub__py="y = 1")
    before = code(path)

    (path / "sub.py").write_text("y = 2")

    assert code(path) != before


def test_a_digest_follows_names(write: Write):
    path = write("a", "", one__py="y = 1")
    before = code(path)

    (path / "one.py").rename(path / "two.py")

    assert code(path) != before


def test_a_digest_is_the_same_wherever_the_pack_lies(home: Path, write: Write):
    path = write("a", "x = 1")
    before = code(path)

    assert code(path.rename(home / "b")) == before


@pytest.mark.parametrize("folder", [".git", ".venv", "node_modules", "__pycache__"])
def test_a_digest_leaves_out_what_is_not_the_packs_code(write: Write, folder: str):
    path = write("a")
    before = code(path)

    (path / folder).mkdir()
    (path / folder / "tool.py").write_text("x = 1")
    (path / "README.md").write_text("about")

    assert code(path) == before


def test_files_that_did_not_change_are_not_read_again(
    write: Write, monkeypatch: pytest.MonkeyPatch
):
    path = write("a", declared("A"))
    digests = Digests()
    before = digests.of(path)
    monkeypatch.setattr(discovery, "_digest", lambda *_: pytest.fail("was read"))

    assert digests.of(path) == before


def test_a_changed_file_is_read_again(write: Write):
    path = write("a", "x = 1")
    digests = Digests()
    before = digests.of(path)

    write("a", "x = 2")
    os.utime(path / "__init__.py", ns=(0, 0))

    assert digests.of(path) != before


@pytest.mark.parametrize("name", ["gone", "gone.py"])
def test_a_link_that_leads_nowhere_is_told(home: Path, write: Write, name: str):
    write("a")
    (home / "custom_nodes" / name).symlink_to(home / "nowhere")

    found = discover([home / "custom_nodes"], Digests())

    assert [pack.name for pack in found.packs] == ["a"]
    ((pack, problem),) = found.refused
    assert pack.name == name
    assert "can not be read: No such file or directory" in problem.message


def test_links_in_a_circle_are_told(home: Path, write: Write):
    write("a")
    (home / "custom_nodes" / "b").symlink_to("c")
    (home / "custom_nodes" / "c").symlink_to("b")

    found = discover([home / "custom_nodes"], Digests())

    assert [pack.name for pack in found.packs] == ["a"]
    assert [pack.name for pack, _ in found.refused] == ["b", "c"]
    assert "symbolic links" in found.refused[0][1].message


@pytest.mark.parametrize("name", [b"p\xff", b"a\nb"])
def test_a_name_that_is_no_text_is_told(home: Path, write: Write, name: bytes):
    write("a")
    write(os.fsdecode(name))

    found = discover([home / "custom_nodes"], Digests())

    assert [pack.name for pack in found.packs] == ["a"]
    assert "A pack can not be named" in found.refused[0][1].message
