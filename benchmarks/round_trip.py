"""What differs between a saved workflow and the same read and written."""

from __future__ import annotations

import json
from typing import Any

MUST_STAY = frozenset({"nodes", "links", "values", "groups", "places", "subgraphs"})
_KEYS = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
_VALUES = ("widgets_values", "widgets_values_named")
_PLACES = ("pos", "size")


def differences(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """Return in what the files differ; the order of nodes and links does not count."""
    found = _of_graphs(before, after)
    inner = [_by_id(_definitions(each)) for each in (before, after)]
    if inner[0].keys() != inner[1].keys():
        return {*found, "subgraphs"}
    for key, graph in inner[0].items():
        found |= _of_graphs(graph, inner[1][key])
    return found


def _definitions(raw: dict[str, Any]) -> list[dict[str, Any]]:
    return raw.get("definitions", {}).get("subgraphs", [])


def _by_id(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {str(each["id"]): each for each in entries}


def _of_graphs(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    nodes = _by_id(before["nodes"]), _by_id(after["nodes"])
    if nodes[0].keys() != nodes[1].keys():
        found.add("nodes")
    for key in nodes[0].keys() & nodes[1].keys():
        found |= _of_nodes(nodes[0][key], nodes[1][key])
    if _links(before) != _links(after):
        found.add("links")
    for key in (before.keys() | after.keys()) - {"nodes", "links", "definitions"}:
        if _text(before.get(key)) != _text(after.get(key)):
            found.add("groups" if key == "groups" else f"the graph's {key}")
    return found


def _of_nodes(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    for key in before.keys() | after.keys():
        one, other = before.get(key), after.get(key)
        if key in _PLACES:
            one, other = _pair(one), _pair(other)
        if _text(one or None) == _text(other or None) or key in ("inputs", "outputs"):
            continue
        found.add("values" if key in _VALUES else "places" if key in _PLACES else "nodes")
    return found


def _pair(value: Any) -> Any:
    return list(value.values()) if isinstance(value, dict) else value


def _links(graph: dict[str, Any]) -> list[str]:
    rows = [each for each in graph["links"] if each is not None]
    lists = [each if isinstance(each, list) else [each.get(key) for key in _KEYS] for each in rows]
    return sorted(_text([str(part) for part in row]) for row in lists)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
