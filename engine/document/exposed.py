"""Where an exposed input of a subgraph instance ends: at an input of a node inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.document.flatten import DEEPEST
from engine.document.model import SUBGRAPH

if TYPE_CHECKING:
    from engine.document.model import Node, Subgraph


def input_behind(subgraphs: Mapping[str, Subgraph], node: Node, socket: str) -> tuple[Node, str]:
    """Return the node and input that a value of a node is for; itself if it is no instance."""
    for _ in range(DEEPEST):
        if not node.type.startswith(SUBGRAPH):
            break
        definition = subgraphs.get(node.type.removeprefix(SUBGRAPH))
        exposed = definition.inputs if definition else ()
        targets = next((each.targets for each in exposed if each.name == socket), [])
        if definition is None or not targets or targets[0][0] not in definition.nodes:
            break
        node, socket = definition.nodes[targets[0][0]], targets[0][1]
    return node, socket
