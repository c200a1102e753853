"""A graph's links from its table, and those that Use Everywhere makes without drawing them.

Where the table and the nodes' own lists disagree, the table wins (COMPAT.md A5).
"""

from __future__ import annotations

from typing import Any

from engine.importers.ui.plain import key_of, mapping, sequence, whole, without
from engine.importers.ui.source import (
    INPUT,
    OUTPUT,
    Link,
    Noter,
    SourceGraph,
    SourceNode,
    read_node,
)

#: A link as an array: id, origin, slot, target, slot and maybe the type.
SHORTEST = 5

_KEYS = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
_SAID = frozenset(_KEYS)


def read_source(raw: dict[str, Any], note: Noter, *, is_definition: bool) -> SourceGraph:
    """Read one graph; `note` takes node, input and what was found there."""
    graph = SourceGraph(raw, is_definition)
    for each in sequence(raw.get("nodes")):
        read_node(graph, each, note)
    for each in sequence(raw.get("links")):
        _read_link(graph, each, note)
    for each in sequence(mapping(raw.get("extra")).get("ue_links")):
        _read_implied(graph, mapping(each))
    return graph


def _read_link(graph: SourceGraph, raw: Any, note: Noter) -> None:
    if raw is None:
        return
    link = _parsed(raw)
    if link is None:
        note("", "", "A link that is neither a list nor an object of a link was left out.")
        graph.leave("links", raw)
        return
    if problem := _lacks_end(graph, link):
        note("" if link.target == OUTPUT else link.target, "", problem)
        graph.leave("links", raw)
        return
    kept = (
        _into_outlet(graph, link, note) if link.target == OUTPUT else _into_node(graph, link, note)
    )
    if not kept:
        graph.leave("links", raw)


def _parsed(raw: Any) -> Link | None:
    if isinstance(raw, list):
        row = sequence(raw)
        more = {"more": row[6:]} if len(row) > len(_KEYS) else {}
        parts = [*row[:6], None] if len(row) >= SHORTEST else []
    else:
        given = mapping(raw)
        more = without(given, _SAID)
        parts = [given.get(key) for key in _KEYS] if given else []
    if not parts:
        return None
    origin, target = key_of(parts[1]), key_of(parts[3])
    origin_slot, target_slot = whole(parts[2]), whole(parts[4])
    if origin is None or target is None or origin_slot is None or target_slot is None:
        return None
    if origin_slot < 0 or target_slot < 0:
        return None
    return Link(parts[0], origin, origin_slot, target, target_slot, parts[5], more)


def _lacks_end(graph: SourceGraph, link: Link) -> str:
    """Return what is wrong where a link begins or ends at nothing, else an empty string."""
    if graph.is_definition and link.origin == INPUT:
        if link.origin_slot >= _count(graph, "inputs"):
            return f"A link comes from input {link.origin_slot}, which the subgraph does not have."
    elif link.origin not in graph.nodes:
        return f'A link comes from node "{link.origin}", which is not there.'
    if graph.is_definition and link.target == OUTPUT:
        if link.target_slot >= _count(graph, "outputs"):
            return f"A link goes to output {link.target_slot}, which the subgraph does not have."
    elif link.target not in graph.nodes:
        return f'A link goes to node "{link.target}", which is not there.'
    return ""


def _count(graph: SourceGraph, key: str) -> int:
    return len(sequence(graph.raw.get(key)))


def _into_node(graph: SourceGraph, link: Link, note: Noter) -> bool:
    """Put a link into its input; False where it cannot be used, which is noted."""
    node = graph.nodes[link.target]
    slot = _slot_of(node, link)
    if slot is None:
        note(node.key, "", f"A link goes to its input {link.target_slot}, which it does not list.")
        return False
    before = node.feeds.get(slot)
    if before is not None:
        note(node.key, node.input_name(slot), "Two links go to this input; one was left out.")
        if node.inputs[slot].get("link") == before.id:
            return False
        graph.leave("links", _as_raw(before))
    link.target_slot = slot
    node.feeds[slot] = link
    return True


def _slot_of(node: SourceNode, link: Link) -> int | None:
    """Return the saved input that a link goes to; frontends renumber them, so its id helps."""
    if link.target_slot < len(node.inputs):
        return link.target_slot
    if link.id is None:
        return None
    naming = (slot for slot, each in enumerate(node.inputs) if each.get("link") == link.id)
    return next(naming, None)


def _into_outlet(graph: SourceGraph, link: Link, note: Noter) -> bool:
    """Put a link into an output of the definition; of several the one it lists first counts."""
    slot = link.target_slot
    before = graph.outlets.get(slot)
    if before is not None:
        if (before.origin, before.origin_slot) != (link.origin, link.origin_slot):
            note("", "", f"Several links go to output {slot} of the subgraph; the first counts.")
        ids = sequence(mapping(sequence(graph.raw.get("outputs"))[slot]).get("linkIds"))
        if not _is_earlier(ids, link.id, before.id):
            return False
        graph.leave("links", _as_raw(before))
    graph.outlets[slot] = link
    return True


def _is_earlier(ids: list[Any], one: Any, other: Any) -> bool:
    return one in ids and (other not in ids or ids.index(one) < ids.index(other))


def _as_raw(link: Link) -> dict[str, Any]:
    values = (link.id, link.origin, link.origin_slot, link.target, link.target_slot, link.type)
    return {**dict(zip(_KEYS, values, strict=True)), **link.left}


def _read_implied(graph: SourceGraph, raw: dict[str, Any]) -> None:
    """Link an input that Use Everywhere feeds, unless a drawn link does."""
    ends = {
        "origin_id": raw.get("upstream"),
        "origin_slot": raw.get("upstream_slot"),
        "target_id": raw.get("downstream"),
        "target_slot": raw.get("downstream_slot"),
        "type": raw.get("type"),
    }
    link = _parsed(ends)
    if link is None or _lacks_end(graph, link):
        return
    link.implied = True
    if link.target == OUTPUT:
        graph.outlets.setdefault(link.target_slot, link)
        return
    node = graph.nodes[link.target]
    if link.target_slot < len(node.inputs):
        node.feeds.setdefault(link.target_slot, link)
