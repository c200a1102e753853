"""A subgraph's definition while a file is read: its inputs' names, and what its outputs give."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine.importers.ui.instances import read_instance
from engine.importers.ui.linking import read_source
from engine.importers.ui.plain import mapping, sequence, text
from engine.importers.ui.source import INPUT, SourceGraph, SourceNode
from engine.importers.ui.tracing import Constant, Origin, Output, Outside, Place, Tracer

if TYPE_CHECKING:
    from engine.importers.ui.reading import Reading

#: Instances inside instances that are looked through.
DEEPEST = 32
#: Mute and bypass.
_RESTING = (2, 4)


@dataclass
class Definition:
    """One definition.

    Attributes:
        names: of its inputs, made unique.
        source_names: the same as the file has them.
    """

    id: str
    raw: dict[str, Any]
    graph: SourceGraph
    tracer: Tracer = field(init=False)

    def __post_init__(self) -> None:
        self.title = text(self.raw.get("name"))
        self.source_names = [
            text(mapping(each).get("name")) for each in sequence(self.raw.get("inputs"))
        ]
        self.names = _unique(self.source_names)
        self._renamed = dict(zip(reversed(self.source_names), reversed(self.names), strict=True))

    def renamed(self, name: str) -> str | None:
        """Return the unique name of an input, or None where there is no such input."""
        return self._renamed.get(name)

    def names_for(self, instance: SourceNode) -> list[str]:
        """Return the name of each saved input of an instance; equal names go by their order."""
        left = dict[str, list[str]]()
        for source, name in zip(self.source_names, self.names, strict=True):
            left.setdefault(source, []).append(name)
        for queue in left.values():
            queue.reverse()
        names: list[str] = []
        for slot in range(len(instance.inputs)):
            saved = instance.input_name(slot)
            queue = left.get(saved)
            names.append(queue.pop() if queue else saved)
        return names

    @cached_property
    def widget_names(self) -> list[str]:
        """Return the names of the inputs that feed a widget, in order."""
        fed: set[int] = set()
        for node in self.graph.nodes.values():
            for slot, link in node.feeds.items():
                if not node.inputs[slot].get("widget"):
                    continue
                before = self.graph.nodes.get(link.origin)
                if link.origin == INPUT:
                    fed.add(link.origin_slot)
                elif before is not None and self.tracer.is_virtual(before):
                    origin = self.tracer.origin(link)
                    fed.update({origin.index} if isinstance(origin, Outside) else ())
        return [name for index, name in enumerate(self.names) if index in fed]

    def outlet(self, slot: int) -> Origin:
        """Return what feeds an output."""
        link = self.graph.outlets.get(slot)
        return self.tracer.origin(link) if link else None


def read_definitions(raw: dict[str, Any], reading: Reading) -> list[Any]:
    """Read all definitions of a file into `reading`; return those that cannot be read."""
    unread: list[Any] = []
    looking = _Looking(reading)
    for each in sequence(mapping(raw.get("definitions")).get("subgraphs")):
        given = mapping(each)
        key = text(given.get("id"))
        if not key or key in reading.definitions:
            message = "is defined twice" if key else "has no id"
            reading.noter()("", "", f'Subgraph "{text(given.get("name"))}" {message}.')
            unread.append(each)
            continue
        graph = read_source(given, reading.noter(key), is_definition=True)
        definition = reading.definitions[key] = Definition(key, given, graph)
        definition.tracer = Tracer(graph, reading.is_known, looking.through)
    return unread


@dataclass(slots=True)
class _Looking:
    """Looks through instances; `open` counts how many are looked through at once."""

    reading: Reading
    open: int = 0

    def through(self, node: SourceNode, slot: int) -> Origin | Place:
        """Return what an output gives that a definition only hands on, else the output."""
        definition = self.reading.definitions.get(node.type)
        is_resting = node.mode in _RESTING
        if definition is None or is_resting or self.open >= DEEPEST:
            return Output(node.key, slot)
        self.open += 1
        try:
            return self._handed_on(node, slot, definition)
        finally:
            self.open -= 1

    def _handed_on(self, node: SourceNode, slot: int, definition: Definition) -> Origin | Place:
        match definition.outlet(slot):
            case Output():
                return Output(node.key, slot)
            case Constant(value, control):
                return Constant(value, control, node.key)
            case Outside(index):
                name = definition.names[index]
                names = definition.names_for(node)
                place = Tracer.before(node, names.index(name)) if name in names else None
                if place is not None:
                    return place
                value = read_instance(node.raw, definition).values.get(name)
                return None if value is None else Constant(value, None, node.key)
            case None:
                return None


def tracer_of(graph: SourceGraph, reading: Reading) -> Tracer:
    """Return what finds the origins of a graph's links."""
    return Tracer(graph, reading.is_known, _Looking(reading).through)


def _unique(names: list[str]) -> list[str]:
    """Return the names with empty ones named and repeated ones numbered."""
    taken = {name for name in names if name}
    seen: set[str] = set()
    unique: list[str] = []
    for name in names:
        chosen, count = name or "input", 1
        while chosen in seen or (chosen in taken and chosen != name):
            chosen, count = f"{name or 'input'}_{count}", count + 1
        seen.add(chosen)
        unique.append(chosen)
    return unique
