"""Which types the nodes of a document have, without reading what else is in it."""

from __future__ import annotations

import msgspec

from engine.document.model import SUBGRAPH


class _Node(msgspec.Struct):
    type: str


class _Nodes(msgspec.Struct):
    nodes: dict[str, _Node] = {}


class NodeTypes(_Nodes):
    """The node types of a document; `subgraphs` are its definitions."""

    subgraphs: dict[str, _Nodes] = {}

    @classmethod
    def of(cls, document: bytes) -> NodeTypes:
        """Read a document's JSON."""
        return msgspec.json.decode(document, type=cls)

    def type_of(self, node_id: str) -> str:
        """Return the type of a node, which may lie in subgraphs; "unknown" where there is none."""
        inside: _Nodes | None = self
        kind = "unknown"
        for part in node_id.split(":"):
            if inside is None or (node := inside.nodes.get(part)) is None:
                return "unknown"
            kind = node.type
            inside = self.subgraphs.get(kind.removeprefix(SUBGRAPH))
        return kind
