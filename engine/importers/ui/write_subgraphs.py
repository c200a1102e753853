"""A document's subgraphs as definitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from engine.document.model import SUBGRAPH
from engine.importers.ui.plain import mapping, sequence, without
from engine.importers.ui.reroutes import written_reroutes
from engine.importers.ui.source import INPUT, OUTPUT
from engine.importers.ui.write_drawing import written_extra, written_groups
from engine.importers.ui.write_graph import Written, write_graph
from engine.importers.ui.write_nodes import ANY, output_type
from engine.importers.ui.write_wires import Definitions, Level, Wires

if TYPE_CHECKING:
    from engine.document.model import Document, ExposedInput, ExposedOutput, Subgraph
    from engine.importers.ui.write_nodes import Writing

_NO_FACTS = frozenset({"format", "unread"})
_NO_SOCKET_FACTS = frozenset({"proxy", "from_input"})
#: Width of the boxes that stand for a definition's inputs and outputs, and their distance.
_BOX, _GAP, _ROW = 120, 60, 20


def drawn_inputs(document: Document) -> dict[str, list[ExposedInput]]:
    """Return the inputs of each definition that are sockets in its file.

    Old files only list promoted widgets (`proxyWidgets`), whose values stay inside; one becomes a
    socket where an instance has a value or a link of its own for it.
    """
    given = {
        (node.type.removeprefix(SUBGRAPH), name)
        for each in (document, *document.subgraphs.values())
        for node in each.nodes.values()
        if node.type.startswith(SUBGRAPH)
        for name in (*node.values, *node.links)
    }
    waiting = list(given)
    while waiting:
        key, name = waiting.pop()
        for inner in _given_inside(document.subgraphs.get(key), name) - given:
            given.add(inner)
            waiting.append(inner)
    return {
        key: [each for each in definition.inputs if not proxy_of(each) or (key, each.name) in given]
        for key, definition in document.subgraphs.items()
    }


def _given_inside(definition: Subgraph | None, name: str) -> set[tuple[str, str]]:
    """Return the (definition, input) of instances inside that an exposed input sets."""
    found: set[tuple[str, str]] = set()
    for each in definition.inputs if definition else ():
        for key, socket in each.targets if each.name == name else ():
            node = definition.nodes.get(key) if definition else None
            if node is not None and node.type.startswith(SUBGRAPH):
                found.add((node.type.removeprefix(SUBGRAPH), socket))
    return found


def proxy_of(exposed: ExposedInput) -> list[Any]:
    """Return the `proxyWidgets` entry that an input comes from, or nothing."""
    return sequence(mapping(exposed.unknown.get("foreign")).get("proxy"))


def written_ids(document: Document) -> dict[str, str]:
    """Return each definition's id in the file: ComfyUI takes UUIDs only."""
    return {
        key: key if "foreign" in each.unknown else unique_id(key)
        for key, each in document.subgraphs.items()
    }


def unique_id(name: str) -> str:
    """Return a UUID: the name itself if it is one, else always the same for a name."""
    try:
        return str(UUID(name))
    except ValueError:
        return str(uuid5(NAMESPACE_URL, f"sfumato:{name}"))


def write_definition(
    key: str, definitions: Definitions, writing: Writing
) -> tuple[dict[str, Any], Written]:
    """Return a definition, whose instances inside have no values yet."""
    subgraph, level = writing.document.subgraphs[key], definitions.levels[key]
    kept = mapping(subgraph.unknown.get("foreign"))
    types = [_type_of(subgraph, each, writing) for each in level.inputs]
    graph = write_graph(level, Wires(level, definitions), writing, types, kept)
    ids_in, ids_out = graph.ids_at(INPUT), graph.ids_at(OUTPUT)
    unread = mapping(kept.get("unread"))
    reroutes = written_reroutes(graph, kept)
    raw = {
        "id": writing.ids[key],
        "version": 1,
        **({} if kept else _fresh(level, graph)),
        **without(kept, _NO_FACTS),
        "name": subgraph.title,
        "inputs": [
            _exposed(each, f"{key}/in/{slot}", types[slot])
            | {"linkIds": graph.ordered_as(ids_in.get(slot, []), _ids_of(each))}
            for slot, each in enumerate(level.inputs)
        ],
        "outputs": [
            _exposed(each, f"{key}/out/{slot}", output_type(writing, subgraph, each.source))
            | {"linkIds": graph.ordered_as(ids_out.get(slot, []), _ids_of(each))}
            for slot, each in enumerate(subgraph.outputs)
        ],
        "groups": written_groups(subgraph.frames, unread),
        "nodes": [*(sheet.raw for sheet in graph.sheets.values()), *sequence(unread.get("nodes"))],
        "links": [*map(graph.object, graph.links), *sequence(unread.get("links"))],
    }
    if "extra" in kept or "offset" in subgraph.view:
        raw["extra"] = written_extra(kept.get("extra", {}), subgraph.view)
    if reroutes:
        raw["reroutes"] = [*reroutes, *sequence(kept.get("reroutes"))]
    return raw | _counters(kept, graph), graph


def _counters(kept: Mapping[str, Any], graph: Written) -> dict[str, Any]:
    if kept and "state" not in kept:
        return {}
    state = {"lastGroupId": 0, "lastNodeId": 0, "lastLinkId": 0, "lastRerouteId": 0}
    state |= mapping(kept.get("state"))
    state["lastNodeId"] = max(state["lastNodeId"], graph.last_node)
    state["lastLinkId"] = max(state["lastLinkId"], graph.last)
    state["lastRerouteId"] = max([state["lastRerouteId"], *graph.parents.values()])
    return {"state": state}


def _fresh(level: Level, graph: Written) -> dict[str, Any]:
    """Return what a definition that no file had needs besides."""
    places = [sheet.raw["pos"] + sheet.raw["size"] for sheet in graph.sheets.values()]
    left = min((x for x, *_ in places), default=0) - _BOX - _GAP
    right = max((x + width for x, _, width, _ in places), default=0) + _GAP
    top = min((y for _, y, *_ in places), default=0)
    boxes = {
        "inputNode": (int(INPUT), left, len(level.inputs)),
        "outputNode": (int(OUTPUT), right, len(level.outputs)),
    }
    drawn = {
        key: {"id": number, "bounding": [x, top, _BOX, _GAP + _ROW * count]}
        for key, (number, x, count) in boxes.items()
    }
    return {"revision": 0, "config": {}, **drawn, "widgets": []}


def _type_of(subgraph: Subgraph, exposed: ExposedInput, writing: Writing) -> Any:
    foreign = mapping(exposed.unknown.get("foreign"))
    if "type" in foreign:
        return foreign["type"]
    for key, name in exposed.targets:
        node = subgraph.nodes.get(key)
        declared = writing.declared(node, name) if node else None
        if declared is not None:
            return declared.type
    return ANY


def _exposed(exposed: ExposedInput | ExposedOutput, key: str, kind: Any) -> dict[str, Any]:
    """Return a socket of a definition; a new one has the type, and an id made of the key."""
    foreign = without(mapping(exposed.unknown.get("foreign")), _NO_SOCKET_FACTS)
    socket = foreign or {"id": unique_id(key), "type": kind}
    label = {"label": exposed.label} if exposed.label else {}
    return {"name": exposed.name, **socket, **label}


def _ids_of(exposed: ExposedInput | ExposedOutput) -> Any:
    return mapping(exposed.unknown.get("foreign")).get("linkIds")
