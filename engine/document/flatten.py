"""From a document to the nodes that run: subgraphs unfolded, muted and bypassed nodes resolved.

Reroutes and notes are drawing and never get here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from engine.document.model import SUBGRAPH, Document, LinkSource, Node, Subgraph
from engine.errors import WorkflowError
from engine.spec import NodeSpec
from engine.types import ANY, types_fit

#: Instances inside instances, at most.
DEEPEST = 64
#: Nodes and instances in all, at most: definitions that use each other twice double at each level.
MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Flat:
    """Nodes without structure; ids are colon paths.

    Attributes:
        nodes: all that may run.
        outputs: exposed output name -> node id and output index.
    """

    nodes: Mapping[str, Node]
    outputs: Mapping[str, tuple[str, int]]


@dataclass(frozen=True, slots=True)
class _Level:
    """One instance of a definition while it is unfolded."""

    prefix: str
    nodes: Mapping[str, Node]
    path: tuple[str, ...]


def flatten(document: Document, specs: Mapping[str, NodeSpec] | None = None) -> Flat:
    """Unfold every subgraph and resolve modes.

    Args:
        document: the workflow.
        specs: type id -> spec, for bypassing by type.

    Raises:
        WorkflowError: an instance names no definition, or a definition contains itself.
    """
    nodes: Mapping[str, Node] = document.nodes
    outputs = {each.name: each.source for each in document.outputs}
    if any(node.type.startswith(SUBGRAPH) for node in nodes.values()):
        nodes, aliases = _unfold(document)
        nodes = {key: _relinked(node, aliases) for key, node in nodes.items()}
        outputs = {name: _follow(source, aliases) for name, source in outputs.items()}
    if any(node.mode != "run" for node in nodes.values()):
        nodes, outputs = _resolve_modes(nodes, outputs, specs or {})
    return Flat(nodes, outputs)


Source = tuple[str, int]


def _unfold(document: Document) -> tuple[dict[str, Node], dict[Source, Source]]:
    """Return all nodes by path, and where each output of an instance really comes from."""
    flat: dict[str, Node] = {}
    aliases: dict[Source, Source] = {}
    waiting = [_Level("", document.nodes, ())]
    count = 0
    while waiting:
        level = waiting.pop()
        count += len(level.nodes)
        if count > MOST:
            raise WorkflowError(
                f"The workflow's subgraphs unfold to more than {MOST:,} nodes. Use fewer instances."
            )
        for node_id, node in level.nodes.items():
            path = level.prefix + node_id
            if not node.type.startswith(SUBGRAPH):
                flat[path] = _moved(node, level.prefix)
                continue
            definition = _definition(document, node, path, level.path)
            if node.mode == "run":
                for index, output in enumerate(definition.outputs):
                    aliases[path, index] = (f"{path}:{output.source[0]}", output.source[1])
                filled = _fill(definition, node, level.prefix)
                trail = (*level.path, node.type)
                waiting.append(_Level(f"{path}:", filled, trail))
            else:
                flat[path] = _moved(node, level.prefix)
    return flat, aliases


def _definition(document: Document, node: Node, path: str, trail: tuple[str, ...]) -> Subgraph:
    definition = document.subgraphs.get(node.type.removeprefix(SUBGRAPH))
    if definition is None:
        raise WorkflowError(
            f'Node "{path}" is an instance of the subgraph "{node.type.removeprefix(SUBGRAPH)}", '
            "which the document does not define."
        )
    if len(trail) >= DEEPEST:
        raise WorkflowError(f'Node "{path}" lies more than {DEEPEST} subgraphs deep. Unpack some.')
    if node.type in trail:
        raise WorkflowError(
            f'Subgraph "{definition.title or node.type}" contains itself at node "{path}". '
            "Take the inner instance out."
        )
    return definition


def _moved(node: Node, prefix: str) -> Node:
    """Return the node with its links pointing to the same level."""
    if not prefix or not node.links:
        return node
    links = {
        socket: replace(link, node=link.node[1:] if outer else prefix + link.node)
        for socket, link in node.links.items()
        for outer in [link.node.startswith(":")]
    }
    return replace(node, links=links)


def _fill(definition: Subgraph, instance: Node, prefix: str) -> dict[str, Node]:
    """Return the definition's nodes with the instance's values and links put in.

    A link from outside is marked with a leading colon, so that it is not moved inside.
    """
    nodes = dict(definition.nodes)
    for exposed in definition.inputs:
        for node_id, socket in exposed.targets:
            target = nodes.get(node_id)
            if target is None:
                continue
            if exposed.name in instance.links:
                outer = instance.links[exposed.name]
                source = outer.node if outer.node.startswith(":") else f":{prefix}{outer.node}"
                links = {**target.links, socket: replace(outer, node=source)}
                nodes[node_id] = replace(target, links=links)
            elif exposed.name in instance.values:
                values = {**target.values, socket: instance.values[exposed.name]}
                kept = {name: link for name, link in target.links.items() if name != socket}
                nodes[node_id] = replace(target, values=values, links=kept)
    return nodes


def _follow(source: Source, aliases: Mapping[Source, Source]) -> Source:
    seen: set[Source] = set()
    while source in aliases and source not in seen:
        seen.add(source)
        source = aliases[source]
    return source


def _relinked(node: Node, aliases: Mapping[Source, Source]) -> Node:
    links: dict[str, LinkSource] = {}
    for socket, link in node.links.items():
        where, index = _follow((link.node, link.output), aliases)
        links[socket] = link if where == link.node else LinkSource(where, index, link.name)
    return replace(node, links=links)


def _resolve_modes(
    nodes: Mapping[str, Node], outputs: Mapping[str, Source], specs: Mapping[str, NodeSpec]
) -> tuple[dict[str, Node], dict[str, Source]]:
    """Leave out muted and bypassed nodes; links through a bypassed node go to its input."""
    kept: dict[str, Node] = {}
    for node_id, node in nodes.items():
        if node.mode != "run":
            continue
        links: dict[str, LinkSource] = {}
        for socket, link in node.links.items():
            wanted = _input_type(specs.get(node.type), socket)
            source = _pass_through(link, wanted, nodes, specs)
            if source is not None:
                links[socket] = source
        kept[node_id] = replace(node, links=links)
    exposed = {
        name: _pass_through(LinkSource(*source), ANY, nodes, specs)
        for name, source in outputs.items()
    }
    return kept, {name: (to.node, to.output) for name, to in exposed.items() if to is not None}


def _pass_through(
    link: LinkSource, wanted: str, nodes: Mapping[str, Node], specs: Mapping[str, NodeSpec]
) -> LinkSource | None:
    """Return the running node's output that a link really comes from, or None."""
    seen: set[str] = set()
    while (node := nodes.get(link.node)) is not None and node.mode != "run":
        if node.mode == "mute" or link.node in seen:
            return None
        seen.add(link.node)
        onward = _bypass_input(node, specs.get(node.type), link.output, wanted)
        if onward is None or onward not in node.links:
            return None
        link = node.links[onward]
    return link


def _input_type(spec: NodeSpec | None, socket: str) -> str:
    found = spec.by_name.get(socket) if spec else None
    return found.type if found else ANY


def _bypass_input(node: Node, spec: NodeSpec | None, index: int, wanted: str) -> str | None:
    """Choose the input that stands for an output of a bypassed node, by type.

    First the input with the output's index, if it fits both; else the first whose type is the
    one asked for; else the first that fits both. Asked for anything, the same index, else the
    first input.
    """
    if spec is None:
        return next(iter(node.links), None)
    inputs = spec.inputs_for(node.values, node.links)
    if not inputs:
        return None
    same = inputs[index] if index < len(inputs) else None
    if wanted in (ANY, ""):
        return (same or inputs[0]).name
    given = spec.outputs[index].type if index < len(spec.outputs) else ANY
    if same and types_fit(same.type, given) and types_fit(same.type, wanted):
        return same.name
    exact = next((each for each in inputs if each.type == wanted), None)
    fits = (each for each in inputs if types_fit(each.type, given) and types_fit(each.type, wanted))
    chosen = exact or next(fits, None)
    return chosen.name if chosen else None


def node_at(document: Document, node_id: str) -> Node | None:
    """Return the node with this id or colon path, or None."""
    nodes: Mapping[str, Node] = document.nodes
    *instances, last = node_id.split(":")
    for instance in instances:
        node = nodes.get(instance)
        definition = document.subgraphs.get(node.type.removeprefix(SUBGRAPH)) if node else None
        if definition is None:
            return None
        nodes = definition.nodes
    return nodes.get(last)
