"""The checked graph: immutable, acyclic, every node with its definition and canonical values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from engine.lazy import lazy
from engine.results import Link
from engine.spec import InputSpec, NodeSpec

if TYPE_CHECKING:
    import networkx as nx
else:
    nx = lazy("networkx")  # late: it has 500 modules, and graphs that can run do without it

NodeId = str


class GraphNode(msgspec.Struct, frozen=True, gc=False):
    """One node that may run.

    Attributes:
        inputs: its input sockets, dynamic ones unfolded.
        values: canonical values of the inputs that are not linked, in the order of `inputs`.
        links: what feeds the linked ones.
        shown_at: the node of the document that stands for it, where it is another.
    """

    id: NodeId
    spec: NodeSpec
    inputs: tuple[InputSpec, ...]
    values: dict[str, Any]
    links: dict[str, Link]
    shown_at: NodeId | None = None

    @property
    def name(self) -> str:
        """Return the node as errors name it."""
        return f'{self.id} "{self.spec.title}"'

    @property
    def file_inputs(self) -> tuple[InputSpec, ...]:
        """Return the inputs whose value names files that it reads."""
        if not self.spec.is_dynamic:
            return self.spec.file_inputs
        return tuple(each for each in self.inputs if each.reads_files)

    def hidden_before_run(self) -> dict[str, Any]:
        """Return the hidden values that its checks may take: its id; what else it hides is None."""
        id_or_none = {"unique_id": self.id}
        return {name: id_or_none.get(what) for name, what in self.spec.hidden.items()}

    def parents(self) -> list[NodeId]:
        """Return the nodes that its links come from, each once, in the order of the links."""
        return list(dict.fromkeys(link.node for link in self.links.values()))

    def strong_parents(self) -> list[NodeId]:
        """Return the nodes that must have run before it is asked what else it needs."""
        waits = {each.name for each in self.inputs if not (each.lazy or each.raw_link)}
        return list(dict.fromkeys(link.node for name, link in self.links.items() if name in waits))


Parents = Mapping[NodeId, Collection[NodeId]]


class Graph:
    """Nodes in an order in which each comes after those it depends on."""

    def __init__(self, nodes: Mapping[NodeId, GraphNode], parents: Parents) -> None:
        self.nodes = nodes
        self._parents = parents

    @cached_property
    def structure(self) -> nx.DiGraph[NodeId]:
        """Return which node depends on which; made when first asked for."""
        return nx.freeze(structure_of(self._parents))

    def outputs(self) -> list[NodeId]:
        """Return the nodes that show or save something."""
        return [key for key, node in self.nodes.items() if node.spec.is_output]

    def ancestors(self, node_id: NodeId) -> set[NodeId]:
        """Return every node that this one depends on."""
        return nx.ancestors(self.structure, node_id)

    def descendants(self, node_id: NodeId) -> set[NodeId]:
        """Return every node that depends on this one."""
        return nx.descendants(self.structure, node_id)

    def __iter__(self) -> Iterator[NodeId]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)


def structure_of(parents: Parents) -> nx.DiGraph[NodeId]:
    """Return the structure that says for each node which others it depends on."""
    structure: nx.DiGraph[NodeId] = nx.DiGraph()
    structure.add_nodes_from(parents)
    structure.add_edges_from(
        (parent, node) for node, above in parents.items() for parent in above if parent in parents
    )
    return structure


def topological_order(parents: Parents) -> list[NodeId] | None:
    """Return the nodes, each after those it depends on, or None if some wait for each other.

    Kahn 1962. Every run of every workflow comes through here, and building a networkx graph first
    would take a third of a run in which nothing changed.
    """
    children: defaultdict[NodeId, list[NodeId]] = defaultdict(list)
    waits_for: dict[NodeId, int] = {}
    for node_id, above in parents.items():
        count = 0
        for parent in above:
            if parent in parents:
                children[parent].append(node_id)
                count += 1
        waits_for[node_id] = count
    order = [node_id for node_id, count in waits_for.items() if not count]
    for node_id in order:
        for child in children.get(node_id, ()):
            waits_for[child] -= 1
            if not waits_for[child]:
                order.append(child)
    return order if len(order) == len(parents) else None


def find_cycle(parents: Parents) -> list[NodeId]:
    """Return the nodes of one cycle, in order."""
    return [edge[0] for edge in nx.find_cycle(structure_of(parents))]
