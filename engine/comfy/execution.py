"""What `comfy_execution` gives to packs: blockers, and a builder of graphs to expand to."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from engine.comfy.running import NodeCall, current_call
from engine.results import Blocker

ExecutionBlocker = Blocker

_LINK_LENGTH = 2


def is_link(value: Any) -> bool:
    """Say whether an input of an API prompt is a link: a list of node id and output."""
    if not isinstance(value, list) or len(cast("list[Any]", value)) != _LINK_LENGTH:
        return False
    node, output = cast("list[Any]", value)
    return isinstance(node, str) and type(output) in (int, float)


@dataclass(slots=True, eq=False)
class Node:
    """A node of a graph that is being built."""

    id: str
    class_type: str
    inputs: dict[str, Any]
    override_display_id: str | None = None

    def out(self, index: int) -> list[Any]:
        """Return a link to one of its outputs."""
        return [self.id, index]

    def set_input(self, key: str, value: Any) -> None:
        """Set an input; None removes it."""
        if value is None:
            self.inputs.pop(key, None)
        else:
            self.inputs[key] = value

    def get_input(self, key: str) -> Any:
        """Return an input, or None."""
        return self.inputs.get(key)

    def set_override_display_id(self, override_display_id: str | None) -> None:
        """Show its progress and results at another node."""
        self.override_display_id = override_display_id

    def serialize(self) -> dict[str, Any]:
        """Return the node as API prompts have it."""
        node: dict[str, Any] = {"class_type": self.class_type, "inputs": dict(self.inputs)}
        if self.override_display_id is not None:
            node["override_display_id"] = self.override_display_id
        return node


@dataclass(slots=True, init=False, eq=False)
class GraphBuilder:
    """Builds a graph whose ids are unique in the run, and the same each time.

    An id is `<node>.<call>.<graph>.<name or number>`, of the call that the thread or task is in.
    """

    prefix: str
    nodes: dict[str, Node]
    _numbers: Iterator[int]

    def __init__(self, prefix: str | None = None) -> None:
        self.prefix = GraphBuilder.alloc_prefix() if prefix is None else prefix
        self.nodes = {}
        self._numbers = itertools.count()

    @classmethod
    def set_default_prefix(cls, unique_id: str, call_index: int, graph_index: int = 0) -> None:
        """Say which node is called, and how often it was before."""
        call = current_call.get()
        context = None if call is None else call.context
        current_call.set(NodeCall(unique_id, call_index, graph_index, context))

    @classmethod
    def alloc_prefix(
        cls, root: str | None = None, call_index: int | None = None, graph_index: int | None = None
    ) -> str:
        """Return a prefix for the ids of one graph; what is not given is counted."""
        at = current_call.get() or NodeCall("", 0)
        if graph_index is None:
            graph_index = at.graphs
            at.graphs += 1
        root = at.node if root is None else root
        return f"{root}.{at.index if call_index is None else call_index}.{graph_index}."

    def node(self, class_type: str, id: str | None = None, **kwargs: Any) -> Node:  # noqa: A002
        """Add a node, or return the one with this id; inputs are values and `out(…)` of others."""
        full = self.prefix + (str(next(self._numbers)) if id is None else str(id))
        if full not in self.nodes:
            self.nodes[full] = Node(full, class_type, kwargs)
        return self.nodes[full]

    def lookup_node(self, id: str) -> Node | None:  # noqa: A002 packs may name it
        """Return the node with this id, without the prefix, or None."""
        return self.nodes.get(self.prefix + str(id))

    def finalize(self) -> dict[str, dict[str, Any]]:
        """Return the graph as an API prompt."""
        return {key: node.serialize() for key, node in self.nodes.items()}

    def replace_node_output(self, node_id: str, index: int, new_value: Any) -> None:
        """Put another link or value wherever an output is used; None removes these inputs."""
        full = self.prefix + str(node_id)
        for node in self.nodes.values():
            for name in [key for key, value in node.inputs.items() if value == [full, index]]:
                node.set_input(name, new_value)

    def remove_node(self, id: str) -> None:  # noqa: A002 packs may name it
        """Remove a node; links to it stay."""
        self.nodes.pop(self.prefix + str(id), None)


def add_graph_prefix(
    graph: dict[str, dict[str, Any]], outputs: Any, prefix: str
) -> tuple[dict[str, dict[str, Any]], tuple[Any, ...]]:
    """Put a prefix before every id of a graph, in its links and in the links of `outputs`."""

    def renamed(value: Any) -> Any:
        return [prefix + value[0], value[1]] if is_link(value) else value

    nodes = {
        prefix + node_id: {
            **node,
            "inputs": {name: renamed(value) for name, value in node.get("inputs", {}).items()},
        }
        for node_id, node in graph.items()
    }
    return nodes, tuple(renamed(each) for each in outputs)
