"""What one reading of a file shares: definitions, notes, and the lists of models to download."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from engine.importers.report import Note
from engine.importers.ui.plain import mapping, sequence, text

if TYPE_CHECKING:
    from engine.importers.ui.definition import Definition
    from engine.spec import NodeSpec

_MODEL_KEYS = ("name", "directory", "url", "hash", "hash_type")


class Specs(Protocol):
    """Where node definitions are found."""

    def get(self, type_id: str, /) -> NodeSpec | None:
        """Return the definition of a type, or None."""
        ...


@dataclass(slots=True)
class Reading:
    """One reading of a file.

    Attributes:
        definitions: the file's subgraphs by id.
        models: download lists of all nodes, by what they say of a model.
    """

    registry: Specs
    definitions: dict[str, Definition] = field(default_factory=dict[str, "Definition"])
    _notes: dict[Note, None] = field(default_factory=dict[Note, None])
    models: dict[tuple[str, ...], dict[str, Any]] = field(
        default_factory=dict[tuple[str, ...], dict[str, Any]]
    )
    _specs: dict[str, NodeSpec | None] = field(default_factory=dict[str, "NodeSpec | None"])

    def spec(self, kind: str) -> NodeSpec | None:
        """Return the definition of a type; each type is asked for once."""
        if kind not in self._specs:
            self._specs[kind] = self.registry.get(kind)
        return self._specs[kind]

    def is_known(self, kind: str) -> bool:
        """Say whether a type has a definition."""
        return self.spec(kind) is not None

    def noter(self, level: str = "") -> Callable[[str, str, str], None]:
        """Return what takes notes of one graph: of the definition with this id, or of the root."""

        def note(node: str, name: str, message: str) -> None:
            if level and not node:
                message = f'In the subgraph "{self.title(level)}": {message}'
            found = Note(f"{level}/{node}" if level and node else node, name, message)
            self._notes.setdefault(found)

        return note

    @property
    def notes(self) -> list[Note]:
        """Return what was noted, each once."""
        return list(self._notes)

    def title(self, definition: str) -> str:
        """Return what people call a definition."""
        found = self.definitions.get(definition)
        return (found.title if found else "") or definition

    def add_models(self, listed: Any, node: str | None) -> None:
        """Add a download list; what is named twice is kept once, with all nodes that name it."""
        for raw in sequence(listed):
            given = mapping(raw)
            said = {key: text(given.get(key)) for key in _MODEL_KEYS}
            if not said["name"]:
                continue
            entry = self.models.setdefault(tuple(said.values()), {**said, "nodes": []})
            if node is not None and node not in entry["nodes"]:
                entry["nodes"].append(node)
