"""The nodes of a whole document, those inside subgraph definitions too, and how to name them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine.document.flatten import node_at
from engine.document.model import SUBGRAPH

if TYPE_CHECKING:
    from engine.document import Document, Node

Change = Callable[[str, str, "Node"], "Node"]


def _instances(document: Document) -> Iterator[Node]:
    """Yield the subgraph instances of every level."""
    for each in (document, *document.subgraphs.values()):
        yield from (node for node in each.nodes.values() if node.type.startswith(SUBGRAPH))


def with_nodes_changed(document: Document, change: Change) -> Document:
    """Return the document with each node replaced by `change(definition id, node id, node)`."""
    subgraphs = {
        key: replace(each, nodes=_changed(key, each.nodes, change))
        for key, each in document.subgraphs.items()
    }
    return replace(document, nodes=_changed("", document.nodes, change), subgraphs=subgraphs)


def _changed(level: str, nodes: Mapping[str, Node], change: Change) -> dict[str, Node]:
    return {node_id: change(level, node_id, node) for node_id, node in nodes.items()}


def prefixes(document: Document) -> dict[str, str]:
    """Return what stands before the ids of a definition's nodes: the path of its first instance.

    A definition without an instance goes by its title.
    """
    found = {"": ""}
    if not document.subgraphs:
        return found
    waiting = deque([("", document.nodes)])
    while waiting:
        prefix, nodes = waiting.popleft()
        for node_id, node in nodes.items():
            key = node.type.removeprefix(SUBGRAPH)
            if node.type.startswith(SUBGRAPH) and key not in found and key in document.subgraphs:
                found[key] = f"{prefix}{node_id}:"
                waiting.append((found[key], document.subgraphs[key].nodes))
    unused = {key: f"{each.title or key}/" for key, each in document.subgraphs.items()}
    return unused | found


def covered_inputs(document: Document) -> set[tuple[str, str, str]]:
    """Return the (definition, node, input) whose value an instance replaces by one of its own."""
    covered: set[tuple[str, str, str]] = set()
    for node in _instances(document) if document.subgraphs else ():
        key = node.type.removeprefix(SUBGRAPH)
        definition = document.subgraphs.get(key)
        for exposed in definition.inputs if definition else ():
            if exposed.name in node.values or exposed.name in node.links:
                covered.update((key, *target) for target in exposed.targets)
    return covered


def node_called(document: Document, name: str) -> str | None:
    """Return the id or path of a node; `name` may be the id it had in the file it came from."""
    if node_at(document, name) is not None:
        return name
    for node_id, node in document.nodes.items():
        if isinstance(node.foreign, dict) and node.foreign.get("id") == name:
            return node_id
    return None
