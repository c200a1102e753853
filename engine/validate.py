"""Every check of a workflow before anything runs; all problems are found at once.

`validate` returns the graph and the problems; `check` raises them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.document.flatten import Flat
from engine.document.model import Node
from engine.errors import (
    BadLink,
    BadValue,
    CycleFound,
    EngineError,
    GraphError,
    InvalidGraph,
    MissingInput,
    NoOutputs,
    PathError,
    TypeMismatch,
    UnknownNode,
    ValueOutOfRange,
)
from engine.graph import Graph, GraphNode, NodeId, find_cycle, structure_of, topological_order
from engine.results import Link
from engine.spec import Growing, InputSpec, NodeSpec
from engine.types import ANY, types_fit
from engine.widgets import Unfit

if TYPE_CHECKING:
    from engine.paths import Folders
    from engine.registry import Registry

SHOWN = 80


@dataclass(slots=True)
class _Checking:
    """What one validation knows so far."""

    flat: Flat
    registry: Registry
    folders: Folders | None
    problems: list[GraphError] = field(default_factory=list[GraphError])
    nodes: dict[NodeId, GraphNode] = field(default_factory=dict[NodeId, GraphNode])
    #: (node, match name) -> the type its matched sockets have taken
    matched: dict[tuple[NodeId, str], str] = field(default_factory=dict[tuple[NodeId, str], str])


def check(
    flat: Flat, registry: Registry, folders: Folders | None, targets: Sequence[NodeId] | None = None
) -> Graph:
    """Return the graph of all that the targets need.

    Raises:
        InvalidGraph: with every problem.
    """
    graph, problems = validate(flat, registry, folders, targets)
    if problems:
        raise InvalidGraph(problems)
    return graph


def validate(
    flat: Flat,
    registry: Registry,
    folders: Folders | None,
    targets: Sequence[NodeId] | None = None,
    known: Mapping[NodeId, GraphNode] | None = None,
) -> tuple[Graph, list[GraphError]]:
    """Check all that the targets need; without targets, all output nodes and exposed outputs.

    Args:
        flat: the nodes.
        registry: their definitions.
        folders: where files that values name are looked for; None leaves that check out.
        targets: the nodes to run.
        known: nodes checked before, which links may come from (for nodes added while running).
    """
    checking = _Checking(flat, registry, folders, nodes=dict(known or {}))
    needed = _needed(checking, default_targets(flat, registry) if targets is None else targets)
    structure = structure_of(needed)
    order = topological_order(structure)
    if order is None:
        checking.problems.append(_cycle(checking, find_cycle(structure)))
        order = list(needed)
    for node_id in order:
        _check_node(checking, node_id, flat.nodes[node_id])
    return Graph(checking.nodes, structure), checking.problems


def default_targets(flat: Flat, registry: Registry) -> list[NodeId]:
    """Return what a run is for: nodes that show or save, and the sources of exposed outputs."""
    is_output: dict[str, bool] = {}
    found: list[NodeId] = []
    for node_id, node in flat.nodes.items():
        kind = is_output.get(node.type)
        if kind is None:
            spec = registry.get(node.type)
            kind = is_output[node.type] = spec is not None and spec.is_output
        if kind:
            found.append(node_id)
    shown = set(found)
    return found + [source for source, _ in flat.outputs.values() if source not in shown]


def _needed(checking: _Checking, targets: Sequence[NodeId]) -> dict[NodeId, set[NodeId]]:
    """Return every node that a target depends on, with its parents; report links to nowhere."""
    nodes = checking.flat.nodes
    if not targets:
        types = {node.type for node in nodes.values()}
        unknown = sorted(kind for kind in types if kind not in checking.registry)
        checking.problems += [_unknown(checking, None, kind) for kind in unknown]
        checking.problems.append(
            NoOutputs("Nothing in the workflow shows or saves a result. Add a Save Image node.")
        )
    needed: dict[NodeId, set[NodeId]] = {}
    waiting: list[NodeId] = []
    for target in targets:
        if target in nodes:
            waiting.append(target)
        else:
            checking.problems.append(
                BadLink(f'There is no node "{target}" to run. Choose one of the workflow\'s nodes.')
            )
    while waiting:
        node_id = waiting.pop()
        if node_id in needed:
            continue
        links = nodes[node_id].links
        parents = {link.node for link in links.values()} if links else _NONE
        needed[node_id] = parents
        for parent in parents:
            if parent in nodes:
                waiting.append(parent)
    return needed


_NONE: set[NodeId] = set()


def _cycle(checking: _Checking, cycle: Sequence[NodeId]) -> CycleFound:
    names = " -> ".join(_name(checking, node_id) for node_id in [*cycle, cycle[0]])
    return CycleFound(
        f"Nodes wait for each other: {names}. Remove one of these links.",
        node_id=cycle[0],
        details={"nodes": list(cycle)},
    )


def _name(checking: _Checking, node_id: NodeId) -> str:
    node = checking.flat.nodes.get(node_id)
    if node is None:
        return node_id
    spec = checking.registry.get(node.type)
    return f'{node_id} "{node.title or (spec.title if spec else node.type)}"'


def _unknown(checking: _Checking, node_id: NodeId | None, kind: str) -> UnknownNode:
    where = f"Node {node_id} has" if node_id is not None else "A node has"
    return UnknownNode(
        f'{where} the type "{kind}", which nothing defines.{checking.registry.near(kind)} '
        "Install the pack that has it.",
        node_id=node_id,
        details={"type": kind},
    )


def _check_node(checking: _Checking, node_id: NodeId, node: Node) -> None:
    """Check one node whose parents are checked, and add it to the graph."""
    spec = checking.registry.get(node.type)
    if spec is None:
        checking.problems.append(_unknown(checking, node_id, node.type))
        return
    given = (
        node.values if node.version == spec.version else _migrated(checking, node_id, node, spec)
    )
    inputs = spec.inputs_for(given, node.links) if spec.is_dynamic else spec.inputs
    values: dict[str, Any] = {}
    links: dict[str, Link] = {}
    for each in inputs:
        name = each.name
        if name in node.links:
            source = node.links[name]
            if _check_link(checking, node_id, each, source.node, source.output):
                links[name] = Link(source.node, source.output)
        elif name in given:
            try:
                values[name] = _value(each, given[name], checking.folders)
            except Unfit as unfit:
                checking.problems.append(_bad_value(checking, node_id, each, given[name], unfit))
            except PathError as problem:
                checking.problems.append(_bad_file(checking, node_id, each, problem))
        elif each.has_default:
            values[name] = each.widget.default if each.widget else None
        elif each.required:
            checking.problems.append(_missing(checking, node_id, each))
    if spec.is_dynamic:
        _check_growing(checking, node_id, spec, (*node.links, *given))
    checking.nodes[node_id] = GraphNode(node_id, spec, inputs, values, links)
    if spec.validate:
        _check_own(checking, checking.nodes[node_id], spec.validate)


def _migrated(
    checking: _Checking, node_id: NodeId, node: Node, spec: NodeSpec
) -> Mapping[str, Any]:
    """Return the values as the present version of the node's definition takes them."""
    if node.version > spec.version:
        checking.problems.append(
            BadValue(
                f"Node {_name(checking, node_id)} is of version {node.version}; "
                f"the definition here is of version {spec.version}. Update the pack that has it.",
                node_id=node_id,
            )
        )
    values = dict(node.values)
    for version in range(node.version, spec.version):
        if step := spec.migrations.get(version):
            values = step(values)
    return values


def _value(spec: InputSpec, value: Any, folders: Folders | None) -> Any:
    if spec.widget is None:
        raise Unfit("a link", hint=f"Link an output of type {spec.type}.")
    return spec.widget.check(value, folders)


def _check_link(
    checking: _Checking, node_id: NodeId, spec: InputSpec, source: NodeId, index: int
) -> bool:
    parent = checking.nodes.get(source)
    if parent is None:
        if source not in checking.flat.nodes:
            checking.problems.append(_no_node(checking, node_id, spec, source))
        return (
            source in checking.flat.nodes and checking.flat.nodes[source].type in checking.registry
        )
    outputs = parent.spec.outputs
    if not 0 <= index < len(outputs):
        checking.problems.append(_no_output(checking, node_id, spec, parent, index))
        return False
    given = outputs[index].type
    if outputs[index].match:
        given = checking.matched.get((source, outputs[index].match), ANY)
    if not spec.match and (given == spec.type or types_fit(given, spec.type)):
        return True
    return _check_types(checking, node_id, spec, parent, (index, given))


def _check_types(
    checking: _Checking,
    node_id: NodeId,
    spec: InputSpec,
    parent: GraphNode,
    output: tuple[int, str],
) -> bool:
    index, given = output
    wanted = spec.type
    if spec.match:
        taken = checking.matched.setdefault((node_id, spec.match), given)
        wanted = taken if types_fit(taken, spec.type) else spec.type
        if taken == ANY:
            checking.matched[node_id, spec.match] = given
    if types_fit(given, wanted) and types_fit(given, spec.type):
        return True
    if parent.spec.validates and "input_types" in parent.spec.validates:
        return True
    name = parent.spec.outputs[index].name
    checking.problems.append(
        TypeMismatch(
            f'Input "{spec.name}" of node {_name(checking, node_id)} takes {wanted}, but output '
            f'"{name}" of node {_name(checking, parent.id)} gives {given}. '
            f"{_bridge(checking, given, wanted)}",
            node_id=node_id,
            socket=spec.name,
            details={"expected": wanted, "got": given, "source": [parent.id, index]},
        )
    )
    return False


def _bridge(checking: _Checking, given: str, wanted: str) -> str:
    """Say which node turns one type into the other."""
    for spec in checking.registry:
        takes = [each for each in spec.inputs if each.widget is None and each.required]
        if len(takes) == 1 and takes[0].type == given and not takes[0].match:
            gives = [each.type for each in spec.outputs]
            if gives[:1] == [wanted]:
                return f'Put a "{spec.title}" node between them.'
    return f"Link an output of type {wanted}."


def _no_node(checking: _Checking, node_id: NodeId, spec: InputSpec, source: NodeId) -> BadLink:
    return BadLink(
        f'Input "{spec.name}" of node {_name(checking, node_id)} is linked to node "{source}", '
        "which is not there. Link it anew.",
        node_id=node_id,
        socket=spec.name,
        details={"source": source},
    )


def _no_output(
    checking: _Checking, node_id: NodeId, spec: InputSpec, parent: GraphNode, index: int
) -> BadLink:
    count = len(parent.spec.outputs)
    return BadLink(
        f'Input "{spec.name}" of node {_name(checking, node_id)} is linked to output {index} of '
        f"node {_name(checking, parent.id)}, which has {count}. Link it anew.",
        node_id=node_id,
        socket=spec.name,
        details={"source": [parent.id, index], "outputs": count},
    )


def _missing(checking: _Checking, node_id: NodeId, spec: InputSpec) -> MissingInput:
    what = "a value" if spec.widget else f"an output of type {spec.type}"
    return MissingInput(
        f'Input "{spec.name}" of node {_name(checking, node_id)} is missing. '
        f"{'Type' if spec.widget else 'Link'} {what}.",
        node_id=node_id,
        socket=spec.name,
        details={"expected": spec.type},
    )


def _bad_value(
    checking: _Checking, node_id: NodeId, spec: InputSpec, value: Any, unfit: Unfit
) -> BadValue:
    shown = f'"{value}"' if isinstance(value, str) else str(value)
    shown = shown if len(shown) <= SHOWN else shown[:SHOWN] + "…"
    kind = ValueOutOfRange if unfit.in_kind else BadValue
    return kind(
        f'Input "{spec.name}" of node {_name(checking, node_id)} takes {unfit.expected}, '
        f"but is {shown}.{' ' + unfit.hint if unfit.hint else ''}",
        node_id=node_id,
        socket=spec.name,
        details={"expected": unfit.expected, "got": shown},
    )


def _bad_file(
    checking: _Checking, node_id: NodeId, spec: InputSpec, problem: EngineError
) -> BadValue:
    return ValueOutOfRange(
        f'Input "{spec.name}" of node {_name(checking, node_id)}: {problem.message}',
        node_id=node_id,
        socket=spec.name,
        details=problem.details,
    )


def _check_growing(
    checking: _Checking, node_id: NodeId, spec: NodeSpec, given: Iterable[str]
) -> None:
    for each in spec.inputs:
        if not isinstance(each.dynamic, Growing):
            continue
        allowed = {f"{each.name}.{name}" for name in each.dynamic.names_at_most()}
        surplus = [name for name in given if name.startswith(f"{each.name}.")]
        for name in sorted(set(surplus) - allowed):
            checking.problems.append(
                BadLink(
                    f'Node {_name(checking, node_id)} has no input "{name}": "{each.name}" grows '
                    f"to at most {len(allowed)}. Remove the surplus ones.",
                    node_id=node_id,
                    socket=name,
                )
            )


def _check_own(checking: _Checking, node: GraphNode, own: Callable[..., Any]) -> None:
    """Run the node's own check with the constants that it names."""
    given = {name: value for name, value in node.values.items() if name in node.spec.validates}
    if "input_types" in node.spec.validates:
        given["input_types"] = {
            name: checking.nodes[link.node].spec.outputs[link.output].type
            for name, link in node.links.items()
            if link.node in checking.nodes
        }
    linked = {name: None for name in node.links if name in node.spec.validates}
    try:
        answer = own(**{**linked, **given})
    except EngineError as problem:
        answer = problem.message
    except Exception as problem:  # noqa: BLE001 a pack's check may raise anything
        answer = f"its check failed: {type(problem).__name__}: {problem}."
    if answer is not True:
        checking.problems.append(
            BadValue(
                f"Node {_name(checking, node.id)} does not accept its inputs: {answer}",
                node_id=node.id,
                details={"answer": str(answer)},
            )
        )
