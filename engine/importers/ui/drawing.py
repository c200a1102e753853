"""What is drawn and does not run: places, frames, notes, browser-only nodes, the viewport."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.importers.ui.plain import is_number, mapping, numbers, sequence, text, without
from engine.importers.ui.virtual import NOTES

if TYPE_CHECKING:
    from engine.importers.ui.source import Link, SourceGraph, SourceNode
    from engine.importers.ui.tracing import Tracer

_SAID_OF_GROUPS = frozenset({"title", "bounding", "color"})


def place_of(raw: dict[str, Any]) -> tuple[tuple[float, ...], frozenset[str]]:
    """Return x, y, width and height, and which keys of the source they say in full."""
    at, size = numbers(raw.get("pos"), 2), numbers(raw.get("size"), 2)
    said = {key for key, found in (("pos", at), ("size", size)) if found is not None}
    if at is None and size is None:
        return (), frozenset(said)
    return (*(at or (0, 0)), *(size or (0, 0))), frozenset(said)


def frames_of(raw: dict[str, Any]) -> tuple[list[dict[str, Any]], list[Any]]:
    """Return the groups as frames, and those that cannot be read."""
    frames: list[dict[str, Any]] = []
    unread: list[Any] = []
    for each in sequence(raw.get("groups")):
        group = mapping(each)
        place = numbers(group.get("bounding"), 4)
        if place is None:
            unread.append(each)
            continue
        frame: dict[str, Any] = {"title": text(group.get("title")), "place": list(place)}
        if color := text(group.get("color")):
            frame["color"] = color
        if left := without(group, _SAID_OF_GROUPS):
            frame["foreign"] = left
        frames.append(frame)
    return frames, unread


def viewport_of(extra: dict[str, Any]) -> dict[str, Any]:
    """Return offset and zoom, where the file has both."""
    seen = mapping(extra.get("ds"))
    offset, zoom = numbers(seen.get("offset"), 2), seen.get("scale")
    if offset is None or not is_number(zoom):
        return {}
    return {"offset": list(offset), "zoom": zoom}


def drawn_nodes(graph: SourceGraph, tracer: Tracer) -> dict[str, Any]:
    """Return notes and browser-only nodes, and what is linked into these."""
    view: dict[str, Any] = {}
    for node in graph.nodes.values():
        if not tracer.is_virtual(node):
            continue
        if node.type in NOTES:
            view.setdefault("notes", []).append(_note(node))
            continue
        place, _ = place_of(node.raw)
        drawn = {"type": node.type, "place": list(place), "foreign": node.raw}
        view.setdefault("virtual", {})[node.key] = drawn
        for slot, link in node.feeds.items():
            add_wire(view, (node.key, str(slot)), link)
    return view


def add_wire(view: dict[str, Any], to: tuple[str, str], link: Link) -> None:
    """Say where a link into an input is drawn from; inputs of browser-only nodes by their place."""
    if not link.implied:
        wires = view.setdefault("wires", {}).setdefault(to[0], {})
        wires[to[1]] = [link.origin, link.origin_slot]


def add_link_facts(view: dict[str, Any], graph: SourceGraph) -> None:
    """Keep what links say beside their ends: the reroute they pass, a label, their own type."""
    fed = [link for node in graph.nodes.values() for link in node.feeds.values()]
    for link in (*fed, *graph.outlets.values()):
        if link.implied:
            continue
        facts = dict(link.left)
        if link.type != _given_type(graph, link):
            facts["type"] = link.type
        if facts:
            view.setdefault("links", {})[str(link.id)] = facts


def _given_type(graph: SourceGraph, link: Link) -> Any:
    """Return the type that the source says its output has."""
    node = graph.nodes.get(link.origin)
    if node is None:
        inputs = sequence(graph.raw.get("inputs"))
        slot = link.origin_slot
        return mapping(inputs[slot]).get("type") if slot < len(inputs) else None
    slot = link.origin_slot
    return node.outputs[slot].get("type") if slot < len(node.outputs) else None


def _note(node: SourceNode) -> dict[str, Any]:
    place, _ = place_of(node.raw)
    held = sequence(node.raw.get("widgets_values")) or sequence(
        node.raw.get("widgets_values_named")
    )
    return {
        "id": node.key,
        "title": text(node.raw.get("title")),
        "text": text(held[0]) if held else "",
        "format": NOTES[node.type],
        "place": list(place),
        "foreign": node.raw,
    }
