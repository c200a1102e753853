"""Every model with what is known of it; headers are read once and remembered in the index."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import EngineError, PathError
from engine.model_folders.about import in_header
from engine.store.model_index import ModelIndex, State

if TYPE_CHECKING:
    from engine.paths import Folders

#: Descriptions are written in groups of so many.
GROUP = 200


@dataclass(frozen=True)
class Entry:
    """One model.

    Attributes:
        about: family, parts, dtype and so on from its header, or a "problem".
        sha256: where it has been computed.
    """

    kind: str
    name: str
    path: Path
    size_bytes: int
    about: Mapping[str, Any] = field(default_factory=dict[str, Any])
    sha256: str | None = None


def catalogue(folders: Folders, index: ModelIndex, kinds: Iterable[str]) -> Iterator[Entry]:
    """Yield every model of some kinds; a file that vanishes meanwhile is left out."""
    return entries(folders, index, ((kind, name) for kind in kinds for name in folders.names(kind)))


def entries(
    folders: Folders, index: ModelIndex, wanted: Iterable[tuple[str, str]]
) -> Iterator[Entry]:
    """Yield models by kind and name; those that are not there, or can not be read, are left out."""
    fresh: list[tuple[Path, State, Mapping[str, Any]]] = []
    try:
        for kind, name in wanted:
            try:
                path = folders.find(kind, name)
                yield _entry(kind, name, path, index, fresh)
            except (EngineError, OSError):
                continue
            if len(fresh) >= GROUP:
                index.put_about(fresh)
                fresh.clear()
    finally:
        index.put_about(fresh)


def model_files(folders: Folders, kinds: Iterable[str]) -> Iterator[Path]:
    """Yield the files of some kinds, for hashing; diffusers folders have no hash."""
    for kind in kinds:
        for name in folders.names(kind):
            with contextlib.suppress(PathError):  # gone since it was listed
                if (path := folders.find(kind, name)).is_file():
                    yield path


def _entry(kind: str, name: str, path: Path, index: ModelIndex, fresh: list[Any]) -> Entry:
    if path.is_dir():
        size = sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
        return Entry(kind, name, path, size, describe(path))
    state = State.of(path)
    known = index.known(path, state)
    described = known.about
    if described is None:
        described = describe(path)
        fresh.append((path, state, described))
    return Entry(kind, name, path, state.size, described, known.sha256)


def describe(path: Path) -> dict[str, Any]:
    """Return what a header tells, in JSON's types; why it can not be read is a "problem"."""
    from engine.diffusion.model_files.describe import describe_file

    try:
        info = describe_file(path)
    except EngineError as problem:
        return {"problem": problem.message}
    said = in_header(info.metadata)
    told = {"what": info.what, "family": info.family, "parts": list(info.parts)}
    return {
        **told,
        "dtype": info.dtype,
        "told_by": dict(info.told_by),
        "header": {key: value for key, value in said.items() if value},
    }
