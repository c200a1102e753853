"""From a document to the nodes that run: subgraphs unfolded, muted and bypassed nodes resolved.

Reroutes and notes are drawing and never get here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine.document.model import SUBGRAPH, Document, LinkSource, Node, Subgraph
from engine.document.modes import Definitions, Source, resolve_modes
from engine.errors import WorkflowError

if TYPE_CHECKING:
    from engine.spec import NodeSpec

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
        WorkflowError: an instance names no definition, a definition contains itself, or all
            together are too many nodes.
    """
    nodes: Mapping[str, Node] = document.nodes
    outputs = {each.name: each.source for each in document.outputs}
    if any(node.type.startswith(SUBGRAPH) for node in nodes.values()):
        nodes, aliases = _unfold(document, MOST)
        nodes = {key: _relinked(node, aliases) for key, node in nodes.items()}
        outputs = {name: _follow(source, aliases) for name, source in outputs.items()}
    if any(node.mode != "run" for node in nodes.values()):
        known = Definitions({} if specs is None else specs, document.subgraphs)
        nodes, outputs = resolve_modes(nodes, outputs, known)
    return Flat(nodes, outputs)


def unfolded(document: Document, most: int) -> Mapping[str, Node]:
    """Return the nodes of all levels by path, whatever their modes.

    Raises:
        WorkflowError: an instance names no definition, a definition contains itself, or there are
            more nodes than `most`.
    """
    nodes, aliases = _unfold(document, most)
    return {key: _relinked(node, aliases) for key, node in nodes.items()} if aliases else nodes


def _unfold(document: Document, most: int) -> tuple[dict[str, Node], dict[Source, Source]]:
    """Return all nodes by path, and where each output of an instance really comes from."""
    flat: dict[str, Node] = {}
    aliases: dict[Source, Source] = {}
    waiting = [_Level("", document.nodes, ())]
    count = 0
    while waiting:
        level = waiting.pop()
        count += len(level.nodes)
        if count > most:
            raise WorkflowError(
                f"The workflow's subgraphs unfold to more than {most:,} nodes. Use fewer instances."
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


def node_at(document: Document, node_id: str) -> Node | None:
    """Return the node with this id or colon path, or None."""
    nodes: Mapping[str, Node] = document.nodes
    if node_id in nodes:
        return nodes[node_id]
    *instances, last = node_id.split(":")
    for instance in instances:
        node = nodes.get(instance)
        definition = document.subgraphs.get(node.type.removeprefix(SUBGRAPH)) if node else None
        if definition is None:
            return None
        nodes = definition.nodes
    return nodes.get(last)
