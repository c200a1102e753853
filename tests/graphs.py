"""A builder of documents: `g = Graphs()`, `a = g.node("Number", value=1)`, `g.document(sum=a)`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.document import Document, ExposedInput, ExposedOutput, LinkSource, Node, Subgraph


@dataclass(frozen=True)
class Ref:
    """A node that was added, and which of its outputs is meant."""

    id: str
    output: int = 0

    def __getitem__(self, output: int) -> Ref:
        return Ref(self.id, output)


@dataclass
class Graphs:
    """Collects nodes; ids count from 1."""

    nodes: dict[str, Node] = field(default_factory=dict[str, Node])
    subgraphs: dict[str, Subgraph] = field(default_factory=dict[str, Subgraph])

    def node(
        self, kind: str, *, at: Any = "", state: Any = "run", version: Any = 1, **given: Any
    ) -> Ref:
        """Add a node; a `Ref` among the inputs becomes a link, anything else a value.

        Args:
            kind: its type.
            at: its id.
            state: its mode, which is the name of an input of some.
            version: the version of its definition.
            given: its inputs.
        """
        key = at or str(len(self.nodes) + 1)
        assert key not in self.nodes, f"{key} is taken"
        links = {
            name: LinkSource(value.id, value.output)
            for name, value in given.items()
            if isinstance(value, Ref)
        }
        values = {name: value for name, value in given.items() if not isinstance(value, Ref)}
        self.nodes[key] = Node(type=kind, version=version, mode=state, values=values, links=links)
        return Ref(key)

    def document(
        self, *, inputs: dict[str, list[tuple[str, str]]] | None = None, **outputs: Ref
    ) -> Document:
        """Return the document; `outputs` are exposed under their names."""
        return Document(
            nodes=self.nodes,
            subgraphs=self.subgraphs,
            inputs=_inputs(inputs),
            outputs=_outputs(outputs),
        )

    def subgraph(
        self, *, inputs: dict[str, list[tuple[str, str]]] | None = None, **outputs: Ref
    ) -> Subgraph:
        """Return what was collected as a definition."""
        return Subgraph(nodes=self.nodes, inputs=_inputs(inputs), outputs=_outputs(outputs))


def _inputs(given: dict[str, list[tuple[str, str]]] | None) -> list[ExposedInput]:
    return [ExposedInput(name, targets) for name, targets in (given or {}).items()]


def _outputs(given: dict[str, Ref]) -> list[ExposedOutput]:
    return [ExposedOutput(name, (ref.id, ref.output)) for name, ref in given.items()]


def chain(length: int, *, first: int = 1) -> Document:
    """Return a number that `length` nodes add 1 to, one after the other, and show."""
    g = Graphs()
    last = g.node("Number", value=first)
    for _ in range(length):
        last = g.node("Add", a=last, b=1)
    g.node("Show", at="show", value=last)
    return g.document(result=last)


def diamond(first: int = 1, left: int = 10, right: int = 100) -> Document:
    """Return a number that two nodes add to, the sum of both, and what shows it."""
    g = Graphs()
    top = g.node("Number", at="top", value=first)
    a = g.node("Add", at="left", a=top, b=left)
    b = g.node("Add", at="right", a=top, b=right)
    g.node("Show", at="show", value=g.node("Add", at="join", a=a, b=b))
    return g.document()
