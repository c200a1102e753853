from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from engine import code_identity
from engine.code_identity import LIBRARIES, built_in_code, library_version

digest = built_in_code.__wrapped__


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a checkout with three files, which the identity is taken of."""
    for name in ("engine/a.py", "engine/sub/b.py", "nodes/c.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"# {name}")
    monkeypatch.setattr(code_identity, "__file__", str(tmp_path / "engine" / "code_identity.py"))
    monkeypatch.setattr(code_identity, "library_version", lambda name: "1")
    return tmp_path


def test_the_same_sources_have_one_identity(root: Path):
    assert digest() == digest()


def test_a_moved_checkout_has_the_same_identity(root: Path, monkeypatch: pytest.MonkeyPatch):
    before = digest()
    moved = root.rename(root.with_name("moved"))
    monkeypatch.setattr(code_identity, "__file__", str(moved / "engine" / "code_identity.py"))

    assert digest() == before


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "engine/a.py").write_text("# b"),
        lambda root: (root / "engine/sub/b.py").write_text("# c"),
        lambda root: (root / "nodes/c.py").rename(root / "nodes/d.py"),
        lambda root: (root / "nodes/c.py").unlink(),
        lambda root: (root / "nodes/e.py").touch(),
    ],
)
def test_other_sources_have_another_identity(root: Path, change: Callable[[Path], object]):
    before = digest()
    change(root)

    assert digest() != before


@pytest.mark.parametrize("name", ["engine/a.pyc", "engine/notes.txt", "tests/a.py", "main.py"])
def test_other_files_do_not_count(root: Path, name: str):
    before = digest()
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).touch()

    assert digest() == before


@pytest.mark.parametrize("library", LIBRARIES)
def test_another_version_of_a_library_is_another_identity(
    library: str, root: Path, monkeypatch: pytest.MonkeyPatch
):
    before = digest()
    monkeypatch.setattr(
        code_identity, "library_version", lambda name: "2" if name == library else "1"
    )

    assert digest() != before


def test_the_version_of_a_package_is_the_installed_one():
    assert library_version("pytest") == version("pytest")


def test_a_package_that_is_not_there_has_no_version():
    assert library_version("no-such-package") == ""
