from __future__ import annotations

import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.config import Config
from engine.packs.pack import PackRecord
from engine.packs.shelf import PackShelf
from engine.paths import Folders
from engine.registry import PACK_PREFIX

Write = Callable[..., Path]
MakeShelf = Callable[..., PackShelf]

#: Built-in ids as shelves of these tests know them.
BUILT_INS = ("KSampler", "SaveImage")


def declared(name: str, *, gives: int = 1, before: str = "") -> str:
    """Return a module with one node: `name` without blanks is its id."""
    return f"""\
from engine import node
{before}

@node(category="toy", title="{name}", lane="inline")
def {name.replace(" ", "_").lower()}(value: int = 1) -> int:
    \"\"\"Give {gives}.\"\"\"
    return {gives}
"""


@pytest.fixture(autouse=True)
def _clean_modules() -> Iterator[None]:
    """Leave no module of a pack and no stand-in of a stream behind."""
    streams = sys.stdin, sys.stdout
    yield
    sys.stdin, sys.stdout = streams
    for name in [name for name in sys.modules if name.startswith(PACK_PREFIX)]:
        del sys.modules[name]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return an installation with an empty custom_nodes/."""
    (tmp_path / "custom_nodes").mkdir()
    return tmp_path


@pytest.fixture
def folders(home: Path) -> Folders:
    return Folders.at(home)


@pytest.fixture
def write(home: Path) -> Write:
    """Return a writer of packs: `write("a", text)` for a folder, `write("a.py", text)` for a file;
    further files of the folder by keyword, with `__` for a dot."""

    def write_pack(name: str, text: str = "", **files: str) -> Path:
        path = home / "custom_nodes" / name
        if name.endswith(".py"):
            path.write_text(textwrap.dedent(text), encoding="utf-8")
            return path
        path.mkdir(exist_ok=True)
        (path / "__init__.py").write_text(textwrap.dedent(text), encoding="utf-8")
        for file, content in files.items():
            (path / file.replace("__", ".")).write_text(textwrap.dedent(content), encoding="utf-8")
        return path

    return write_pack


@pytest.fixture
def make_shelf(folders: Folders) -> MakeShelf:
    """Return a maker of shelves; each is what a new process would have."""

    def make(*disabled: str, **settings: Any) -> PackShelf:
        return PackShelf(folders, Config(disabled_packs=list(disabled)), BUILT_INS, **settings)

    return make


@pytest.fixture
def only(make_shelf: MakeShelf) -> Callable[[], PackRecord]:
    """Return a lister of the only pack there is."""

    def only_record() -> PackRecord:
        (record,) = make_shelf().packs()
        return record

    return only_record


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Return what packs with `import gate; gate.event.wait()` wait for; opened at the end."""
    event = threading.Event()
    monkeypatch.setitem(sys.modules, "gate", SimpleNamespace(event=event))
    yield event
    event.set()


@pytest.fixture
def imports(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names that packs with `import tally; tally.names.append(…)` leave."""
    names: list[str] = []
    monkeypatch.setitem(sys.modules, "tally", SimpleNamespace(names=names))
    return names


def tallied(name: str, title: str = "") -> str:
    """Return a module with one node that notes when it is imported."""
    return declared(title or name, before=f"import tally; tally.names.append({name!r})")
