"""What the checks of a workflow say: each problem as an error that names node and socket.

`name` is a node as people know it: its id and its title.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.errors import (
    BadLink,
    BadValue,
    CycleFound,
    EngineError,
    MissingInput,
    NoOutputs,
    TypeMismatch,
    UnknownNode,
    ValueOutOfRange,
)

if TYPE_CHECKING:
    from engine.registry import Registry
    from engine.spec import InputSpec
    from engine.widgets import Unfit

NodeId = str
#: Letters of a value in a message, at most.
SHOWN = 80


def no_outputs() -> NoOutputs:
    """Nothing is a reason to run."""
    return NoOutputs("Nothing in the workflow shows or saves a result. Add a Save Image node.")


def no_target(target: NodeId) -> BadLink:
    """A node that is to run is not there."""
    return BadLink(f'There is no node "{target}" to run. Choose one of the workflow\'s nodes.')


def unknown_type(node_id: NodeId | None, kind: str, registry: Registry) -> UnknownNode:
    """No definition has a node's type."""
    where = f"Node {node_id} has" if node_id is not None else "A node has"
    return UnknownNode(
        f'{where} the type "{kind}", which nothing defines.{registry.near(kind)} '
        "Install the pack that has it.",
        node_id=node_id,
        details={"type": kind},
    )


def not_migrated(node_id: NodeId, name: str, version: int, problem: Exception) -> BadValue:
    """Values of an older version could not be brought up to date."""
    return BadValue(
        f"The values of node {name} are of version {version} and could not be brought up to date: "
        f"{type(problem).__name__}: {problem}. Set them anew.",
        node_id=node_id,
        details={"version": version},
    )


def too_new(node_id: NodeId, name: str, version: int, present: int) -> BadValue:
    """A node was saved with a later definition than is there."""
    return BadValue(
        f"Node {name} is of version {version}; the definition here is of version {present}. "
        "Update the pack that has it.",
        node_id=node_id,
    )


def cycle(node_ids: Sequence[NodeId], names: Sequence[str]) -> CycleFound:
    """Nodes depend on each other."""
    shown = " -> ".join([*names, names[0]])
    return CycleFound(
        f"Nodes wait for each other: {shown}. Remove one of these links.",
        node_id=node_ids[0],
        details={"nodes": list(node_ids)},
    )


def missing(node_id: NodeId, name: str, spec: InputSpec) -> MissingInput:
    """A required input has neither value nor link."""
    what = "Type a value" if spec.widget else f"Link an output of type {spec.type}"
    return MissingInput(
        f'Input "{spec.name}" of node {name} is missing. {what}.',
        node_id=node_id,
        socket=spec.name,
        details={"expected": spec.type},
    )


def no_node(node_id: NodeId, name: str, spec: InputSpec, source: NodeId) -> BadLink:
    """A link comes from a node that is not there."""
    return BadLink(
        f'Input "{spec.name}" of node {name} is linked to node "{source}", '
        "which is not there. Link it anew.",
        node_id=node_id,
        socket=spec.name,
        details={"source": source},
    )


def no_output(
    input_: tuple[NodeId, str, str], source: tuple[NodeId, int], source_name: str, count: int
) -> BadLink:
    """A link comes from an output that is not there; `input_` is node id, node name and socket."""
    node_id, name, socket = input_
    return BadLink(
        f'Input "{socket}" of node {name} is linked to output {source[1]} of node {source_name}, '
        f"which has {count}. Link it anew.",
        node_id=node_id,
        socket=socket,
        details={"source": list(source), "outputs": count},
    )


def no_exposed_output(exposed: str, source: tuple[NodeId, int], name: str, count: int) -> BadLink:
    """The workflow gives an output that is not there."""
    return BadLink(
        f'The workflow\'s output "{exposed}" is linked to output {source[1]} of node {name}, '
        f"which has {count}. Link it anew.",
        node_id=source[0],
        details={"source": list(source), "outputs": count},
    )


def types_differ(
    input_: tuple[NodeId, str, str],
    source: tuple[NodeId, int],
    source_name: str,
    types: tuple[str, str],
    registry: Registry,
) -> TypeMismatch:
    """A link joins types that do not fit; `source_name` is its output's and node's names."""
    node_id, name, socket = input_
    given, wanted = types
    return TypeMismatch(
        f'Input "{socket}" of node {name} takes {wanted}, but output {source_name} gives {given}. '
        f"{_bridge(given, wanted, registry)}",
        node_id=node_id,
        socket=socket,
        details={"expected": wanted, "got": given, "source": list(source)},
    )


def _bridge(given: str, wanted: str, registry: Registry) -> str:
    """Say which node turns one type into the other."""
    for spec in registry.added:
        takes = [each for each in spec.inputs if each.widget is None and each.required]
        gives = [each.type for each in spec.outputs]
        is_bridge = len(takes) == 1 and takes[0].type == given and not takes[0].match
        if is_bridge and gives[:1] == [wanted]:
            return f'Put a "{spec.title}" node between them.'
    return f"Link an output of type {wanted}."


def bad_value(node_id: NodeId, name: str, spec: InputSpec, value: Any, unfit: Unfit) -> BadValue:
    """A value is of the wrong kind or not allowed."""
    shown = f'"{value}"' if isinstance(value, str) else str(value)
    shown = shown if len(shown) <= SHOWN else shown[:SHOWN] + "…"
    kind = ValueOutOfRange if unfit.in_kind else BadValue
    return kind(
        f'Input "{spec.name}" of node {name} takes {unfit.expected}, '
        f"but is {shown}.{' ' + unfit.hint if unfit.hint else ''}",
        node_id=node_id,
        socket=spec.name,
        details={"expected": unfit.expected, "got": shown},
    )


def bad_file(node_id: NodeId, name: str, spec: InputSpec, problem: EngineError) -> ValueOutOfRange:
    """A value names a file that cannot be had."""
    return ValueOutOfRange(
        f'Input "{spec.name}" of node {name}: {problem.message}',
        node_id=node_id,
        socket=spec.name,
        details=problem.details,
    )


def surplus_item(node_id: NodeId, name: str, socket: str, most: int) -> BadLink:
    """A growing input has an item that it cannot have."""
    return BadLink(
        f'Node {name} has no input "{socket}": "{socket.split(".")[0]}" grows to at most {most}. '
        "Remove the surplus ones.",
        node_id=node_id,
        socket=socket,
    )


def not_accepted(node_id: NodeId, name: str, answer: Any) -> BadValue:
    """The node's own check says no."""
    return BadValue(
        f"Node {name} does not accept its inputs: {answer}",
        node_id=node_id,
        details={"answer": str(answer)},
    )
