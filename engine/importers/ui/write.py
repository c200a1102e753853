"""A document as a workflow that ComfyUI's editor opens, version 0.4 (COMPAT.md A5-A7).

What was read from such a file comes back: ids, drawing, values in the places they had.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from engine.document.model import UNKNOWN
from engine.importers.ui.definition import read_definitions
from engine.importers.ui.plain import mapping, sequence, whole
from engine.importers.ui.read import KEPT, OWN
from engine.importers.ui.reading import Reading
from engine.importers.ui.reroutes import with_reroutes, written_reroutes
from engine.importers.ui.resolving import resolve_foreign
from engine.importers.ui.write_drawing import placed, written_extra, written_groups
from engine.importers.ui.write_graph import Written, write_graph
from engine.importers.ui.write_instances import fill_instances
from engine.importers.ui.write_nodes import Writing
from engine.importers.ui.write_subgraphs import (
    drawn_inputs,
    unique_id,
    write_definition,
    written_ids,
)
from engine.importers.ui.write_wires import Definitions, Level, Wires
from engine.running.garbage import collected_later

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.document.model import Document
    from engine.registry import Registry

VERSION = 0.4
#: The root's version whose links are objects.
OBJECTS = 1
_OWN_KEYS = frozenset({"unread", "definitions", "extra"})
_COUNTERS = frozenset({"last_node_id", "last_link_id", "state"})


@collected_later()
def write_ui(document: Document, registry: Registry) -> dict[str, Any]:
    """Return the document as ComfyUI's editor saves one.

    A link drawn through reroutes, primitives and the like is drawn so again if it still brings
    what the document says, else straight; a value that no link brings is in its widget.
    """
    document = _prepared(document, registry)
    writing = Writing(document, registry, drawn_inputs(document), written_ids(document))
    levels = {
        key: Level(key, each.nodes, each.view, writing.drawn[key], each.outputs)
        for key, each in document.subgraphs.items()
    }
    definitions = Definitions(levels, lambda kind: registry.get(kind) is not None)
    kept = mapping(document.extra.get(KEPT))
    root = Level("", document.nodes, document.view)
    graph = write_graph(root, Wires(root, definitions), writing, [], kept)
    pairs = {key: write_definition(key, definitions, writing) for key in document.subgraphs}
    raws = [raw for raw, _ in pairs.values()]
    reading = Reading(registry)
    read_definitions({"definitions": {"subgraphs": raws}}, reading)
    graphs = {"": graph} | {key: inner for key, (_, inner) in pairs.items()}
    fill_instances(graphs, reading.definitions, writing)
    return _root(document, graph, kept, raws)


def _prepared(document: Document, registry: Registry) -> Document:
    """Return the document with a place for every node, and values for every known one."""
    document = resolve_foreign(document, registry)
    subgraphs = {
        key: replace(each, nodes=placed(each.nodes, registry.get))
        for key, each in document.subgraphs.items()
    }
    return replace(document, nodes=placed(document.nodes, registry.get), subgraphs=subgraphs)


def _root(
    document: Document, graph: Written, kept: Mapping[str, Any], definitions: list[dict[str, Any]]
) -> dict[str, Any]:
    unread = mapping(kept.get("unread"))
    has_objects = kept.get("version") == OBJECTS
    reroutes = written_reroutes(graph, kept)
    row, extra = graph.object if has_objects else graph.row, _extra(document, kept)
    raw: dict[str, Any] = {
        **_identity(document),
        **_counters(kept, graph),
        "nodes": [*(sheet.raw for sheet in graph.sheets.values()), *sequence(unread.get("nodes"))],
        "links": [*map(row, graph.links), *sequence(unread.get("links"))],
        "groups": written_groups(document.frames, unread),
        "extra": extra if has_objects else with_reroutes(extra, reroutes, graph),
        "version": VERSION,
        **{key: value for key, value in kept.items() if key not in _OWN_KEYS | _COUNTERS},
    }
    if reroutes and has_objects:
        raw["reroutes"] = [*reroutes, *sequence(kept.get("reroutes"))]
    definitions = [*definitions, *sequence(unread.get("subgraphs"))]
    if definitions or "definitions" in kept:
        raw["definitions"] = {**mapping(kept.get("definitions")), "subgraphs": definitions}
    return raw


def _identity(document: Document) -> dict[str, Any]:
    """Return what the file is known by; a document that never was one gets it here."""
    if KEPT not in document.extra:
        return {"id": unique_id(document.id or document.title), "revision": 0, "config": {}}
    return {"id": document.id} if document.id else {}


def _counters(kept: Mapping[str, Any], graph: Written) -> dict[str, Any]:
    """Return the counters that new ids go by, in the form of the file's version."""
    if kept.get("version") == OBJECTS:
        state = mapping(kept.get("state"))
        node, link = (whole(state.get(key)) or 0 for key in ("lastNodeId", "lastLinkId"))
        last = {"lastNodeId": max(node, graph.last_node), "lastLinkId": max(link, graph.last)}
        dot = max([whole(state.get("lastRerouteId")) or 0, *graph.parents.values()])
        return {"state": {"lastGroupId": 0, **state, **last, "lastRerouteId": dot}}
    node, link = (whole(kept.get(key)) or 0 for key in ("last_node_id", "last_link_id"))
    return {"last_node_id": max(node, graph.last_node), "last_link_id": max(link, graph.last)}


def _extra(document: Document, kept: Mapping[str, Any]) -> Any:
    """Return `extra`, with what only our documents have under a key of its own."""
    extra = written_extra(kept.get("extra", {}), document.view)
    own = {
        "title": document.title,
        "description": document.description,
        "inputs": document.inputs,
        "outputs": document.outputs,
    }
    if not any(value for key, value in own.items() if key != "title" or KEPT not in document.extra):
        return extra
    said = {key: msgspec.to_builtins(value) for key, value in own.items() if value}
    for each in (*said.get("inputs", ()), *said.get("outputs", ())):
        if not each.get(UNKNOWN):
            each.pop(UNKNOWN, None)
    return {**mapping(extra), OWN: said}
