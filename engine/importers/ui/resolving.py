"""Nodes kept verbatim because their type was unknown take their place once it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from engine.importers.ui.drawing import place_of
from engine.importers.ui.nodes import FORMAT, known_foreign
from engine.importers.ui.plain import mapping, sequence, text, whole
from engine.importers.ui.source import Link, SourceNode
from engine.importers.ui.widgets import read_widgets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.document.model import Document, Node
    from engine.importers.ui.reading import Specs


def resolve_foreign(document: Document, registry: Specs) -> Document:
    """Return the document with values for nodes that were unknown when it was read.

    What such a node was given meanwhile (by a primitive, by name, by hand) wins over its list.
    """
    nodes = _resolved(document.nodes, registry)
    inner = {key: _resolved(each.nodes, registry) for key, each in document.subgraphs.items()}
    changed = {
        key: replace(document.subgraphs[key], nodes=found)
        for key, found in inner.items()
        if found is not None
    }
    if nodes is None and not changed:
        return document
    subgraphs = {**document.subgraphs, **changed}
    return replace(document, nodes=nodes or document.nodes, subgraphs=subgraphs)


def _resolved(nodes: Mapping[str, Node], registry: Specs) -> dict[str, Node] | None:
    """Return the nodes with what is now known, or None where nothing changed."""
    changed: dict[str, Node] = {}
    for key, node in nodes.items():
        raw = _source(node)
        if raw is not None and registry.get(node.type) is not None:
            changed[key] = _read(key, node, raw, registry)
    return {**nodes, **changed} if changed else None


def _source(node: Node) -> dict[str, Any] | None:
    """Return the source of a node that is kept verbatim; only such a one still has its type."""
    foreign = mapping(node.foreign)
    raw = mapping(foreign.get("node"))
    return raw if foreign.get("format") == FORMAT and "type" in raw else None


def _read(key: str, node: Node, raw: dict[str, Any], registry: Specs) -> Node:
    spec = registry.get(node.type)
    assert spec is not None
    inputs = [mapping(each) for each in sequence(raw.get("inputs"))]
    outputs = [mapping(each) for each in sequence(raw.get("outputs"))]
    feeds = {
        slot: Link(each["link"], "", 0, key, slot)
        for slot, each in enumerate(inputs)
        if each.get("link") is not None
    }
    source = SourceNode(key, node.type, raw, inputs, outputs, whole(raw.get("mode")) or 0, feeds)
    typed = read_widgets(raw, spec, {text(each.get("name")) for each in inputs})
    for name, value in node.values.items():
        if name in typed.values and typed.values[name] != value:
            typed.keep("covered", name, typed.values[name])
    title = "" if node.title == spec.title else node.title
    _, said = place_of(raw)
    return replace(
        node,
        version=spec.version,
        title=title,
        values={**typed.values, **node.values},
        controls={**typed.controls, **node.controls},
        foreign=known_foreign(source, said, title, typed),
    )
