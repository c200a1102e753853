"""The nodes of a run as ComfyUI's tools see them, those that were added meanwhile included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.errors import NodeError

if TYPE_CHECKING:
    from engine.graph import GraphNode, NodeId

#: What a link looks like in an API prompt: a pair of node id and output.
_PAIR = 2


class DynamicPrompt:
    """What a node gets that asks for DYNPROMPT."""

    def __init__(
        self,
        nodes: Mapping[NodeId, GraphNode],
        grown_from: Mapping[NodeId, NodeId],
        original: Mapping[str, Any],
    ) -> None:
        self._nodes = nodes
        self._grown_from = grown_from
        self._original = original

    def has_node(self, node_id: NodeId) -> bool:
        """Say whether the run has such a node."""
        return node_id in self._nodes

    def get_node(self, node_id: NodeId) -> dict[str, Any]:
        """Return a node as API prompts have it.

        Raises:
            NodeError: there is none.
        """
        node = self._nodes.get(node_id)
        if node is None:
            raise NodeError(f'There is no node "{node_id}" in this run.')
        values = {name: _shown(value) for name, value in node.values.items()}
        links = {name: [link.node, link.output] for name, link in node.links.items()}
        return {"class_type": node.spec.id, "inputs": {**values, **links}}

    def all_node_ids(self) -> set[NodeId]:
        """Return the ids of the document's nodes and of those added by now."""
        return set(self._nodes)

    def get_original_prompt(self) -> dict[str, Any]:
        """Return the prompt as it was before the run."""
        return dict(self._original)

    def get_parent_node_id(self, node_id: NodeId) -> NodeId | None:
        """Return the node that added this one, or None for one of the document."""
        return self._grown_from.get(node_id)

    def get_real_node_id(self, node_id: NodeId) -> NodeId:
        """Return the document's node that a node grew from."""
        while (parent := self._grown_from.get(node_id)) is not None:
            node_id = parent
        return node_id

    def get_display_node_id(self, node_id: NodeId) -> NodeId:
        """Return the node that a node's progress and results are shown at."""
        node = self._nodes.get(node_id)
        return (node.shown_at if node else None) or node_id


def _shown(value: Any) -> Any:
    """Wrap a list that would be read as a link."""
    is_like_link = isinstance(value, list) and len(value) == _PAIR and isinstance(value[0], str)
    return {"__value__": value} if is_like_link else value
