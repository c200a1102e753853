"""Which packs lie in the folders of packs, and what each is by the content of its Python files."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.packs.pack import Pack, PackProblem, is_name

SUFFIX = ".py"
ENTRANCE = "__init__.py"
#: Folders inside a pack that hold no code of it; hidden ones hold none either.
SKIPPED = frozenset({"__pycache__", "node_modules"})


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found.

    Attributes:
        packs: in the order of the folders, then of their names; the first of a name.
        refused: what cannot be read, and packs whose name another one has already.
    """

    packs: list[Pack] = field(default_factory=list[Pack])
    refused: list[tuple[Pack, PackProblem]] = field(default_factory=list[tuple[Pack, PackProblem]])


@dataclass(slots=True)
class Digests:
    """Digests of packs, remembered under the state of their files.

    Attributes:
        known: path of a pack -> (stamp, code); the stamp covers each file's path, inode, size and
            time of change, so that a pack whose files did not change is not read.
    """

    known: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])

    def of(self, path: Path) -> str:
        """Return the digest of a pack's Python files by their names and contents.

        Raises:
            OSError: a file cannot be read.
        """
        files = sorted(python_files(path))
        stamp = hashlib.sha256()
        for name, status in files:
            state = f"{name}\0{status.st_ino}\0{status.st_size}\0{status.st_mtime_ns}\0"
            stamp.update(state.encode(errors="surrogateescape"))
        stamped = stamp.hexdigest()
        before = self.known.get(str(path))
        if before is None or before[0] != stamped:
            before = self.known[str(path)] = stamped, _digest(path, [name for name, _ in files])
        return before[1]


def python_files(path: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Yield the Python files of a pack with their states, by names relative to it.

    Links to folders are not followed: one may lead to a disk full of models, or in a circle.
    """
    if path.is_file():
        yield path.name, path.stat()
        return
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        with os.scandir(path / prefix) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if not entry.name.startswith(".") and entry.name not in SKIPPED:
                        waiting.append(f"{prefix}{entry.name}/")
                elif entry.name.endswith(SUFFIX) and entry.is_file():
                    yield prefix + entry.name, entry.stat()


def discover(folders: Iterable[Path], digests: Digests, disabled: Collection[str] = ()) -> Found:
    """Return the packs of these folders; the code of disabled ones is not looked at."""
    found = Found()
    first: dict[str, Path] = {}
    for folder in folders:
        try:
            paths = _entries(folder)
        except OSError as problem:
            found.refused.append((Pack(folder.name, folder, ""), _unreadable(folder, problem)))
            continue
        for path in paths:
            name = path.name.removesuffix(SUFFIX) if path.is_file() else path.name
            if name in first:
                found.refused.append((Pack(name, path, ""), _double(name, first[name])))
                continue
            first[name] = path
            if not is_name(name):  # a file's name may hold any bytes
                found.refused.append((Pack(name, path, ""), _unnameable(path)))
                continue
            try:
                code = "" if name in disabled else digests.of(path)
            except OSError as problem:
                found.refused.append((Pack(name, path, ""), _unreadable(path, problem)))
                continue
            found.packs.append(Pack(name, path, code))
    return found


def _entries(folder: Path) -> list[Path]:
    """Return what in a folder is a pack, sorted by name."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return []
    return [folder / entry.name for entry in entries if _is_pack(entry)]


def _is_pack(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith(".") or entry.name.endswith(".disabled"):
        return False
    try:
        if entry.is_dir():
            return entry.name not in SKIPPED and _has_entrance(entry.path)
        if entry.is_file():
            return entry.name.endswith(SUFFIX) and entry.name != ENTRANCE
    except OSError:  # a link in a circle
        return True
    return entry.is_symlink()  # one that leads nowhere is told


def _has_entrance(folder: str) -> bool:
    """Say whether a folder is a pack; one that may not be looked into is told later."""
    is_closed = not os.access(folder, os.R_OK | os.X_OK)
    return is_closed or os.path.isfile(f"{folder}/{ENTRANCE}")  # noqa: PTH113 asked for every folder


def _digest(path: Path, names: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for name in names:
        content = (path / name if path.is_dir() else path).read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode(errors="surrogateescape"))
        digest.update(content)
    return digest.hexdigest()


def _unnameable(path: Path) -> PackProblem:
    told = f"A pack can not be named {path.name!a}. Rename it with letters that can be shown."
    return PackProblem(told, str(path))


def _double(name: str, first: Path) -> PackProblem:
    return PackProblem(
        f'Another pack is named "{name}" and comes first: "{first}". Rename or remove one of them.'
    )


def _unreadable(path: Path, problem: OSError) -> PackProblem:
    return PackProblem(f"It can not be read: {problem.strerror or problem}.", str(path))
