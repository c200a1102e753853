"""Places for nodes that have none: a column for each depth, nothing overlaps.

A prompt that a client sends to run has none, and gets none until somebody looks at it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine.widgets import Text

if TYPE_CHECKING:
    from engine.document import Document, Node
    from engine.spec import NodeSpec

WIDTH = 300
COLUMN_GAP = 80
ROW_GAP = 40
#: Heights in pixels: of a node without rows, of a row, and of a field of several lines.
HEAD, ROW, FIELD = 60, 26, 120


def with_places(document: Document, spec_of: Callable[[str], NodeSpec | None]) -> Document:
    """Return the document laid out, if no node of it has a place."""
    if any(node.place for node in document.nodes.values()):
        return document
    return replace(document, nodes=laid_out(document.nodes, spec_of))


def laid_out(
    nodes: Mapping[str, Node], spec_of: Callable[[str], NodeSpec | None]
) -> dict[str, Node]:
    """Return the nodes with places, each in the order of what feeds it."""
    columns: dict[int, list[str]] = {}
    for key, depth in _depths(nodes).items():
        columns.setdefault(depth, []).append(key)
    middles: dict[str, float] = {}
    places: dict[str, tuple[float, ...]] = {}
    for depth in sorted(columns):
        x, y = depth * (WIDTH + COLUMN_GAP), 0
        for key in sorted(columns[depth], key=lambda key: _middle_of_sources(nodes[key], middles)):
            height = _height(nodes[key], spec_of(nodes[key].type))
            places[key] = (x, y, WIDTH, height)
            middles[key] = y + height / 2
            y += height + ROW_GAP
    return {key: replace(node, place=places[key]) for key, node in nodes.items()}


def _depths(nodes: Mapping[str, Node]) -> dict[str, int]:
    """Return the longest way to each node from one without links; what waits in a circle is 0."""
    followers: dict[str, list[str]] = {}
    waits = dict.fromkeys(nodes, 0)
    for key, node in nodes.items():
        for link in node.links.values():
            if link.node in nodes:
                followers.setdefault(link.node, []).append(key)
                waits[key] += 1
    depths = dict.fromkeys(nodes, 0)
    ready = deque(key for key, count in waits.items() if not count)
    while ready:
        key = ready.popleft()
        for follower in followers.get(key, ()):
            depths[follower] = max(depths[follower], depths[key] + 1)
            waits[follower] -= 1
            if not waits[follower]:
                ready.append(follower)
    return depths


def _middle_of_sources(node: Node, middles: Mapping[str, float]) -> float:
    above = [middles[link.node] for link in node.links.values() if link.node in middles]
    return sum(above) / len(above) if above else 0.0


def _height(node: Node, spec: NodeSpec | None) -> int:
    inputs = spec.inputs_for(node.values, node.links) if spec else ()
    fields = sum(1 for each in inputs if isinstance(each.widget, Text) and each.widget.multiline)
    sockets = {each.name for each in inputs} | {*node.values, *node.links}
    rows = max(len(sockets), len(spec.outputs) if spec else 1)
    return HEAD + ROW * rows + FIELD * fields
