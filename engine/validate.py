"""Every check of a workflow before anything runs; all problems are found at once.

`validate` returns the graph and the problems; `check` raises them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.checks import problems
from engine.checks.checking import Checking, check_link
from engine.errors import EngineError, GraphError, InvalidGraph, PathError
from engine.graph import Graph, GraphNode, NodeId, find_cycle, topological_order
from engine.results import MISSING, Link
from engine.running.asking import CHECK_S, asking
from engine.running.failures import place_in_pack
from engine.spec import Growing, InputSpec, NodeSpec, Variants
from engine.widgets import Unfit

if TYPE_CHECKING:
    from engine.document.flatten import Flat
    from engine.document.model import LinkSource, Node
    from engine.paths import Folders
    from engine.registry import Registry

_NONE: list[NodeId] = []
#: What a document can hold.
_PLAIN = (str, int, float, bool, list, dict, type(None))


def check(
    flat: Flat, registry: Registry, folders: Folders | None, targets: Sequence[NodeId] | None = None
) -> Graph:
    """Return the graph of all that the targets need.

    Raises:
        InvalidGraph: with every problem.
    """
    graph, found = validate(flat, registry, folders, targets)
    if found:
        raise InvalidGraph(found)
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
    checking = Checking(
        flat, registry, folders, nodes=dict(known or {}), takes_objects=known is not None
    )
    needed = _needed(checking, default_targets(flat, registry) if targets is None else targets)
    order = topological_order(needed)
    if order is None:
        ids = find_cycle(needed)
        checking.problems.append(problems.cycle(ids, [checking.name(each) for each in ids]))
        order = list(needed)
    for node_id in order:
        _check_node(checking, node_id, flat.nodes[node_id])
    _check_exposed(checking)
    return Graph(checking.nodes, needed), checking.problems


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


def _needed(checking: Checking, targets: Sequence[NodeId]) -> dict[NodeId, list[NodeId]]:
    """Return every node that a target depends on, with its parents."""
    nodes = checking.flat.nodes
    if not targets:
        types = {node.type for node in nodes.values()}
        unknown = sorted(kind for kind in types if kind not in checking.registry)
        checking.problems += [
            problems.unknown_type(None, kind, checking.registry) for kind in unknown
        ]
        checking.problems.append(problems.no_outputs())
    checking.problems += [problems.no_target(target) for target in targets if target not in nodes]
    needed: dict[NodeId, list[NodeId]] = {}
    waiting = [target for target in targets if target in nodes]
    while waiting:
        node_id = waiting.pop()
        if node_id in needed:
            continue
        links = nodes[node_id].links
        parents = list(dict.fromkeys(link.node for link in links.values())) if links else _NONE
        needed[node_id] = parents
        for parent in parents:
            if parent in nodes:
                waiting.append(parent)
    return needed


def _check_exposed(checking: Checking) -> None:
    for name, (source, index) in checking.flat.outputs.items():
        node = checking.nodes.get(source)
        if node is not None and not 0 <= index < len(node.spec.outputs):
            count = len(node.spec.outputs)
            checking.problems.append(
                problems.no_exposed_output(name, (source, index), checking.name(source), count)
            )


def _check_node(checking: Checking, node_id: NodeId, node: Node) -> None:
    """Check one node whose parents are checked, and add it to the graph."""
    spec = checking.registry.get(node.type)
    if spec is None:
        checking.problems.append(problems.unknown_type(node_id, node.type, checking.registry))
        return
    count = len(checking.problems)
    given = (
        node.values if node.version == spec.version else _migrated(checking, node_id, node, spec)
    )
    inputs = spec.inputs_for(given, node.links) if spec.is_dynamic else spec.inputs
    values: dict[str, Any] = {}
    links: dict[str, Link] = {}
    checked = checking.nodes[node_id] = GraphNode(node_id, spec, inputs, values, links)
    _check_inputs(checking, checked, given, node.links)
    if spec.is_dynamic:
        _check_growing(checking, checked, (*node.links, *given))
    if spec.validate and len(checking.problems) == count:
        _check_own(checking, checked, spec.validate)


def _check_inputs(
    checking: Checking,
    node: GraphNode,
    given: Mapping[str, Any],
    linked: Mapping[str, LinkSource],
) -> None:
    """Fill the node's values and links with what is sound."""
    values, links = node.values, node.links
    for each in node.inputs:
        name = each.name
        if name in linked:
            source = linked[name]
            if check_link(checking, node, each, source.node, source.output):
                links[name] = Link(source.node, source.output)
        elif name in given:
            value = _check_value(checking, node, each, given[name])
            if value is not MISSING:
                values[name] = value
        elif each.has_default:
            values[name] = each.widget.default if each.widget else None
        elif each.required:
            checking.problems.append(problems.missing(node.id, checking.name(node.id), each))


def _migrated(checking: Checking, node_id: NodeId, node: Node, spec: NodeSpec) -> Mapping[str, Any]:
    """Return the values as the present version of the node's definition takes them."""
    if node.version > spec.version:
        checking.problems.append(
            problems.too_new(node_id, checking.name(node_id), node.version, spec.version)
        )
    values = dict(node.values)
    for version in range(node.version, spec.version):
        step = spec.migrations.get(version)
        try:
            values = step(values) if step else values
        except Exception as problem:  # noqa: BLE001 a pack's migration may raise anything
            name = checking.name(node_id)
            checking.problems.append(problems.not_migrated(node_id, name, version, problem))
            break
    return values


def _check_value(checking: Checking, node: GraphNode, spec: InputSpec, value: Any) -> Any:
    """Return the canonical value, or MISSING where there is a problem.

    Range and choices of an input that the node's own check names are left to that check.
    """
    if checking.takes_objects and not isinstance(value, _PLAIN):
        return value
    try:
        if spec.widget is None:
            raise Unfit("a link", hint=f"Link an output of type {spec.type}.")
        return spec.widget.check(value, checking.folders)
    except Unfit as unfit:
        if unfit.in_kind and spec.name in node.spec.validates:
            return value if unfit.value is None else unfit.value
        name = checking.name(node.id)
        checking.problems.append(problems.bad_value(node.id, name, spec, value, unfit))
    except PathError as problem:
        if spec.name in node.spec.validates:
            return value
        name = checking.name(node.id)
        checking.problems.append(problems.bad_file(node.id, name, spec, problem))
    return MISSING


def _check_growing(checking: Checking, node: GraphNode, given: Iterable[str]) -> None:
    """Report items beyond what an input may grow to, also below the chosen option of another."""
    waiting = [(each.name, each.dynamic) for each in node.spec.inputs]
    for path, dynamic in waiting:  # grows while it is walked
        match dynamic:
            case Growing():
                allowed = {f"{path}.{name}" for name in dynamic.names_at_most()}
                present = {name for name in given if name.startswith(f"{path}.")}
                checking.problems += [
                    problems.surplus_item(node.id, checking.name(node.id), name, len(allowed))
                    for name in sorted(present - allowed)
                ]
            case Variants(options=options):
                brought = options.get(node.values.get(path, ""), ())
                waiting += [(f"{path}.{each.name}", each.dynamic) for each in brought]
            case None:
                pass


def _check_own(checking: Checking, node: GraphNode, own: Callable[..., Any]) -> None:
    """Run the node's own check with the constants that it names; links are given as None."""
    names = node.spec.validates
    every = {**dict.fromkeys(node.links), **node.values, **node.hidden_before_run()}
    given = {name: value for name, value in every.items() if name in names}
    if "input_types" in names:
        given["input_types"] = {
            name: checking.nodes[link.node].spec.outputs[link.output].type
            for name, link in node.links.items()
            if link.node in checking.nodes
        }
    told = f"Node {node.name} is asked whether its inputs fit"
    try:
        with asking(told, CHECK_S, node.id):
            answer = own(**given)
    except EngineError as problem:
        answer = problem.message
    except Exception as problem:  # noqa: BLE001 a pack's check may raise anything
        told = f"{type(problem).__name__}: {problem}{place_in_pack(node, problem)}"
        answer = f"its check failed: {told}."
    if answer is not True:
        checking.problems.append(problems.not_accepted(node.id, checking.name(node.id), answer))
