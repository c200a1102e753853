"""The workflow document as data. Read-only: a change makes a new document.

Keys that this version does not know are kept in `unknown`, at every level, and written back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec.structs import replace

from engine.errors import WorkflowError

FORMAT = "sfumato"
VERSION = 1
#: Type prefix of a subgraph instance; the definition's id follows.
SUBGRAPH = "subgraph:"

#: The keys of `unknown` lie beside the known ones in a file; no file has a key of this name.
UNKNOWN = "(unknown keys)"

Mode = Literal["run", "mute", "bypass"]
#: Read as int, so that a place is written again as it was: 40, not 40.0.
Whole = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]


class LinkSource(msgspec.Struct, frozen=True, array_like=True):
    """The output that feeds an input: node id, index of the output and, for readers, its name."""

    node: str
    output: int
    name: str = ""


class Node(msgspec.Struct, frozen=True, omit_defaults=True):
    """One node: its type, the values typed into it and the links into it."""

    type: str
    version: int = 1
    mode: Mode = "run"
    title: str = ""
    place: tuple[Whole | float, ...] = ()
    values: dict[str, Any] = {}
    links: dict[str, LinkSource] = {}
    controls: dict[str, str] = {}
    foreign: Any = None
    unknown: dict[str, Any] = msgspec.field(default={}, name=UNKNOWN)


class ExposedInput(msgspec.Struct, frozen=True, omit_defaults=True):
    """A value that the workflow takes under a name; it sets every target."""

    name: str
    targets: list[tuple[str, str]] = []
    label: str = ""
    group: str = ""
    description: str = ""
    unknown: dict[str, Any] = msgspec.field(default={}, name=UNKNOWN)


class ExposedOutput(msgspec.Struct, frozen=True, omit_defaults=True):
    """A result that the workflow gives under a name."""

    name: str
    source: tuple[str, int]
    label: str = ""
    unknown: dict[str, Any] = msgspec.field(default={}, name=UNKNOWN)


class Subgraph(msgspec.Struct, frozen=True, omit_defaults=True):
    """A definition with the shape of a document; instances are nodes of type `subgraph:<id>`."""

    nodes: dict[str, Node] = {}
    inputs: list[ExposedInput] = []
    outputs: list[ExposedOutput] = []
    title: str = ""
    frames: list[Any] = []
    view: dict[str, Any] = {}
    unknown: dict[str, Any] = msgspec.field(default={}, name=UNKNOWN)


class Document(msgspec.Struct, frozen=True, omit_defaults=True):
    """A whole workflow."""

    nodes: dict[str, Node] = {}
    id: str = ""
    title: str = ""
    description: str = ""
    inputs: list[ExposedInput] = []
    outputs: list[ExposedOutput] = []
    subgraphs: dict[str, Subgraph] = {}
    frames: list[Any] = []
    view: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    unknown: dict[str, Any] = msgspec.field(default={}, name=UNKNOWN)

    def with_value(self, node_id: str, name: str, value: Any) -> Document:
        """Return the document with one value changed; a link into that input is removed.

        `node_id` may be the colon path of a node inside subgraph instances. Where an instance on
        the way gives that input, its value is changed; else the definition's, for every instance.

        Raises:
            WorkflowError: there is no such node.
        """
        head, rest = self._split(node_id)
        node = self.nodes.get(head)
        if node is None:
            known = ", ".join(list(self.nodes)[:20])
            raise WorkflowError(f'There is no node "{node_id}". Nodes here: {known}.')
        if rest:
            inner = self._definition(node_id, node.type)
            given = inner._exposed_as(rest, name)
            if given is None or given not in {*node.values, *node.links}:
                return self._with_definition(node.type, inner.with_value(rest, name, value))
            name = given
        links = {socket: link for socket, link in node.links.items() if socket != name}
        changed_node = replace(node, values={**node.values, name: value}, links=links)
        return replace(self, nodes={**self.nodes, head: changed_node})

    def _split(self, node_id: str) -> tuple[str, str]:
        """Return the node of this level that a colon path begins with, and the rest of it."""
        head, _, rest = (node_id, "", "") if node_id in self.nodes else node_id.partition(":")
        return head, rest

    def _exposed_as(self, node_id: str, socket: str) -> str | None:
        """Return the name under which an input is exposed, through instances too, or None."""
        head, rest = self._split(node_id)
        node = self.nodes.get(head)
        if rest and node is not None:
            socket = self._definition(node_id, node.type)._exposed_as(rest, socket) or ""
        targets = ((each.name, each.targets) for each in self.inputs)
        return next((name for name, them in targets if (head, socket) in them), None)

    def _definition(self, node_id: str, type_: str) -> Document:
        definition = self.subgraphs.get(type_.removeprefix(SUBGRAPH))
        if definition is None or not type_.startswith(SUBGRAPH):
            raise WorkflowError(f'There is no node "{node_id}": "{type_}" is not a subgraph.')
        return Document(nodes=definition.nodes, inputs=definition.inputs, subgraphs=self.subgraphs)

    def _with_definition(self, type_: str, inner: Document) -> Document:
        key = type_.removeprefix(SUBGRAPH)
        changed = replace(self.subgraphs[key], nodes=inner.nodes)
        return replace(self, subgraphs={**self.subgraphs, **inner.subgraphs, key: changed})

    def with_inputs(self, values: Mapping[str, Any]) -> Document:
        """Return the document with values put into its exposed inputs, by name.

        Raises:
            WorkflowError: it exposes no input of a name.
        """
        document = self
        exposed = {each.name: each for each in self.inputs}
        for name, value in values.items():
            if name not in exposed:
                there = ", ".join(f'"{known}"' for known in exposed) or "none"
                raise WorkflowError(
                    f'The workflow "{self.title}" exposes no input "{name}". Exposed: {there}.'
                )
            for node_id, socket in exposed[name].targets:
                document = document.with_value(node_id, socket, value)
        return document
