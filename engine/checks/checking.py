"""What one validation knows so far, and its check of links: do both ends and their types fit?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.checks import problems
from engine.types import ANY, types_fit

if TYPE_CHECKING:
    from engine.document.flatten import Flat
    from engine.errors import GraphError
    from engine.graph import GraphNode, NodeId
    from engine.paths import Folders
    from engine.registry import Registry
    from engine.spec import InputSpec


@dataclass(slots=True)
class Checking:
    """What one validation knows so far.

    Attributes:
        flat: the nodes that are checked.
        registry: their definitions.
        folders: where files that values name are looked for; None leaves that check out.
        problems: what was found.
        nodes: what is sound enough to be linked to.
        matched: (node, match name) -> the type that its matched sockets have taken.
        takes_objects: inputs may hold values that no document can, such as tensors.
    """

    flat: Flat
    registry: Registry
    folders: Folders | None
    problems: list[GraphError] = field(default_factory=list)
    nodes: dict[NodeId, GraphNode] = field(default_factory=dict)
    matched: dict[tuple[NodeId, str], str] = field(default_factory=dict)
    takes_objects: bool = False

    def name(self, node_id: NodeId) -> str:
        """Return a node as people know it: its id and its title."""
        node = self.flat.nodes.get(node_id)
        if node is None:
            known = self.nodes.get(node_id)
            return known.name if known else node_id
        spec = self.registry.get(node.type)
        return f'{node_id} "{node.title or (spec.title if spec else node.type)}"'


def check_link(
    checking: Checking, node: GraphNode, spec: InputSpec, source: NodeId, index: int
) -> bool:
    """Say whether an input of a node may be linked to an output; note the problem if not."""
    parent = checking.nodes.get(source)
    if parent is None:
        return _check_source(checking, node, spec, source)
    outputs = parent.spec.outputs
    if not 0 <= index < len(outputs):
        place = (node.id, checking.name(node.id), spec.name)
        name = checking.name(source)
        checking.problems.append(problems.no_output(place, (source, index), name, len(outputs)))
        return False
    given = outputs[index].type
    if outputs[index].match:
        given = checking.matched.get((source, outputs[index].match), ANY)
    if not spec.match and (given == spec.type or types_fit(given, spec.type)):
        return True
    return _check_types(checking, node, spec, parent, (index, given))


def _check_source(checking: Checking, node: GraphNode, spec: InputSpec, source: NodeId) -> bool:
    """Check a link from a node that is not in the graph: nowhere, unknown, or part of a cycle."""
    found = checking.flat.nodes.get(source)
    if found is None:
        name = checking.name(node.id)
        checking.problems.append(problems.no_node(node.id, name, spec, source))
        return False
    return found.type in checking.registry


def _check_types(
    checking: Checking,
    node: GraphNode,
    spec: InputSpec,
    parent: GraphNode,
    output: tuple[int, str],
) -> bool:
    index, given = output
    wanted = _wanted_type(checking, node, spec, given)
    if types_fit(given, wanted) and types_fit(given, spec.type):
        return True
    if "input_types" in node.spec.validates:
        return True
    place = (node.id, checking.name(node.id), spec.name)
    name = f'"{parent.spec.outputs[index].name}" of node {checking.name(parent.id)}'
    checking.problems.append(
        problems.types_differ(place, (parent.id, index), name, (given, wanted), checking.registry)
    )
    return False


def _wanted_type(checking: Checking, node: GraphNode, spec: InputSpec, given: str) -> str:
    """Return the type that an input takes: with `match`, the one that came first."""
    if not spec.match:
        return spec.type
    key = (node.id, spec.match)
    taken = checking.matched.setdefault(key, given)
    if taken == ANY:
        checking.matched[key] = given
    return taken if types_fit(taken, spec.type) else spec.type
