"""What a run did: which nodes ran and which were reused, what they gave, and why."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.graph import GraphNode, NodeId

if TYPE_CHECKING:
    from engine.errors import EngineError

SHOWN = 60
#: Runs of so many documents are remembered.
MOST_TRACES = 64


@dataclass(frozen=True, slots=True)
class Trace:
    """What is remembered of a run, to compare the next one with."""

    nodes: Mapping[NodeId, GraphNode] = field(default_factory=dict[NodeId, GraphNode])
    keys: Mapping[NodeId, str] = field(default_factory=dict[NodeId, str])


class Traces:
    """The last runs of the documents that ran most recently; threads may share it."""

    def __init__(self) -> None:
        #: (owner, document id) -> its last run; what ran least recently comes first
        self._runs: dict[tuple[str, str], Trace] = {}
        self._lock = threading.Lock()

    def last(self, owner: str, document: str) -> Trace | None:
        """Return the last run of a document by its owner."""
        return self._runs.get((owner, document))

    def keep(self, owner: str, document: str, trace: Trace) -> None:
        """Remember a run, and forget the one that is longest ago if there are too many."""
        with self._lock:
            self._runs.pop((owner, document), None)
            self._runs[owner, document] = trace
            if len(self._runs) > MOST_TRACES:
                del self._runs[next(iter(self._runs))]


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of one run.

    Attributes:
        ran: nodes whose function was called, in the order they finished.
        reused: nodes whose stored result was used.
        blocked: nodes that were not called because an input was blocked.
        outputs: the exposed outputs by name, each the list of its values.
        ui: what nodes showed, by node.
        error: why the run ended early, or None.
    """

    ran: Sequence[NodeId] = ()
    reused: frozenset[NodeId] = frozenset()
    blocked: frozenset[NodeId] = frozenset()
    outputs: Mapping[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    ui: Mapping[NodeId, Mapping[str, Sequence[Any]]] = field(
        default_factory=dict[NodeId, Mapping[str, Sequence[Any]]]
    )
    error: EngineError | None = None
    trace: Trace = field(default_factory=Trace)
    before: Trace = field(default_factory=Trace)

    def explain(self, node_id: NodeId) -> str:
        """Say in a sentence why a node ran or was reused, naming what changed."""
        node = self.trace.nodes.get(node_id)
        if node is None:
            return (
                f"Node {node_id} was not part of this run: no output that was asked for needs it."
            )
        if node_id in self.ran:
            return f"Node {node.name} ran: {'; '.join(self._reasons(node))}."
        return f"Node {node.name} {self._fate(node_id)}."

    def _fate(self, node_id: NodeId) -> str:
        """Say what became of a node that did not run."""
        if node_id in self.blocked:
            return "was not called: one of its inputs was blocked"
        if node_id in self.reused:
            return "was reused: its inputs, code and files are as they were"
        if self.error is None:
            return "was not needed: everything that uses it was reused"
        return "failed" if node_id == self.error.node_id else "did not run before the run ended"

    def _reasons(self, node: GraphNode) -> list[str]:
        before = self.before.nodes.get(node.id)
        if before is None:
            return ["no result was stored, and it is new to this session"]
        if before.spec.id != node.spec.id:
            return [f"its type changed from {before.spec.id} to {node.spec.id}"]
        reasons = [*_value_changes(before, node), *self._link_changes(before, node)]
        if reasons:
            return reasons
        if self.before.keys.get(node.id) != self.trace.keys.get(node.id):
            if node.file_inputs:
                return ["a file it reads changed"]
            return ["its code, the device's numerics or what its fingerprint says changed"]
        return ["nothing changed, but its stored result was given up or could not be kept"]

    def _link_changes(self, before: GraphNode, node: GraphNode) -> list[str]:
        reasons: list[str] = []
        for name, link in node.links.items():
            if before.links.get(name) != link:
                reasons.append(f'input "{name}" is linked to another output')
            elif self.before.keys.get(link.node) != self.trace.keys.get(link.node):
                source = self.trace.nodes[link.node]
                reasons.append(f'input "{name}" changed, because node {source.name} did')
        gone = before.links.keys() - node.links.keys()
        return reasons + [f'input "{name}" is not linked any more' for name in sorted(gone)]


def _value_changes(before: GraphNode, node: GraphNode) -> list[str]:
    changed = [
        f'input "{name}" changed from {_short(before.values[name])} to {_short(value)}'
        for name, value in node.values.items()
        if name in before.values and before.values[name] != value
    ]
    new = [
        f'input "{name}" is set to {_short(value)}'
        for name, value in node.values.items()
        if name not in before.values and name not in before.links
    ]
    gone = [
        f'input "{name}" is not set any more'
        for name in before.values
        if name not in node.values and name not in node.links
    ]
    return changed + new + gone


def _short(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"
