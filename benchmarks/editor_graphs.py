"""Graphs for the editor's benchmark, as ours and as ComfyUI's editor has them."""

from __future__ import annotations

import json
from random import Random
from typing import Any

WIDTH, COLUMN, ROW = 260, 320, 420
#: Sockets that a node's links go to, and where they are among its inputs in ComfyUI.
SOCKETS = (("positive", 1), ("negative", 2), ("latent_image", 3))
VALUES = {
    "seed": "7",
    "steps": 20,
    "cfg": 4.0,
    "sampler_name": "euler",
    "scheduler": "karras",
    "denoise": 1.0,
}
#: The same in ComfyUI's order, with what happens to the seed.
THEIR_VALUES = [7, "fixed", 20, 4.0, "euler", "karras", 1.0]

Links = list[tuple[int, str]]


def title(count: int) -> str:
    return f"{count} nodes"


def places(count: int) -> list[tuple[int, int]]:
    """Return the corners of nodes in a square."""
    columns = round(count**0.5 * 0.9)
    return [((index % columns) * COLUMN, (index // columns) * ROW) for index in range(count)]


def links(count: int) -> list[Links]:
    """Return the links of each node: three from the forty before it."""
    random = Random(7)
    found: list[Links] = [[]]
    for index in range(1, count):
        before = [max(0, index - 1 - random.randrange(min(index, 40))) for _ in SOCKETS]
        found.append([(node, name) for node, (name, _) in zip(before, SOCKETS, strict=True)])
    return found


def ours(count: int) -> str:
    """Return a document of ours."""
    nodes: dict[str, Any] = {}
    for index, (place, into) in enumerate(zip(places(count), links(count), strict=True)):
        nodes[str(index)] = {
            "type": "KSampler",
            "place": [*place, WIDTH, 0],
            "values": VALUES,
            "links": {name: [str(node), 0, ""] for node, name in into},
        }
    about = {"format": "sfumato", "version": 1, "title": title(count), "nodes": nodes}
    return json.dumps(about)


def theirs(count: int) -> str:
    """Return the same as a workflow of ComfyUI's editor."""
    slots = dict(SOCKETS)
    wires: list[list[Any]] = []
    ends: list[dict[str, int]] = [{} for _ in range(count)]
    starts: list[list[int]] = [[] for _ in range(count)]
    for index, into in enumerate(links(count)):
        for node, name in into:
            wire = len(wires) + 1
            wires.append([wire, node + 1, 0, index + 1, slots[name], "LATENT"])
            ends[index][name] = wire
            starts[node].append(wire)
    nodes = [
        _their_node(index, place, ends[index], starts[index])
        for index, place in enumerate(places(count))
    ]
    about = {"version": 0.4, "last_node_id": count, "last_link_id": len(wires)}
    return json.dumps({**about, "nodes": nodes, "links": wires})


def _their_node(
    index: int, place: tuple[int, int], ends: dict[str, int], starts: list[int]
) -> dict[str, Any]:
    kinds = ("model", "MODEL"), *((name, "CONDITIONING") for name, _ in SOCKETS[:2])
    inputs = [*kinds, ("latent_image", "LATENT")]
    return {
        "id": index + 1,
        "type": "KSampler",
        "pos": list(place),
        "size": [WIDTH, 262],
        "flags": {},
        "order": index,
        "mode": 0,
        "inputs": [{"name": name, "type": kind, "link": ends.get(name)} for name, kind in inputs],
        "outputs": [{"name": "LATENT", "type": "LATENT", "links": starts}],
        "properties": {"Node name for S&R": "KSampler"},
        "widgets_values": THEIR_VALUES,
    }
