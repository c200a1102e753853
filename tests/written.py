"""Workflows written back, and what of a file has to be the same then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.document import Document
from engine.importers.ui import read_ui
from engine.importers.ui.write import write_ui
from engine.registry import Registry
from engine.spec import NodeSpec
from tests.saved import PLAIN, Json, read

#: What every frontend writes for a node.
USUAL: Json = {"pos": [10, 20], "size": [200, 100], "flags": {}, "order": 0, "mode": 0}


def usual(raw: Json) -> Json:
    """Return the file with what every frontend writes; nodes get it in place."""
    for graph in graphs(raw):
        for node in graph["nodes"]:
            node.update({**USUAL, "properties": {}, **node})
    last = max((node["id"] for node in raw["nodes"]), default=0)
    counters = {"last_node_id": last, "last_link_id": len(raw["links"])}
    return {"groups": [], "extra": {}, **counters, **raw}


def write(document: Document, *more: NodeSpec) -> Json:
    """Write a document with the plain types and more."""
    return write_ui(document, Registry([*PLAIN, *more]))


def written(raw: Json, *more: NodeSpec) -> Json:
    """Return a file read and written."""
    return write(read(raw, *more), *more)


def read_again(document: Document, *more: NodeSpec) -> Document:
    """Return a document written and read."""
    return read_ui(write(document, *more), Registry([*PLAIN, *more]), "saved")[0]


def graphs(raw: Json) -> Iterator[Json]:
    """Yield the root and every definition of a file."""
    yield raw
    yield from raw.get("definitions", {}).get("subgraphs", [])


def node_of(raw: Json, key: Any) -> Json:
    """Return the root's node with an id."""
    (found,) = (node for node in raw["nodes"] if node["id"] == key)
    return found


def essence(raw: Json) -> list[Json]:
    """Return what a file says of nodes, links, groups and definitions, whatever the order."""
    return [_essence(graph) for graph in graphs(raw)]


def _essence(graph: Json) -> Json:
    ends = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
    links = [
        link if isinstance(link, list) else [link[key] for key in ends] for link in graph["links"]
    ]
    return {
        "nodes": {node["id"]: _node(node) for node in graph["nodes"]},
        "links": sorted(links, key=str),
        "groups": graph.get("groups", []),
        "sockets": [_sockets(graph.get(key, [])) for key in ("inputs", "outputs")],
    }


def _node(node: Json) -> Json:
    left = {key: value for key, value in node.items() if value not in ([], None)}
    return {**left, "inputs": _sockets(node["inputs"]), "outputs": len(node["outputs"])}


def _sockets(sockets: list[Json]) -> list[Json]:
    return [
        {key: value for key, value in each.items() if key != "linkIds" and value is not None}
        for each in sockets
    ]


def ends(raw: Json) -> set[tuple[Any, ...]]:
    """Return the ends of the root's links."""
    return {tuple(link[1:5]) for link in raw["links"]}


def named_at_both_ends(graph: Json) -> bool:
    """Say whether nodes name exactly the links of the table, each at its place."""
    into = {
        (each["link"], node["id"], slot)
        for node in graph["nodes"]
        for slot, each in enumerate(node.get("inputs", []))
        if each.get("link") is not None
    }
    out_of = {
        (link, node["id"], slot)
        for node in graph["nodes"]
        for slot, each in enumerate(node.get("outputs", []))
        for link in each.get("links") or []
    }
    rows = [link if isinstance(link, list) else list(link.values()) for link in graph["links"]]
    own = (-10, -20)
    return into == {(row[0], row[3], row[4]) for row in rows if row[3] not in own} and (
        out_of == {(row[0], row[1], row[2]) for row in rows if row[1] not in own}
    )
