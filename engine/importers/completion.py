"""A document that was read, put to what is here: types, model names and values that do not fit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from dataclasses import replace as changed
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from engine.document.exposed import input_behind
from engine.document.model import SUBGRAPH
from engine.errors import PathError
from engine.importers.models import ModelSearch, wanted_models
from engine.importers.places import covered_inputs, prefixes, with_nodes_changed
from engine.importers.report import CORE, MissingModel, MissingType, Note, Report
from engine.importers.write_api import inputs_of
from engine.model_folders.kinds import current_kind
from engine.model_folders.missing import file_name
from engine.widgets import FileChoice, Unfit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.document import Document, Node
    from engine.paths import Folders
    from engine.registry import Registry
    from engine.spec import InputSpec, NodeSpec

#: Letters of a value in a note, at most.
SHOWN = 60
#: A node's path, and its input.
Place = tuple[str, str]


@dataclass(frozen=True)
class Imported:
    """A document, and what reading it found."""

    document: Document
    report: Report


def complete(
    document: Document,
    registry: Registry,
    folders: Folders,
    source: str = "sfumato",
    notes: Iterable[Note] = (),
) -> Imported:
    """Give kept nodes their place, and say which types and models are missing.

    Models that lie elsewhere go by the name they have here. Of foreign documents, numbers written
    as text become numbers; values that do not fit stay as they are, and are noted.

    Args:
        source: what was read: "sfumato", "comfyui-ui" or "comfyui-api".
        notes: what the reader noted.
    """
    if source != "comfyui-api":  # a prompt has no nodes that were kept as they were
        from engine.importers.ui import resolve_foreign

        document = resolve_foreign(document, registry)
    check = _Completion(document, registry, folders, is_foreign=source != "sfumato")
    document = with_nodes_changed(document, check.node)
    report = Report(
        source,
        check.missing_types(),
        check.missing_models(),
        [*map(check.read, notes), *check.notes],
    )
    return Imported(document, report)


@dataclass(slots=True)
class _Completion:
    """One document on its way; `node` is called for each of its nodes."""

    document: Document
    registry: Registry
    folders: Folders
    is_foreign: bool
    notes: list[Note] = field(default_factory=list)
    #: type -> (definition/id as readers name it, path, node) of each node that has it
    _unknown: dict[str, list[tuple[str, str, Node]]] = field(default_factory=dict)
    _missing: dict[tuple[str, str], MissingModel] = field(default_factory=dict)
    _named: set[str] = field(default_factory=set)
    _specs: dict[str, NodeSpec | None] = field(default_factory=dict)
    _prefixes: dict[str, str] = field(init=False)
    _covered: set[tuple[str, str, str]] = field(init=False)
    _models: ModelSearch = field(init=False)

    def __post_init__(self) -> None:
        self._prefixes = prefixes(self.document)
        self._covered = covered_inputs(self.document)
        self._models = ModelSearch(self.folders, wanted_models(self.document))

    def _spec(self, kind: str) -> NodeSpec | None:
        """Return the definition of a type; each is asked for once, as packs may have to be read."""
        if kind not in self._specs:
            self._specs[kind] = self.registry.get(kind)
        return self._specs[kind]

    def node(self, level: str, node_id: str, node: Node) -> Node:
        """Return the node with the values that fit here."""
        path = self._prefixes[level] + node_id
        if node.type.startswith(SUBGRAPH):
            if (key := node.type.removeprefix(SUBGRAPH)) not in self.document.subgraphs:
                self._note((path, ""), f'There is no subgraph "{key}" in the file.')
            inputs = self._inputs_of_instance(node)
        elif spec := self._spec(node.type):
            inputs = inputs_of(node, spec) if node.values else {}
        else:
            self._unknown.setdefault(node.type, []).append(
                (f"{level}/{node_id}" if level else node_id, path, node)
            )
            return node
        fitting: dict[str, Any] = {}
        for name, value in node.values.items():
            if name not in inputs or name in node.links or (level, node_id, name) in self._covered:
                continue
            fit = self._fitting(inputs[name], value, (path, name))
            if fit is not value:
                fitting[name] = fit
        return replace(node, values={**node.values, **fitting}) if fitting else node

    def _inputs_of_instance(self, instance: Node) -> Mapping[str, InputSpec]:
        """Return the inputs that the values of a subgraph instance are for, by their names."""
        found: dict[str, InputSpec] = {}
        for name in instance.values:
            node, socket = input_behind(self.document.subgraphs, instance, name)
            spec = self._spec(node.type)
            for each in spec.inputs_for(node.values, node.links) if spec else ():
                if each.name == socket:
                    found[name] = each
        return found

    def _fitting(self, spec: InputSpec, value: Any, place: Place) -> Any:
        widget = spec.widget
        if isinstance(widget, FileChoice) and isinstance(value, str):
            return self._file(widget, value, place)
        if not self.is_foreign:
            return value
        if widget is None:
            self._note(
                place, f"It takes a link of type {spec.type}, but is {_shown(value)}; it is kept."
            )
            return value
        try:
            canonical = widget.check(value, None)
        except Unfit as unfit:
            self._note(place, f"It takes {unfit.expected}, but is {_shown(value)}; it is kept.")
            return value
        if isinstance(value, str) and not isinstance(canonical, str):
            self._note(place, f"{_shown(value)} was text and became {_shown(canonical)}.")
            return canonical
        return value

    def _file(self, widget: FileChoice, value: str, place: Place) -> str:
        """Return the name under which the file lies here, or the same where nobody has it."""
        self._named.add(file_name(value))
        kind = current_kind(widget.kind)
        if kind not in self.folders.models or widget.upload or value in widget.also:
            self._check_upload(widget, value, place)
            return value
        found = self._models.find(kind, value)
        if found is None:
            self._missing_model(kind, value).nodes.append(place[0])
            return value
        if found != value:
            self._note(place, f"{_shown(value)} is here as {_shown(found)}, which is used.")
        return found

    def _check_upload(self, widget: FileChoice, value: str, place: Place) -> None:
        try:
            widget.check(value, self.folders)
        except PathError:
            self._note(place, f"There is no {_shown(value)} in the {widget.kind} folder.")

    def _missing_model(self, kind: str, name: str) -> MissingModel:
        if (kind, name) not in self._missing:
            self._missing[kind, name] = self._models.missing(kind, name)
        return self._missing[kind, name]

    def _note(self, place: Place, message: str) -> None:
        self.notes.append(Note(*place, message))

    def read(self, note: Note) -> Note:
        """Return a note of the reader with its node named by path."""
        level, slash, node_id = note.node.partition("/")
        known = slash and level in self._prefixes
        return changed(note, node=self._prefixes[level] + node_id) if known else note

    def missing_types(self) -> list[MissingType]:
        """Return the types that nothing here defines."""
        return [
            MissingType(kind, [path for _, path, _ in users], *_origin(kind, users[0][2]))
            for kind, users in sorted(self._unknown.items())
        ]

    def missing_models(self) -> list[MissingModel]:
        """Return the models that nobody here has."""
        users = [each for each in self._unknown.values() for each in each]
        paths = {identifier: path for identifier, path, _ in users}
        return [*self._missing.values(), *self._models.left(self._named, paths)]


def _origin(kind: str, node: Node) -> tuple[str, str]:
    """Return the pack that has a node's type, as its source says, and the version of it."""
    source = _mapping(_mapping(node.foreign).get("node"))
    said = _mapping(source.get("properties")) or _mapping(source.get("_meta"))
    pack, version = said.get("cnr_id") or said.get("aux_id"), said.get("ver")
    if not isinstance(pack, str):
        pack = CORE if kind in core_types() else ""
    return pack, version if isinstance(version, str) else ""


@cache
def core_types() -> frozenset[str]:
    """Return the node types that ComfyUI itself brings."""
    listed = Path(__file__).with_name("core_types.json").read_text(encoding="utf-8")
    return frozenset(json.loads(listed))


def _mapping(value: Any) -> Mapping[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    return f'"{text}"' if isinstance(value, str) else text
