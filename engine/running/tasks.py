"""What the scheduler is told of nodes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from engine.scheduler import FARTHEST_RANK, Task, ranks

if TYPE_CHECKING:
    from engine.graph import GraphNode, NodeId


def tasks_of(nodes: Mapping[NodeId, GraphNode], targets: Iterable[NodeId]) -> dict[NodeId, Task]:
    """Return the tasks of nodes; what is near a target comes first."""
    parents = {node_id: node.parents() for node_id, node in nodes.items()}
    near = ranks(targets, parents)
    return {
        node_id: _task(node, parents[node_id], near.get(node_id, FARTHEST_RANK))
        for node_id, node in nodes.items()
    }


def _task(node: GraphNode, uses: Collection[NodeId], near: int) -> Task:
    spec = node.spec
    lane = "async" if spec.is_async and spec.lane != "device" else spec.lane
    parents = uses if spec.waits_for_all else node.strong_parents()
    return Task(parents, uses, lane, 0 if spec.is_async else near)
