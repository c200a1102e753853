"""Nodes that a running node adds: checked like those of the document, by the same code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from engine.document.flatten import Flat
from engine.document.model import LinkSource, Node
from engine.errors import InvalidGraph, NodeError
from engine.results import Link, NewNode
from engine.validate import validate

if TYPE_CHECKING:
    from engine.graph import GraphNode, NodeId
    from engine.paths import Folders
    from engine.registry import Registry
    from engine.running.calling import Raw


def build_nodes(
    parent: GraphNode,
    expand: Mapping[NodeId, NewNode],
    present: Mapping[NodeId, GraphNode],
    registry: Registry,
    folders: Folders | None,
) -> dict[NodeId, GraphNode]:
    """Return the new nodes, each after those it depends on.

    Args:
        parent: the node that expanded; it stands for the new ones where nodes are shown.
        expand: the new nodes by id.
        present: all nodes of the run so far.
        registry: node definitions.
        folders: where files that values name are looked for.

    Raises:
        NodeError: an id is taken.
        InvalidGraph: the new nodes do not fit together.
    """
    if taken := expand.keys() & present.keys():
        raise NodeError(
            f"Node {parent.name} expands to nodes whose ids are taken: {', '.join(sorted(taken))}. "
            "Make ids from the node's own id."
        )
    document = {node_id: _as_document_node(new, registry) for node_id, new in expand.items()}
    outside = {
        link.node: present[link.node]
        for node in document.values()
        for link in node.links.values()
        if link.node in present
    }
    graph, problems = validate(Flat(document, {}), registry, folders, list(expand), outside)
    if problems:
        raise InvalidGraph(problems)
    shown = {node_id: new.shown_at for node_id, new in expand.items()}
    fallback = parent.shown_at or parent.id
    return {
        node_id: replace(node, shown_at=shown[node_id] or fallback)
        for node_id, node in graph.nodes.items()
        if node_id in expand
    }


def links_in(raws: Iterable[Raw]) -> list[Link]:
    """Return the links among what the calls of a node returned."""
    return [value for raw in raws for value in raw.values if isinstance(value, Link)]


def check_links(
    parent: GraphNode, links: Iterable[Link], nodes: Mapping[NodeId, GraphNode]
) -> None:
    """Check that an expansion returns outputs that exist.

    Raises:
        NodeError: one does not.
    """
    for link in links:
        source = nodes.get(link.node)
        if source is None or not 0 <= link.output < len(source.spec.outputs):
            raise NodeError(
                f'Node {parent.name} returns output {link.output} of node "{link.node}", '
                "which is not there."
            )


def _as_document_node(new: NewNode, registry: Registry) -> Node:
    links: dict[str, LinkSource] = {}
    values: dict[str, Any] = {}
    for name, value in new.inputs.items():
        if isinstance(value, Link):
            links[name] = LinkSource(value.node, value.output)
        else:
            values[name] = value
    spec = registry.get(new.type)
    return Node(type=new.type, version=spec.version if spec else 1, values=values, links=links)
