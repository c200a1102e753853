"""One graph of a saved workflow (the root or a definition) as plain structs.

Tolerant: what cannot be read is noted and kept as it is in `unread`, the rest goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from engine.importers.ui.plain import key_of, mapping, sequence, text, whole

#: What links inside a definition name as source or target for the definition's own sockets.
INPUT, OUTPUT = "-10", "-20"
Noter = Callable[[str, str, str], None]


@dataclass(slots=True)
class Link:
    """One link.

    Attributes:
        left: what else it says, such as the reroute it passes.
        implied: no one drew it; Use Everywhere makes it when the workflow is queued.
    """

    id: Any
    origin: str
    origin_slot: int
    target: str
    target_slot: int
    type: Any = None
    left: dict[str, Any] = field(default_factory=dict[str, Any])
    implied: bool = False


@dataclass(slots=True)
class SourceNode:
    """One node; `feeds` has the link into each linked input, by its place among the saved ones."""

    key: str
    type: str
    raw: dict[str, Any]
    inputs: list[dict[str, Any]]
    outputs: list[dict[str, Any]]
    mode: int
    feeds: dict[int, Link] = field(default_factory=dict[int, Link])

    def input_name(self, slot: int) -> str:
        """Return the name of a saved input, or an empty string."""
        return text(self.inputs[slot].get("name")) if 0 <= slot < len(self.inputs) else ""

    @property
    def properties(self) -> dict[str, Any]:
        """Return the node's properties."""
        return mapping(self.raw.get("properties"))


@dataclass(slots=True)
class SourceGraph:
    """The nodes and links of one graph: the root's or a definition's.

    Attributes:
        outlets: output of the definition -> the link into it.
        unread: what is not understood, by the key of the source object.
        routed: ids of the links of which the view says which reroutes they pass.
        dots: ids of those reroutes.
    """

    raw: dict[str, Any]
    is_definition: bool = False
    nodes: dict[str, SourceNode] = field(default_factory=dict[str, SourceNode])
    outlets: dict[int, Link] = field(default_factory=dict[int, Link])
    unread: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    routed: set[Any] = field(default_factory=set[Any])
    dots: set[int] = field(default_factory=set[int])

    def leave(self, key: str, raw: Any) -> None:
        """Keep what is not understood."""
        self.unread.setdefault(key, []).append(raw)


def read_node(graph: SourceGraph, raw: Any, note: Noter) -> None:
    """Add a node to the graph; one without an id or a type is left unread."""
    given = mapping(raw)
    key, kind = key_of(given.get("id")), text(given.get("type"))
    if key is None or not kind:
        note(key or "", "", f"{_lacking(key)} was left out; the file still has it.")
        graph.leave("nodes", raw)
        return
    if key in graph.nodes or key in (INPUT, OUTPUT):
        taken, count = key, 2
        while key in graph.nodes or key in (INPUT, OUTPUT):
            key, count = f"{taken}_{count}", count + 1
        note(key, "", f'Its id "{taken}" is taken, so it became "{key}" and lost its links.')
    mode = whole(given.get("mode")) or 0
    inputs = [mapping(each) for each in sequence(given.get("inputs"))]
    outputs = [mapping(each) for each in sequence(given.get("outputs"))]
    graph.nodes[key] = SourceNode(key, kind, given, inputs, outputs, mode)


def _lacking(key: str | None) -> str:
    return "A node without an id" if key is None else "It has no type that is text, so it"
