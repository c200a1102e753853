"""One node as a file has it, but for its links and values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.document.exposed import input_behind
from engine.document.flatten import DEEPEST
from engine.document.model import SUBGRAPH
from engine.importers.ui.definition import Definition
from engine.importers.ui.drawing import place_of
from engine.importers.ui.layout import has_widget
from engine.importers.ui.nodes import MODES
from engine.importers.ui.plain import mapping, sequence, text, whole
from engine.importers.ui.source import SourceGraph, SourceNode
from engine.importers.ui.virtual import NOTES
from engine.importers.ui.write_widgets import source_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.document.model import Document, ExposedInput, Node, Subgraph
    from engine.importers.ui.reading import Specs
    from engine.importers.ui.tracing import Place
    from engine.spec import InputSpec, NodeSpec

#: ComfyUI's word for a socket that may stay empty.
OPTIONAL_SHAPE = 7
ANY = "*"
_MODES = {word: number for number, word in MODES.items()}
_SOCKETS = frozenset({"inputs", "outputs"})


@dataclass(frozen=True, slots=True)
class Writing:
    """What the writing of one document shares.

    Attributes:
        drawn: definition -> its inputs that are drawn as sockets, by which its links count.
        ids: definition -> its id in the file.
    """

    document: Document
    registry: Specs
    drawn: Mapping[str, list[ExposedInput]]
    ids: Mapping[str, str]

    def spec(self, node: Node) -> NodeSpec | None:
        """Return the definition of a node's type, or None."""
        return None if self.is_instance(node) else self.registry.get(node.type)

    def is_instance(self, node: Node) -> bool:
        """Say whether a node is an instance of a subgraph that is here."""
        kind = node.type.removeprefix(SUBGRAPH)
        return kind in self.drawn and node.type.startswith(SUBGRAPH)

    def definition(self, node: Node) -> Definition:
        """Return an instance's definition with the names that the reader gives to its inputs."""
        key = node.type.removeprefix(SUBGRAPH)
        inputs = [{"name": source_name(each)} for each in self.drawn[key]]
        return Definition(key, {"inputs": inputs}, SourceGraph({}))

    def declared(self, node: Node, name: str) -> InputSpec | None:
        """Return the declaration of an input; of an instance's the one that it sets."""
        found, socket = input_behind(self.document.subgraphs, node, name)
        spec = self.spec(found)
        named = {*found.values, *found.links, socket}
        inputs = spec.inputs_for(found.values, named) if spec else ()
        return next((each for each in inputs if each.name == socket), None)


@dataclass(slots=True)
class Sheet:
    """One node while it is written.

    Attributes:
        names: the document's name of each input in `raw`.
        absent: kinds of sockets that its source does not even list.
    """

    raw: dict[str, Any]
    names: list[str] = field(default_factory=list[str])
    absent: frozenset[str] = frozenset()

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """Return its sockets, as the file has them."""
        return self.raw["inputs"]

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """Return its outputs, as the file has them."""
        return self.raw["outputs"]

    def slot(self, name: str) -> int:
        """Return the place of an input; of several of that name, of the one that was linked."""
        slots = [slot for slot, each in enumerate(self.names) if each == name]
        linked = [slot for slot in slots if self.inputs[slot].get("link") is not None]
        return linked[-1] if linked else slots[0]


def source_name(exposed: ExposedInput) -> str:
    """Return the name of a definition's input as its file has it."""
    return text(mapping(exposed.unknown.get("foreign")).get("name", exposed.name))


def note_sheet(note: Mapping[str, Any]) -> Sheet:
    """Return the sheet of a note: of one that a file had, with what was changed since."""
    kind = next(kind for kind, form in NOTES.items() if form == note.get("format", "plain"))
    fresh = {"id": number_of(note["id"]), "type": kind, "flags": {}, "order": 0, "mode": 0}
    raw = mapping(note.get("foreign")) or {**fresh, "properties": {}}
    held = sequence(raw.get("widgets_values")) or sequence(raw.get("widgets_values_named"))
    shown, title = text(note.get("text")), text(note.get("title"))
    changed: dict[str, Any] = {}
    if shown != (text(held[0]) if held else ""):
        changed["widgets_values"] = [shown, *held[1:]]
    if title != text(raw.get("title")):
        changed["title"] = title
    return sheet_of({**note, "foreign": {**raw, **changed}})


def sheet_of(drawn: Mapping[str, Any]) -> Sheet:
    """Return the sheet of what is kept verbatim: a browser-only node or a note."""
    raw = mapping(drawn.get("foreign"))
    moved = _moved(raw, tuple(drawn.get("place", ())))
    return Sheet({**raw, **moved, **_sockets(raw)}, absent=_SOCKETS - raw.keys())


def _sockets(raw: dict[str, Any]) -> dict[str, Any]:
    """Return copies of the sockets of a source object; links go by these."""
    return {key: [dict(mapping(each)) for each in sequence(raw.get(key))] for key in _SOCKETS}


def _moved(raw: dict[str, Any], place: tuple[float, ...]) -> dict[str, Any]:
    """Return position and size where the source object does not have them so."""
    if not place or place_of(raw)[0] == tuple(place):
        return {}
    return {"pos": list(place[:2]), "size": list(place[2:])}


def write_node(key: str, node: Node, linked: Iterable[str], writing: Writing) -> Sheet:
    """Return a node with sockets, and with one for each linked input."""
    source = mapping(source_of(node).get("node"))
    if "type" in source:
        raw = _verbatim(node, source)
        sheet = Sheet({**raw, **_sockets(source)}, absent=_SOCKETS - source.keys())
    else:
        raw = _described(key, node, source, writing)
        sheet = Sheet({**raw, **_sockets(source)})
    if not source_of(node):
        sheet.raw["inputs"] = _fresh_inputs(node, writing)
        sheet.raw["outputs"] = _fresh_outputs(node, writing)
    sheet.names = _names(node, sheet.inputs, writing)
    for name in linked:
        if name not in sheet.names:
            sheet.names.append(name)
            sheet.inputs.append(_socket(node, name, writing))
    return sheet


def _names(node: Node, inputs: list[dict[str, Any]], writing: Writing) -> list[str]:
    if not writing.is_instance(node):
        return [text(each.get("name")) for each in inputs]
    return writing.definition(node).names_for(SourceNode("", node.type, {}, inputs, [], 0))


def _verbatim(node: Node, raw: dict[str, Any]) -> dict[str, Any]:
    """Return the source of a node of unknown type, with what was changed since."""
    written = {**raw, **_moved(raw, node.place)}
    if MODES.get(whole(raw.get("mode")) or 0, "run") != node.mode:
        written["mode"] = _MODES.get(node.mode, 0)
    title = text(raw.get("title"))
    if node.title != ("" if title == node.type else title):
        written["title"] = node.title or node.type
    return written


def _described(key: str, node: Node, source: dict[str, Any], writing: Writing) -> dict[str, Any]:
    kind = node.type
    if writing.is_instance(node):
        kind = writing.ids[kind.removeprefix(SUBGRAPH)]
    properties = {} if writing.is_instance(node) else {"Node name for S&R": kind}
    raw = {
        "id": number_of(key),
        "type": kind,
        "pos": list(node.place[:2]),
        "size": list(node.place[2:]),
        **(source if source_of(node) else {"flags": {}, "properties": properties}),
        "mode": _MODES.get(node.mode, source.get("mode", 0)),
        "inputs": [],
        "outputs": [],
    }
    return raw | ({"title": node.title} if node.title else {})


def number_of(key: str) -> Any:
    """Return a node's id as ComfyUI has it: a number where it is one."""
    return int(key) if key.removeprefix("-").isdecimal() and str(int(key)) == key else key


def _fresh_inputs(node: Node, writing: Writing) -> list[dict[str, Any]]:
    """Return the sockets of a node that no file had: those without a widget."""
    if writing.is_instance(node):
        return [_socket(node, each, writing) for each in writing.definition(node).names]
    spec = writing.spec(node)
    inputs = spec.inputs_for(node.values, node.links) if spec else ()
    return [_socket(node, each.name, writing) for each in inputs if not has_widget(each)]


def _socket(node: Node, name: str, writing: Writing) -> dict[str, Any]:
    declared, shown = writing.declared(node, name), name
    if writing.is_instance(node):
        exposed = writing.drawn[node.type.removeprefix(SUBGRAPH)]
        shown = next((source_name(each) for each in exposed if each.name == name), name)
    socket: dict[str, Any] = {"name": shown, "type": declared.type if declared else ANY}
    if declared and has_widget(declared):
        socket["widget"] = {"name": shown}
    elif declared and not declared.required:
        socket["shape"] = OPTIONAL_SHAPE
    return {**socket, "link": None}


def _fresh_outputs(node: Node, writing: Writing) -> list[dict[str, Any]]:
    spec = writing.spec(node)
    if spec:
        return [{"name": each.name, "type": each.type, "links": None} for each in spec.outputs]
    if not writing.is_instance(node):
        return []
    definition = writing.document.subgraphs[node.type.removeprefix(SUBGRAPH)]
    return [
        {"name": each.name, "type": output_type(writing, definition, each.source), "links": None}
        for each in definition.outputs
    ]


def output_type(writing: Writing, definition: Subgraph, source: Place) -> Any:
    """Return the type of what a definition's node gives; what is not known fits everything."""
    for _ in range(DEEPEST):
        node, slot = definition.nodes.get(source[0]), source[1]
        if node is None:
            break
        if not writing.is_instance(node):
            saved = sequence(mapping(source_of(node).get("node")).get("outputs"))
            if slot < len(saved):
                return mapping(saved[slot]).get("type")
            spec = writing.spec(node)
            return spec.outputs[slot].type if spec and slot < len(spec.outputs) else ANY
        definition = writing.document.subgraphs[node.type.removeprefix(SUBGRAPH)]
        if slot >= len(definition.outputs):
            break
        source = definition.outputs[slot].source
    return ANY
