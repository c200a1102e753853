"""Where a link really comes from: back through reroutes, Set and Get nodes and definitions.

Muted and bypassed nodes stay what they are: the engine resolves them when the document runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.importers.ui import virtual
from engine.importers.ui.source import INPUT, Link, SourceGraph, SourceNode

MUTE = 2


@dataclass(frozen=True, slots=True)
class Output:
    """An output of a node that runs."""

    node: str
    slot: int


@dataclass(frozen=True, slots=True)
class Outside:
    """An input of the definition that the link is in."""

    index: int


@dataclass(frozen=True, slots=True)
class Constant:
    """A value typed into a primitive, or into an instance; `holder` is that node."""

    value: Any
    control: str | None
    holder: str


#: None: nothing comes, and the input counts as not linked.
Origin = Output | Outside | Constant | None
Place = tuple[str, int]
#: What an instance's output gives without running: see `Tracer.through`.
Through = Callable[[SourceNode, int], "Origin | Place"]


@dataclass(slots=True)
class Tracer:
    """Finds the origin of links of one graph; each place is walked once.

    Attributes:
        is_known: says whether a node type has a definition.
        through: returns what an instance's output is: an `Output` where it has to run, a place in
            this graph where the definition only hands on an input, or a constant.
    """

    graph: SourceGraph
    is_known: Callable[[str], bool]
    through: Through
    setters: Mapping[tuple[str, str], SourceNode] = field(init=False)
    _found: dict[Place, Origin] = field(default_factory=dict[Place, Origin])

    def __post_init__(self) -> None:
        setters: dict[tuple[str, str], SourceNode] = {}
        for node in self.graph.nodes.values():
            if node.type in virtual.SETTERS and (name := virtual.shared_name(node)):
                setters.setdefault(name, node)
        self.setters = setters

    def is_virtual(self, node: SourceNode) -> bool:
        """Say whether a node is drawing."""
        return virtual.is_virtual(node.type, self.is_known)

    def origin(self, link: Link) -> Origin:
        """Return what a link brings; a loop of drawing alone brings nothing."""
        place: Place = (link.origin, link.origin_slot)
        passed: list[Place] = []
        found: Origin = None
        while True:
            if place in self._found:
                found = self._found[place]
                break
            self._found[place] = None
            passed.append(place)
            step = self._step(*place)
            if not isinstance(step, tuple):
                found = step
                break
            place = step
        for each in passed:
            self._found[each] = found
        return found

    def _step(self, key: str, slot: int) -> Origin | Place:
        if key == INPUT:
            return Outside(slot)
        node = self.graph.nodes[key]
        if not self.is_virtual(node):
            return self.through(node, slot)
        if node.type == virtual.PRIMITIVE:
            value, control = virtual.primitive_value(node)
            return None if value is None else Constant(value, control, key)
        if node.mode == MUTE:
            return None
        if node.type in virtual.GETTERS:
            setter = self.setters.get(virtual.shared_name(node) or ("", ""))
            return self.before(setter, 0) if setter else None
        return self.before(node, slot)

    @staticmethod
    def before(node: SourceNode, slot: int) -> Place | None:
        """Return where the link into an input begins, or None."""
        link = node.feeds.get(slot)
        return (link.origin, link.origin_slot) if link else None
