"""What goes into a V3 node and what comes out of it, in the engine's words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from engine.comfy.api.base import plain
from engine.comfy.api.schema import NodeOutput
from engine.errors import NodeError
from engine.packs.border import PLAIN, outward
from engine.packs.v1_results import result_of
from engine.results import Blocker, Link, NodeResult
from engine.spec import Growing, InputSpec, NodeSpec, Variants

if TYPE_CHECKING:
    from engine.comfy.api.schema import Schema


def outward_inputs(spec: NodeSpec, given: dict[str, Any]) -> dict[str, Any]:
    """Return values as a pack takes them; the dicts of dynamic inputs are walked through."""
    known = spec.by_name
    for name, value in given.items():
        if type(value) not in PLAIN:
            given[name] = _outward(known.get(name), value)
    return given


def _outward(spec: InputSpec | None, value: Any) -> Any:
    if spec is None:
        return outward(value)
    if spec.takes_list:
        if isinstance(value, Link):
            return [outward(value)]
        if value is None:  # a lazy input that is not there
            return (None,)
    if spec.dynamic is not None and isinstance(value, dict):
        match spec.dynamic:
            case Growing(item=item):
                return {name: _outward(item, each) for name, each in value.items()}
            case Variants(options=options):
                brought = {each.name: each for option in options.values() for each in option}
                return {name: _outward(brought.get(name), each) for name, each in value.items()}
    return outward(value)


def in_lists(spec: InputSpec | None, value: Any) -> Any:
    """Return a constant as a node that takes lists gets it: in one, or a dict of such."""
    if spec is None or spec.dynamic is None or not isinstance(value, dict):
        return [value]
    match spec.dynamic:
        case Growing(item=item):
            return {name: in_lists(item, each) for name, each in value.items()}
        case Variants(options=options):
            brought = {each.name: each for option in options.values() for each in option}
            return {name: in_lists(brought.get(name), each) for name, each in value.items()}


def flat_names(inputs: Iterable[InputSpec]) -> set[str]:
    """Return every name that an input of a document may have, dotted ones included."""
    names: set[str] = set()
    for each in inputs:
        names.add(each.name)
        match each.dynamic:
            case Growing() as growing:
                names |= {f"{each.name}.{name}" for name in growing.names_at_most()}
            case Variants(options=options):
                below = {name for option in options.values() for name in flat_names(option)}
                names |= {f"{each.name}.{name}" for name in below}
            case None:
                pass
    return names


def node_result(spec: NodeSpec, schema: Schema, returned: Any) -> NodeResult | Blocker:
    """Return what `execute` gave as the engine has it.

    Raises:
        NodeError: it is nothing that a node may return.
    """
    if type(returned) is tuple:
        return result_of(spec, returned)
    if not isinstance(returned, NodeOutput):
        expands = isinstance(returned, dict) and returned.get("expand") is not None
        _check_expansion(spec, schema, expands)
        return result_of(spec, returned)
    if returned.expand is not None:
        _check_expansion(spec, schema, expands=True)
    values: Sequence[Any] | None = returned.result
    if returned.block_execution is not None:
        values = [Blocker(returned.block_execution)] * len(spec.outputs)
    if returned.ui is None and returned.expand is None:
        return result_of(spec, values)
    shown = None if returned.ui is None else plain(returned.ui)
    return result_of(spec, {"ui": shown, "result": values, "expand": returned.expand})


def _check_expansion(spec: NodeSpec, schema: Schema, expands: bool) -> None:
    if expands and not schema.enable_expand:
        raise NodeError(
            f'Node type "{spec.id}" of pack "{spec.source}" returned new nodes, but its schema '
            "does not say that it does. Set enable_expand=True."
        )
