"""Definitions of a saved workflow as subgraphs of the document.

Widgets that old files promote to an instance (`proxyWidgets`) become exposed inputs; their values
stay inside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.document.model import ExposedInput, ExposedOutput, Node, Subgraph
from engine.importers.ui.drawing import (
    add_link_facts,
    add_wire,
    drawn_nodes,
    frames_of,
    viewport_of,
)
from engine.importers.ui.instances import ITSELF
from engine.importers.ui.nodes import FORMAT, Wiring, build_node
from engine.importers.ui.plain import key_of, mapping, sequence, text, without
from engine.importers.ui.replacing import fill_in_texts
from engine.importers.ui.reroutes import read_reroutes, without_dots
from engine.importers.ui.source import OUTPUT, SourceGraph
from engine.importers.ui.tracing import Output, Outside

if TYPE_CHECKING:
    from engine.importers.ui.definition import Definition
    from engine.importers.ui.reading import Reading
    from engine.importers.ui.tracing import Tracer

#: An output that nothing feeds.
NOWHERE = ("", 0)
DEEPEST = 32
_SAID = frozenset({"id", "name", "nodes", "links", "groups", "inputs", "outputs"})
#: `7: text` is the widget "text" of node 7 inside.
_PREFIXED = re.compile(r"(-?\d+): ?(.+)", re.DOTALL)


@dataclass(slots=True)
class Parts:
    """What a graph's nodes and drawing became.

    Attributes:
        unread: what was not understood, by the key of the source object.
    """

    nodes: dict[str, Node]
    wiring: Wiring
    frames: list[dict[str, Any]]
    unread: dict[str, list[Any]]


@dataclass(slots=True)
class Draft:
    """A definition before its promoted widgets are exposed."""

    definition: Definition
    parts: Parts
    inputs: list[ExposedInput]
    names: set[str]
    #: Inner input -> the name it is exposed under.
    exposed: dict[tuple[str, str], str]


def read_parts(graph: SourceGraph, tracer: Tracer, reading: Reading, level: str) -> Parts:
    """Return the nodes, frames and drawing of one graph; `level` is its definition's id or ""."""
    wiring = Wiring(drawn_nodes(graph, tracer))
    nodes = {
        key: build_node(source, reading, tracer, wiring, level)
        for key, source in graph.nodes.items()
        if not tracer.is_virtual(source)
    }
    fill_in_texts(graph, nodes, wiring)
    frames, unread = frames_of(graph.raw)
    for each in unread:
        graph.leave("groups", each)
    read_reroutes(graph, wiring)
    add_link_facts(wiring.view, graph)
    wiring.view.update(viewport_of(mapping(graph.raw.get("extra"))))
    return Parts(nodes, wiring, frames, graph.unread)


def read_subgraphs(reading: Reading, root: SourceGraph) -> dict[str, Subgraph]:
    """Return all definitions, with the promoted widgets of every instance exposed."""
    drafts = {key: _draft(each, reading) for key, each in reading.definitions.items()}
    graphs = [root, *(each.graph for each in reading.definitions.values())]
    for node in (node for graph in graphs for node in graph.nodes.values()):
        if node.type in drafts:
            for entry in sequence(node.properties.get("proxyWidgets")):
                pair = sequence(entry)
                inner = key_of(pair[0]) if len(pair) > 1 else None
                if inner and inner != ITSELF and isinstance(pair[1], str):
                    _promote(drafts, drafts[node.type], (inner, pair[1]), 0)
    return {key: _finished(draft, reading) for key, draft in drafts.items()}


def _draft(definition: Definition, reading: Reading) -> Draft:
    parts = read_parts(definition.graph, definition.tracer, reading, definition.id)
    inputs = [
        _exposed(definition, parts, index, mapping(raw))
        for index, raw in enumerate(sequence(definition.raw.get("inputs")))
    ]
    exposed = {target: each.name for each in inputs for target in each.targets}
    return Draft(definition, parts, inputs, set(definition.names), exposed)


def _exposed(definition: Definition, parts: Parts, index: int, raw: dict[str, Any]) -> ExposedInput:
    name, label = definition.names[index], raw.get("label")
    said = {"label"} if isinstance(label, str) else set[str]()
    said |= {"name"} if raw.get("name") == name else set[str]()
    left = without(raw, frozenset(said))
    targets = parts.wiring.targets.get(index, [])
    unknown = {"foreign": left} if left else {}
    return ExposedInput(name, targets, label=text(label), unknown=unknown)


def _promote(
    drafts: dict[str, Draft], draft: Draft, widget: tuple[str, str], depth: int
) -> str | None:
    """Expose a widget of an inner node; return the name it is exposed under, or None."""
    key, name = widget
    prefixed = _PREFIXED.fullmatch(name)
    targets = draft.parts.wiring.held.get(key, [])
    node = draft.parts.nodes.get(key)
    if node is not None:
        inner = drafts.get(draft.definition.graph.nodes[key].type)
        found: str | None = prefixed[2] if prefixed else name
        if inner is not None and prefixed and depth < DEEPEST:
            found = _promote(drafts, inner, (prefixed[1], prefixed[2]), depth + 1)
        elif inner is not None and name not in inner.names:
            found = None
        if found is None or (inner is None and not _has(draft, key, found)):
            return None
        targets, name = [(key, found)], found
    if not targets:
        return None
    if (already := draft.exposed.get(targets[0])) is not None:
        return already
    return _expose(draft, name, targets, widget)


def _expose(
    draft: Draft, name: str, targets: list[tuple[str, str]], widget: tuple[str, str]
) -> str:
    chosen, count = name, 1
    while chosen in draft.names:
        chosen, count = f"{name}_{count}", count + 1
    draft.names.add(chosen)
    draft.exposed.update(dict.fromkeys(targets, chosen))
    unknown = {"foreign": {"proxy": list(widget)}}
    draft.inputs.append(ExposedInput(chosen, targets, unknown=unknown))
    return chosen


def _has(draft: Draft, key: str, name: str) -> bool:
    """Say whether a node has an input of this name; previews and controls are none."""
    node, source = draft.parts.nodes[key], draft.definition.graph.nodes[key]
    saved = (source.input_name(slot) for slot in range(len(source.inputs)))
    is_unread = "type" in mapping(mapping(node.foreign).get("node"))
    is_odd = name.startswith("$$") or name == "control_after_generate"
    return name in node.values or name in saved or (is_unread and not is_odd)


def _finished(draft: Draft, reading: Reading) -> Subgraph:
    definition, parts = draft.definition, draft.parts
    raw, view = definition.raw, parts.wiring.view
    outputs: list[ExposedOutput] = []
    for index, each in enumerate(sequence(raw.get("outputs"))):
        outputs.append(_output(definition, index, mapping(each)))
        link = definition.graph.outlets.get(index)
        origin = outputs[-1].source
        if link and (link.origin, link.origin_slot) != origin:
            add_wire(view, (OUTPUT, str(index)), link)
    left = without(raw, _SAID)
    if "extra" in raw:
        left["extra"] = without_viewport(raw["extra"], view)
    left = without_dots(definition.graph, left)
    if parts.unread:
        left["unread"] = parts.unread
    reading.add_models(raw.get("models"), None)
    return Subgraph(
        nodes=parts.nodes,
        inputs=draft.inputs,
        outputs=outputs,
        title=definition.title,
        frames=list(parts.frames),
        view=view,
        unknown={"foreign": {"format": FORMAT, **left}},
    )


def without_viewport(extra: Any, view: dict[str, Any]) -> Any:
    """Return `extra` without what the view says in full."""
    if not isinstance(extra, dict) or "offset" not in view:
        return extra
    seen = without(mapping(mapping(extra).get("ds")), frozenset({"offset", "scale"}))
    return without(mapping(extra), frozenset({"ds"})) | ({"ds": seen} if seen else {})


def _output(definition: Definition, index: int, raw: dict[str, Any]) -> ExposedOutput:
    origin, label = definition.outlet(index), raw.get("label")
    source = (origin.node, origin.slot) if isinstance(origin, Output) else NOWHERE
    name = text(raw.get("name"))
    left = without(raw, frozenset({"name", "label"} if isinstance(label, str) else {"name"}))
    if isinstance(origin, Outside):
        left = {**left, "from_input": definition.names[origin.index]}
    unknown = {"foreign": left} if left else {}
    return ExposedOutput(name, source, label=text(label), unknown=unknown)
