"""How a node function is called: inputs gathered, lists mapped, results brought into one form.

Every value on a link is a list. A node is called once for each place, shorter lists repeating
their last element, and its outputs collect what the calls gave (COMPAT.md D4).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from engine.errors import NodeError
from engine.results import Blocker, Link, NewNode, NodeResult, Outputs
from engine.shielding.kinds import KNOWN_KINDS, check_kinds
from engine.spec import NodeSpec, nested

if TYPE_CHECKING:
    from engine.graph import GraphNode

Lists = Mapping[str, Sequence[Any]]


class Call(msgspec.Struct, frozen=True):
    """What one node is called with.

    Attributes:
        mapped: inputs that are walked through, a list each.
        whole: inputs that every call gets as they are.
        times: how often the node is called; 0 where a list is empty.
    """

    mapped: Lists
    whole: Mapping[str, Any]
    times: int

    def arguments(self, index: int) -> dict[str, Any]:
        """Return the inputs of one call."""
        at = {name: each[min(index, len(each) - 1)] for name, each in self.mapped.items()}
        return {**at, **self.whole}


class Raw(msgspec.Struct, frozen=True):
    """What one call gave, in one form."""

    values: Sequence[Any]
    ui: Mapping[str, Sequence[Any]] | None = None
    expand: Mapping[str, NewNode] | None = None
    #: the node was not called: an input was blocked
    is_blocked: bool = False


def prepare(node: GraphNode, results: Mapping[str, Outputs]) -> Call:
    """Gather the inputs of a node; lazy inputs that are not there yet are None."""
    mapped: dict[str, Sequence[Any]] = {}
    whole: dict[str, Any] = {}
    times = 1
    is_all_mapped = True
    for each in node.inputs:
        name = each.name
        link = node.links.get(name)
        if link is None:
            if name in node.values:
                value = node.values[name]
                whole[name] = [value] if each.takes_list else value
            continue
        if each.raw_link:
            whole[name] = link
            continue
        upstream = results.get(link.node)
        if upstream is None:
            whole[name] = None
        elif each.takes_list:
            whole[name] = list(upstream.lists[link.output])  # it may be changed, the stored not
        else:
            values = mapped[name] = upstream.lists[link.output]
            if len(values) != 1:
                is_all_mapped = False
    if not is_all_mapped:
        times = max(len(each) for each in mapped.values())
        times = 0 if any(not each for each in mapped.values()) else times
    return Call(mapped, whole, times)


def blocked(call: Call, index: int) -> Blocker | None:
    """Return the blocker among the inputs of one call, if there is one."""
    for values in call.mapped.values():
        value = values[min(index, len(values) - 1)]
        if type(value) is Blocker:
            return value
    for value in call.whole.values():
        if type(value) is Blocker:
            return value
        if type(value) is list:
            for each in value:
                if type(each) is Blocker:
                    return each
    return None


def call_all(
    spec: NodeSpec,
    call: Call,
    function: Callable[..., Any],
    hidden: Mapping[str, Any],
    on_blocked: Callable[[Blocker], None],
) -> list[Raw]:
    """Call a node for every place of its lists."""
    raws: list[Raw] = []
    for index in range(call.times):
        if blocker := blocked(call, index):
            on_blocked(blocker)
            raws.append(_all_blocked(spec))
        else:
            raws.append(unify(spec, function(**_named(spec, call, index), **hidden)))
    return raws


async def call_all_async(
    spec: NodeSpec,
    call: Call,
    function: Callable[..., Any],
    hidden: Mapping[str, Any],
    on_blocked: Callable[[Blocker], None],
) -> list[Raw]:
    """Call an async node for every place of its lists; the calls wait side by side."""

    async def one(index: int) -> Raw:
        if blocker := blocked(call, index):
            on_blocked(blocker)
            return _all_blocked(spec)
        return unify(spec, await function(**_named(spec, call, index), **hidden))

    return list(await asyncio.gather(*(one(index) for index in range(call.times))))


def lazy_inputs_wanted(spec: NodeSpec, call: Call, function: Callable[..., Any]) -> list[str]:
    """Ask a node which of its lazy inputs it still needs."""
    wanted: dict[str, None] = {}
    for index in range(call.times):
        if blocked(call, index) is None:
            answer = function(**_named(spec, call, index))
            wanted.update(dict.fromkeys(answer or ()))
    return list(wanted)


def _named(spec: NodeSpec, call: Call, index: int) -> dict[str, Any]:
    arguments = call.arguments(index)
    return nested(spec, arguments) if spec.is_dynamic else arguments


def _all_blocked(spec: NodeSpec) -> Raw:
    return Raw([Blocker()] * len(spec.outputs), is_blocked=True)


def unify(spec: NodeSpec, result: Any) -> Raw:
    """Bring what a function returned into one form.

    Raises:
        NodeError: it is not what the node declares.
    """
    count = len(spec.outputs)
    if isinstance(result, NodeResult):
        values, ui, expand = result.values, result.ui, result.expand
    elif isinstance(result, Blocker):
        return Raw([result] * count)
    elif count == 1 and not (isinstance(result, tuple) and hasattr(result, "_fields")):
        values, ui, expand = (result,), None, None
    else:
        values, ui, expand = () if result is None else result, None, None
    if not isinstance(values, (tuple, list)) or len(values) != count:
        got = f"{len(values)} values" if isinstance(values, (tuple, list)) else "one value"
        raise NodeError(f'Node type "{spec.id}" declares {count} outputs, but gave {got}.')
    if spec.source and not KNOWN_KINDS.isdisjoint(spec.output_types):
        check_kinds(spec, values)
    return Raw(values, ui, expand)


def merge(spec: NodeSpec, raws: Sequence[Raw], results: Mapping[str, Outputs]) -> Outputs:
    """Collect the results of all calls; links into expanded nodes are looked up.

    Raises:
        NodeError: an output that is declared a list is none.
    """
    if len(raws) == 1 and raws[0].expand is None:
        return Outputs(_one_each(spec, raws[0].values), raws[0].ui)
    lists: tuple[list[Any], ...] = tuple([] for _ in spec.outputs)
    for raw in raws:
        for collected, values in zip(lists, _resolved(spec, raw, results), strict=True):
            collected += values
    return Outputs(lists, _merged_ui(raws))


def _one_each(spec: NodeSpec, values: Sequence[Any]) -> tuple[list[Any], ...]:
    outputs = zip(spec.outputs, values, strict=True)
    return tuple([_as_list(output.is_list, value, spec) for output, value in outputs])


def _as_list(is_list: bool, value: Any, spec: NodeSpec) -> list[Any]:
    if not is_list or type(value) is Blocker:
        return [value]
    if not isinstance(value, (list, tuple)):
        raise NodeError(f'Node type "{spec.id}" declares a list output, but gave one value.')
    return list(value)


def _resolved(spec: NodeSpec, raw: Raw, results: Mapping[str, Outputs]) -> tuple[list[Any], ...]:
    if raw.expand is None:
        return _one_each(spec, raw.values)
    return tuple(
        results[value.node].lists[value.output]
        if isinstance(value, Link)
        else _as_list(output.is_list, value, spec)
        for output, value in zip(spec.outputs, raw.values, strict=True)
    )


def _merged_ui(raws: Sequence[Raw]) -> dict[str, list[Any]] | None:
    shown = [raw.ui for raw in raws if raw.ui]
    if not shown:
        return None
    return {key: [item for ui in shown for item in ui.get(key, ())] for key in shown[0]}
