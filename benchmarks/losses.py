"""What a document read from a saved workflow has lost, found without the importer's own code."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from engine.document import Document, ExposedInput, ExposedOutput, Node

#: Nodes, view, and what could not be read.
Level = tuple[Mapping[str, Node], Mapping[str, Any], Mapping[str, Any]]
#: A definition's own sockets, in its links.
INPUT, OUTPUT = -10, -20
_SAID = {"id", "type", "pos", "size", "mode", "title", "inputs", "outputs"}
_WIDGETS = {"widgets_values", "widgets_values_named"}


def losses(raw: dict[str, Any], document: Document) -> list[str]:
    """Return what is not found again: nodes, their keys, each widget value, each link, groups."""
    unread = document.extra["comfyui"].get("unread", {})
    found = _level(raw, (document.nodes, document.view, unread), [], [])
    found += _missing(len(raw.get("groups", [])), len(document.frames), "groups")
    for each in raw.get("definitions", {}).get("subgraphs", []):
        inner = document.subgraphs[each["id"]]
        unread = inner.unknown["foreign"].get("unread", {})
        level = (inner.nodes, inner.view, unread)
        found += _level(each, level, inner.inputs, inner.outputs)
        found += _missing(len(each.get("groups", [])), len(inner.frames), "groups")
    return found


def _missing(before: int, after: int, what: str) -> list[str]:
    return [] if before == after else [f"{before} {what} became {after}"]


def _level(
    raw: dict[str, Any],
    level: Level,
    inputs: list[ExposedInput],
    outputs: list[ExposedOutput],
) -> list[str]:
    nodes, view, _ = level
    drawn = {key: each["foreign"] for key, each in view.get("virtual", {}).items()}
    drawn |= {each["id"]: each["foreign"] for each in view.get("notes", [])}
    lost: list[str] = []
    for node in raw["nodes"]:
        key = str(node["id"])
        if key in nodes:
            lost += [f"node {key}: {what}" for what in _of_node(node, nodes[key])]
        elif _text(drawn.get(key)) != _text(node):
            lost.append(f"node {key} is not there")
    lost += _of_links(
        raw, level, {t: n for n, each in enumerate(inputs) for t in each.targets}, outputs
    )
    return lost


def _of_links(
    raw: dict[str, Any],
    level: Level,
    fed: Mapping[tuple[str, str], int],
    outputs: list[ExposedOutput],
) -> list[str]:
    nodes, view, unread = level
    left = {_row(each)[0] for each in unread.get("links", [])}
    saved = {str(each["id"]): each.get("inputs") or [] for each in raw["nodes"]}
    lost: list[str] = []
    for link in raw["links"]:
        number, origin, slot, target, place = _row(link)
        source, key = (str(origin), int(slot)), str(target)
        names = [each["name"] for each in saved.get(key, [])[place : place + 1]] or [""]
        wires = view.get("wires", {}).get(key, {})
        ways = [wires.get(names[0]), wires.get(str(place))]
        if key in nodes:
            # An instance's inputs may have other names here, as the definition's were made unique.
            is_instance = nodes[key].type.startswith("subgraph:")
            links = nodes[key].links
            some = (
                links.values() if is_instance else [links[name] for name in names if name in links]
            )
            ways += [[each.node, each.output] for each in some]
            ways.append([str(INPUT), fed.get((key, names[0]), -1)])
        if target == OUTPUT and place < len(outputs):
            ways.append(list(outputs[place].source))
        if number not in left and list(source) not in ways:
            lost.append(f"link {number} from {source} to {target} {names[0]!r}")
    return lost


def _row(link: Any) -> list[Any]:
    if isinstance(link, list):
        return link[:5]
    keys = ("id", "origin_id", "origin_slot", "target_id", "target_slot")
    return [link[key] for key in keys]


def _of_node(raw: dict[str, Any], node: Node) -> list[str]:
    kept = node.foreign["node"]
    lost = [
        f"{key} changed"
        for key in raw.keys() - _SAID - _WIDGETS
        if _text(kept.get(key)) != _text(raw[key])
    ]
    if raw.get("title", "") not in (node.title, kept.get("title", "")):
        lost.append("title changed")
    if raw.get("pos") and "pos" not in kept and not node.place:
        lost.append("place lost")
    there = Counter(map(_text, _values(node)))
    for form in _WIDGETS & raw.keys():
        held = raw[form]
        entries = list(held.values()) if isinstance(held, dict) else (held or [])
        lost += [f"value {each} of {form}" for each in (Counter(map(_text, entries)) - there)]
    return lost


def _values(node: Node) -> list[Any]:
    """Return every value that a node of the document holds, wherever it is kept."""
    found = [*node.values.values(), *node.controls.values()]
    for kept in node.foreign.get("widgets", {}).values():
        found += kept.values() if isinstance(kept, dict) else [kept]
    verbatim = node.foreign["node"]
    for form in _WIDGETS & verbatim.keys():
        held = verbatim[form]
        found += held.values() if isinstance(held, dict) else (held or [])
    return found


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
