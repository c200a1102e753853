"""What nodes warned of: kept with the results made of theirs, told again when these are reused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.events import Event, Warned

if TYPE_CHECKING:
    from engine.graph import GraphNode, NodeId
    from engine.results import Outputs
    from engine.signature import Key


@dataclass(slots=True)
class Warnings:
    """The warnings of one run, each told once."""

    emit: Callable[[Event], None]
    nodes: Mapping[NodeId, GraphNode]
    keys: Mapping[NodeId, Key]
    _told: set[tuple[Key, str]] = field(default_factory=set[tuple["Key", str]])

    def of(
        self, node: GraphNode, messages: Sequence[str], above: Iterable[Outputs]
    ) -> tuple[tuple[Key, str], ...]:
        """Return what goes with a node's result: what it told just now, and what goes with others.

        Args:
            node: that ran.
            messages: what it told.
            above: the results that it used.
        """
        key = self.keys.get(node.id, "")
        own = [(key, message) for message in messages]
        self._told.update(own)
        return tuple(dict.fromkeys([*(each for one in above for each in one.warnings), *own]))

    def tell_again(self, node: GraphNode, outputs: Outputs) -> None:
        """Tell what goes with a stored result, at the nodes that it comes from."""
        for key, message in outputs.warnings:
            if (key, message) not in self._told:
                self._told.add((key, message))
                self.emit(Warned(self._place(key, node), message))

    def _place(self, key: Key, node: GraphNode) -> NodeId:
        """Return where the node with a key is shown; `node` where the run has none."""
        found = next((each for each, its in self.keys.items() if its == key), node.id)
        return self.nodes[found].shown_at or found
