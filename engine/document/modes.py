"""Muted and bypassed nodes taken out; links through a bypassed node go to one of its inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine.document.model import SUBGRAPH, LinkSource, Node, Subgraph
from engine.types import ANY, types_fit

if TYPE_CHECKING:
    from engine.spec import NodeSpec

Source = tuple[str, int]
#: Instances inside instances that are looked into for the type of a socket.
DEEPEST = 64


@dataclass(frozen=True, slots=True)
class Definitions:
    """What node types mean: specs by type, and the document's subgraphs by id."""

    specs: Mapping[str, NodeSpec]
    subgraphs: Mapping[str, Subgraph]

    def subgraph(self, node: Node) -> Subgraph | None:
        """Return the definition that a node is an instance of."""
        is_instance = node.type.startswith(SUBGRAPH)
        return self.subgraphs.get(node.type.removeprefix(SUBGRAPH)) if is_instance else None


@dataclass(frozen=True, slots=True)
class _Sockets:
    """Names and types of a node's inputs, types of its outputs."""

    inputs: Sequence[tuple[str, str]]
    outputs: Sequence[str]


def resolve_modes(
    nodes: Mapping[str, Node], outputs: Mapping[str, Source], known: Definitions
) -> tuple[dict[str, Node], dict[str, Source]]:
    """Leave out muted and bypassed nodes."""
    kept: dict[str, Node] = {}
    for node_id, node in nodes.items():
        if node.mode != "run":
            continue
        links: dict[str, LinkSource] = {}
        for socket, link in node.links.items():
            source = _pass_through(link, (node, socket), nodes, known)
            if source is not None:
                links[socket] = source
        kept[node_id] = replace(node, links=links)
    exposed = {
        name: _pass_through(LinkSource(*source), None, nodes, known)
        for name, source in outputs.items()
    }
    return kept, {name: (to.node, to.output) for name, to in exposed.items() if to is not None}


def _pass_through(
    link: LinkSource,
    asker: tuple[Node, str] | None,
    nodes: Mapping[str, Node],
    known: Definitions,
) -> LinkSource | None:
    """Return the running node's output that a link really comes from, or None."""
    seen: set[str] = set()
    wanted = ""
    while (node := nodes.get(link.node)) is not None and node.mode != "run":
        if node.mode == "mute" or link.node in seen:
            return None
        if not seen:
            wanted = _input_type(*asker, known) if asker else ANY
        seen.add(link.node)
        onward = _bypass_input(node, _sockets(node, known), link.output, wanted)
        if onward is None or onward not in node.links:
            return None
        link = node.links[onward]
    return link


def _bypass_input(node: Node, sockets: _Sockets | None, index: int, wanted: str) -> str | None:
    """Choose the input that stands for an output of a bypassed node, by type.

    First the input with the output's index, if it fits both; else the first whose type is the
    one asked for; else the first that fits both. Asked for anything, the same index, else the
    first input.
    """
    if sockets is None:
        return next(iter(node.links), None)
    inputs = sockets.inputs
    if not inputs:
        return None
    same = inputs[index] if index < len(inputs) else None
    if wanted in (ANY, ""):
        return (same or inputs[0])[0]
    given = sockets.outputs[index] if index < len(sockets.outputs) else ANY
    if same and types_fit(same[1], given) and types_fit(same[1], wanted):
        return same[0]
    exact = (name for name, kind in inputs if kind == wanted)
    fits = (name for name, kind in inputs if types_fit(kind, given) and types_fit(kind, wanted))
    return next(exact, None) or next(fits, None)


def _sockets(node: Node, known: Definitions) -> _Sockets | None:
    if definition := known.subgraph(node):
        return _Sockets(
            [
                (each.name, _target_type(definition, each.targets, known))
                for each in definition.inputs
            ],
            [_source_type(definition, each.source, known) for each in definition.outputs],
        )
    if spec := known.specs.get(node.type):
        inputs = spec.inputs_for(node.values, node.links)
        return _Sockets([(each.name, each.type) for each in inputs], [o.type for o in spec.outputs])
    return None


def _input_type(node: Node, socket: str, known: Definitions) -> str:
    sockets = _sockets(node, known)
    return dict(sockets.inputs).get(socket, ANY) if sockets else ANY


def _target_type(
    definition: Subgraph, targets: Sequence[tuple[str, str]], known: Definitions
) -> str:
    """Return the type of the first input behind an exposed one."""
    for _ in range(DEEPEST):
        node_id, socket = targets[0] if targets else ("", "")
        node = definition.nodes.get(node_id)
        inner = known.subgraph(node) if node else None
        if node is None or inner is None:
            return _input_type(node, socket, known) if node else ANY
        targets = next((each.targets for each in inner.inputs if each.name == socket), [])
        definition = inner
    return ANY


def _source_type(definition: Subgraph, source: Source, known: Definitions) -> str:
    """Return the type of the output behind an exposed one."""
    for _ in range(DEEPEST):
        node_id, index = source
        node = definition.nodes.get(node_id)
        inner = known.subgraph(node) if node else None
        if inner is None:
            spec = known.specs.get(node.type) if node else None
            return spec.outputs[index].type if spec and index < len(spec.outputs) else ANY
        if index >= len(inner.outputs):
            return ANY
        source, definition = inner.outputs[index].source, inner
    return ANY
