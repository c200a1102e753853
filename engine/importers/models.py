"""Models that a document names and nobody has: looked for by hash, then by file name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from engine.errors import PathError
from engine.importers.report import MissingModel
from engine.model_folders.missing import elsewhere, file_name, nearest

if TYPE_CHECKING:
    from engine.document import Document
    from engine.paths import Folders

_SHA256 = "sha256"


@dataclass(frozen=True)
class Wanted:
    """An entry of the list of models to download that a workflow brings along."""

    name: str
    directory: str = ""
    url: str = ""
    hash: str = ""
    hash_type: str = ""
    nodes: tuple[str, ...] = ()


def wanted_models(document: Document) -> list[Wanted]:
    """Return the models that a document says where to get."""
    listed = document.extra.get("models")
    entries = cast("list[Any]", listed) if isinstance(listed, list) else []
    wanted = (_wanted(cast("dict[str, Any]", each)) for each in entries if isinstance(each, dict))
    return [each for each in wanted if each.name]


def _wanted(raw: Mapping[str, Any]) -> Wanted:
    def text(key: str) -> str:
        value = raw.get(key)
        return value if isinstance(value, str) else ""

    nodes = raw.get("nodes")
    ids = tuple(str(each) for each in nodes) if isinstance(nodes, list) else ()
    return Wanted(
        text("name"), text("directory"), text("url"), text("hash"), text("hash_type"), ids
    )


class ModelSearch:
    """Looks for the models of one document; each name is looked for once."""

    def __init__(self, folders: Folders, wanted: Collection[Wanted]) -> None:
        self._folders = folders
        self._wanted = wanted
        self._found: dict[tuple[str, str], str | None] = {}

    def find(self, kind: str, name: str) -> str | None:
        """Return the name under which a kind has the model; its own where it lies there."""
        if (kind, name) not in self._found:
            self._found[kind, name] = self._find(kind, name)
        return self._found[kind, name]

    def _find(self, kind: str, name: str) -> str | None:
        try:
            self._folders.find(kind, name)
        except PathError:
            return self._by_hash(kind, name) or self._by_file_name(kind, name)
        return name

    def _by_hash(self, kind: str, name: str) -> str | None:
        for entry in self._listed(name):
            if entry.hash and entry.hash_type.lower().replace("-", "") in ("", _SHA256):
                found = self._folders.find_by_hash(entry.hash)
                if found is not None and found[0] == kind:
                    return found[1]
        return None

    def _by_file_name(self, kind: str, name: str) -> str | None:
        """Return the one file of this name; which of several is meant, a person says."""
        same = elsewhere(kind, name, self._folders)
        return same[0] if len(same) == 1 else None

    def _listed(self, name: str) -> list[Wanted]:
        return [each for each in self._wanted if file_name(each.name) == file_name(name)]

    def missing(self, kind: str, name: str) -> MissingModel:
        """Return what to say about a model that was not found, as yet of no node."""
        entry = next(iter(self._listed(name)), Wanted(name))
        near = self._near(kind, name)
        return MissingModel(name, kind, entry.url, entry.hash, entry.hash_type, [], near)

    def _near(self, kind: str, name: str) -> list[str]:
        """Return files of that name, those of other kinds too, or else the most similar names."""
        others = {
            f"{other}: {each}"
            for other in self._folders.models
            if other != kind
            for each in elsewhere(other, name, self._folders)
        }
        try:
            same = [*elsewhere(kind, name, self._folders), *sorted(others)]
            return same or nearest(kind, name, self._folders)
        except PathError:  # no kind of models is called so
            return sorted(others)

    def left(self, named: Collection[str], unknown: Mapping[str, str]) -> list[MissingModel]:
        """Return what the list says of models that only nodes of unknown types use.

        Args:
            named: file names that inputs of known nodes hold.
            unknown: id of each node whose type is unknown -> its path.
        """
        missing: dict[tuple[str, str], MissingModel] = {}
        for each in self._wanted:
            users = [unknown[node] for node in each.nodes if node in unknown]
            if file_name(each.name) in named or (each.nodes and not users):
                continue
            if self._has(each):
                continue
            near = self._near(each.directory, each.name)
            found = MissingModel(
                each.name, each.directory, each.url, each.hash, each.hash_type, users, near
            )
            missing.setdefault((each.directory, each.name), found)
        return list(missing.values())

    def _has(self, entry: Wanted) -> bool:
        try:
            return self.find(entry.directory, entry.name) is not None
        except PathError:  # no kind of models is called so
            return False
