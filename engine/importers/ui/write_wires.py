"""Where each input of a graph is drawn from: through the nodes that it was drawn through before.

A way through browser-only nodes is kept only if it still brings what the document says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.document.model import SUBGRAPH
from engine.importers.ui.plain import mapping, sequence, storable, text, whole
from engine.importers.ui.replacing import PROPERTY
from engine.importers.ui.source import INPUT, OUTPUT, Link, SourceGraph, SourceNode
from engine.importers.ui.tracing import Constant, Origin, Output, Outside, Place, Tracer

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.document.model import ExposedInput, ExposedOutput, Node

#: Instances inside instances that are looked through.
DEEPEST = 32
#: What a primitive's text is filled in with.
_REFERENCE = re.compile(r"%[^%]+%")


@dataclass(frozen=True, slots=True)
class Level:
    """One graph of a document: the root's, or a definition's with its drawn sockets.

    Attributes:
        key: the definition's id; "" is the root.
    """

    key: str
    nodes: Mapping[str, Node]
    view: Mapping[str, Any]
    inputs: list[ExposedInput] = field(default_factory=list["ExposedInput"])
    outputs: list[ExposedOutput] = field(default_factory=list["ExposedOutput"])


@dataclass(frozen=True, slots=True)
class Definitions:
    """What wires of all levels share: the definitions as levels, and which types are known."""

    levels: Mapping[str, Level]
    is_known: Callable[[str], bool]


class Wires:
    """The ways of one level."""

    def __init__(self, level: Level, definitions: Definitions, depth: int = 0) -> None:
        self._level = level
        self._definitions = definitions
        self._depth = depth
        self._drawn = mapping(level.view.get("wires"))
        self._outside = {
            target: index for index, each in enumerate(level.inputs) for target in each.targets
        }
        graph = self._graph()
        self._tracer = Tracer(graph, definitions.is_known, self._through)

    def _graph(self) -> SourceGraph:
        """Return the level as the tracer walks it: only browser-only nodes have links."""
        graph = SourceGraph({}, is_definition=bool(self._level.key))
        for key, node in self._level.nodes.items():
            graph.nodes[key] = SourceNode(key, node.type, {}, [], [], 0)
        for key, each in mapping(self._level.view.get("virtual")).items():
            raw = mapping(mapping(each).get("foreign"))
            kind, mode = text(mapping(each).get("type")), whole(raw.get("mode")) or 0
            graph.nodes[key] = SourceNode(key, kind, raw, [], [], mode)
        known = {*graph.nodes, INPUT}
        for key in mapping(self._level.view.get("virtual")):
            for slot, way in mapping(self._drawn.get(key)).items():
                place, at = _place(way), whole(slot)
                if at is not None and place and place[0] in known:
                    graph.nodes[key].feeds[at] = Link(None, *place, key, at)
        return graph

    def into_virtual(self, key: str) -> dict[int, Place]:
        """Return where the linked inputs of a browser-only node are drawn from."""
        node = self._tracer.graph.nodes[key]
        return {slot: (link.origin, link.origin_slot) for slot, link in node.feeds.items()}

    def into(self, key: str, name: str) -> Place | None:
        """Return where an input is drawn from, or None where its value is typed."""
        way = self._way(key, name)
        return way if way and self.brings(way, key, name) else self._said(key, name)

    def is_there(self, place: Place) -> bool:
        """Say whether a link can begin at a place."""
        key, slot = place
        if key == INPUT:
            return slot < len(self._level.inputs)
        return key in self._tracer.graph.nodes

    def brings(self, place: Place, key: str, name: str) -> bool:
        """Say whether a link from a place would bring what the document says of an input."""
        return self._brings(self._origin(place), key, name)

    def is_held(self, key: str, name: str) -> bool:
        """Say whether an input is drawn from a primitive."""
        way = self._way(key, name)
        origin = self._origin(way) if way else None
        return isinstance(origin, Constant) and self._brings(origin, key, name)

    def into_outlet(self, slot: int) -> Place | None:
        """Return where an output of the definition is drawn from."""
        exposed = self._level.outputs[slot]
        said: Origin = None
        if exposed.source[0] in self._level.nodes:
            said = Output(*exposed.source)
        elif (index := self._handed(self._level, exposed)) is not None:
            said = Outside(index)
        way = self._way(OUTPUT, str(slot))
        if way is not None:
            origin = self._origin(way)
            if origin == said or (said is None and isinstance(origin, Constant)):
                return way
        match said:
            case Output(node, output):
                return node, output
            case Outside(index):
                return INPUT, index
            case _:
                return None

    def outlet(self, slot: int) -> Origin:
        """Return what an output of the definition gives."""
        place = self.into_outlet(slot)
        return self._origin(place) if place else None

    def _way(self, key: str, name: str) -> Place | None:
        place = _place(mapping(self._drawn.get(key)).get(name))
        return place if place and self.is_there(place) else None

    def _origin(self, place: Place) -> Origin:
        return self._tracer.origin(Link(None, *place, "", 0))

    def _said(self, key: str, name: str) -> Place | None:
        """Return what the document says of an input."""
        index = self._outside.get((key, name))
        if index is not None:
            return INPUT, index
        link = self._level.nodes[key].links.get(name)
        return (link.node, link.output) if link and link.node in self._level.nodes else None

    def _brings(self, origin: Origin, key: str, name: str) -> bool:
        said = self._said(key, name)
        match origin:
            case Output(node, output):
                return said == (node, output)
            case Outside(index):
                return said == (INPUT, index)
            case Constant(value):
                values = self._level.nodes[key].values
                is_there = said is None and name in values
                return is_there and self._is_value(origin, storable(value), values[name])
            case None:
                return said is None

    def _is_value(self, constant: Constant, value: Any, found: Any) -> bool:
        if value == found:
            return True
        holder = self._tracer.graph.nodes[constant.holder]
        if holder.properties.get(PROPERTY) is not True or not isinstance(value, str):
            return False
        parts = [re.escape(part) for part in _REFERENCE.split(value)]
        is_filled = re.compile(".*".join(parts), re.DOTALL)
        return isinstance(found, str) and bool(is_filled.fullmatch(found))

    def _through(self, node: SourceNode, slot: int) -> Origin | Place:
        """Return what an output of a node gives: of an instance what its definition hands on."""
        instance = self._level.nodes[node.key]
        inner = self._definitions.levels.get(instance.type.removeprefix(SUBGRAPH))
        is_instance = instance.type.startswith(SUBGRAPH) and instance.mode == "run"
        if inner is None or not is_instance or self._depth >= DEEPEST:
            return Output(node.key, slot)
        if slot >= len(inner.outputs):
            return None
        exposed = inner.outputs[slot]
        if exposed.source[0] in inner.nodes:
            return Output(node.key, slot)
        index = self._handed(inner, exposed)
        if index is not None:
            return self._given(node.key, inner.inputs[index].name)
        found = Wires(inner, self._definitions, self._depth + 1).outlet(slot)
        is_constant = isinstance(found, Constant)
        return Constant(found.value, found.control, node.key) if is_constant else None

    def _given(self, key: str, name: str) -> Origin | Place:
        """Return what an instance gives to an input of its definition."""
        place = self.into(key, name)
        if place is not None:
            return place
        value = self._level.nodes[key].values.get(name)
        return None if value is None else Constant(value, None, key)

    @staticmethod
    def _handed(level: Level, exposed: ExposedOutput) -> int | None:
        """Return the input of the definition that an output only hands on."""
        name = mapping(exposed.unknown.get("foreign")).get("from_input")
        names = [each.name for each in level.inputs]
        return names.index(name) if name in names else None


def _place(way: Any) -> Place | None:
    """Return the place that a wire of the view names, or None where it is none."""
    pair = sequence(way)
    slot = whole(pair[1]) if len(pair) == 2 else None  # noqa: PLR2004 node and output
    return (str(pair[0]), slot) if slot is not None else None
