"""A builder of documents: `g = Graph()`, `a = g.node("Number", value=1)`, `g.document(sum=a)`."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.document import (
    Document,
    ExposedInput,
    ExposedOutput,
    LinkSource,
    Node,
    Subgraph,
)
from engine.errors import WorkflowError
from engine.workflow import Workflow


@dataclass(frozen=True)
class Ref:
    """A node that was added, and which of its outputs is meant."""

    id: str
    output: int = 0

    def __getitem__(self, output: int) -> Ref:
        return Ref(self.id, output)


@dataclass
class Graph:
    """Collects nodes; ids count from 1.

    Attributes:
        new: ids of the nodes whose version was left open.
        exposed: outputs of the workflow that it began with.
    """

    nodes: dict[str, Node] = field(default_factory=dict[str, Node])
    subgraphs: dict[str, Subgraph] = field(default_factory=dict[str, Subgraph])
    exposed: dict[str, Ref] = field(default_factory=dict[str, Ref])
    new: set[str] = field(default_factory=set[str])

    @classmethod
    def of(cls, workflow: str | Path, **inputs: Any) -> Graph:
        """Return the nodes of a workflow file, or of a bundled one, to add others to.

        Args:
            workflow: a path, or the name of a bundled workflow; a ComfyUI file opens too.
            inputs: values of its exposed inputs; its exposed outputs are `graph["name"]`.
        """
        from engine.testing.running import bench  # it builds graphs with this module

        document = Workflow.load(workflow, bench().engine).document.with_inputs(inputs)
        exposed = {each.name: Ref(*each.source) for each in document.outputs}
        return cls(dict(document.nodes), dict(document.subgraphs), exposed)

    def __getitem__(self, name: str) -> Ref:
        if name not in self.exposed:
            there = ", ".join(f'"{each}"' for each in self.exposed) or "none"
            raise WorkflowError(f'The workflow exposes no output "{name}". Exposed: {there}.')
        return self.exposed[name]

    def node(
        self, kind: str, *, at: Any = "", state: Any = "run", version: Any = None, **given: Any
    ) -> Ref:
        """Add a node; a `Ref` among the inputs becomes a link, anything else a value.

        Args:
            kind: its type.
            at: its id.
            state: its mode, which is the name of an input of some.
            version: the version of its definition; the present one without it.
            given: its inputs.

        Raises:
            WorkflowError: the id is taken.
        """
        key = at or self._free_id()
        if key in self.nodes:
            raise WorkflowError(f'The id "{key}" is taken by a {self.nodes[key].type}.')
        links = {
            name: LinkSource(value.id, value.output)
            for name, value in given.items()
            if isinstance(value, Ref)
        }
        values = {name: value for name, value in given.items() if not isinstance(value, Ref)}
        self.nodes[key] = Node(
            type=kind, version=version or 1, mode=state, values=values, links=links
        )
        if version is None:
            self.new.add(key)
        return Ref(key)

    def _free_id(self) -> str:
        ids = map(str, itertools.count(len(self.nodes) + 1))
        return next(each for each in ids if each not in self.nodes)

    def document(
        self, *, inputs: dict[str, list[tuple[str, str]]] | None = None, **outputs: Ref
    ) -> Document:
        """Return the document; `outputs` are exposed under their names."""
        return self.exposing(outputs, inputs)

    def exposing(
        self,
        outputs: Mapping[str, Ref],
        inputs: Mapping[str, list[tuple[str, str]]] | None = None,
    ) -> Document:
        """Return the document; outputs and targets of inputs are exposed under their names."""
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


def _inputs(given: Mapping[str, list[tuple[str, str]]] | None) -> list[ExposedInput]:
    return [ExposedInput(name, targets) for name, targets in (given or {}).items()]


def _outputs(given: Mapping[str, Ref]) -> list[ExposedOutput]:
    return [ExposedOutput(name, (ref.id, ref.output)) for name, ref in given.items()]
