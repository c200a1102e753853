"""What the method of a ComfyUI-style class returned becomes a `NodeResult`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from engine.errors import NodeError
from engine.packs.border import all_inward, inward
from engine.results import Blocker, Link, NewNode, NodeResult
from engine.shielding.kinds import described
from engine.types import ANY

if TYPE_CHECKING:
    from engine.spec import NodeSpec

_KEYS = frozenset({"ui", "result", "expand"})
#: A link of an API prompt is a pair of node id and output.
LINK_LENGTH = 2


def result_of(spec: NodeSpec, returned: Any) -> NodeResult | Blocker:
    """Return what a node's method gave, in the engine's form.

    Raises:
        NodeError: it is not what the class declares.
    """
    if isinstance(returned, Blocker):
        return returned
    if not isinstance(returned, dict):
        return NodeResult(all_inward(spec, _values(spec, returned)))
    given = cast("dict[str, Any]", returned)
    if given.keys().isdisjoint(_KEYS) and spec.outputs:
        raise _wrong(spec, f"gave {described(given)} and no tuple")
    ui = _shown(spec, given.get("ui"))
    values = given.get("result")
    if isinstance(values, Blocker):
        values = [values] * len(spec.outputs)
    values = [None] * len(spec.outputs) if values is None else _values(spec, values)
    if given.get("expand") is None:
        return NodeResult(all_inward(spec, values), ui)
    return NodeResult(_with_links(spec, values), ui, _new_nodes(spec, given["expand"]))


def as_link(value: Any) -> Link | None:
    """Return a pair of node id and output as a link, or None where it is none."""
    if not isinstance(value, list) or len(cast("list[Any]", value)) != LINK_LENGTH:
        return None
    node, output = cast("list[Any]", value)
    if not isinstance(node, str) or isinstance(output, bool):
        return None
    return Link(node, int(output)) if isinstance(output, (int, float)) else None


def _values(spec: NodeSpec, returned: Any) -> Sequence[Any]:
    """Return as many values as there are outputs; more are dropped."""
    count = len(spec.outputs)
    if not count:
        return ()
    if returned is None:
        raise _wrong(spec, "gave nothing")
    if not isinstance(returned, (tuple, list)):
        raise _wrong(spec, f"gave {described(returned)} and no tuple")
    values = cast("Sequence[Any]", returned)
    if len(values) < count:
        raise _wrong(spec, f"gave {len(values)} value{'' if len(values) == 1 else 's'}")
    return values[:count]


def _with_links(spec: NodeSpec, values: Sequence[Any]) -> list[Any]:
    """Return the values of an expansion: links into it, or plain ones."""
    links = [as_link(each) for each in values]
    plain = [None if link else each for link, each in zip(links, values, strict=True)]
    taken = all_inward(spec, plain)
    return [link or each for link, each in zip(links, taken, strict=True)]


def _new_nodes(spec: NodeSpec, expand: Any) -> dict[str, NewNode]:
    if not isinstance(expand, Mapping):
        raise _wrong(spec, f'gave {described(expand)} as "expand" and no graph')
    nodes = cast("Mapping[str, Any]", expand)
    return {str(node_id): _new_node(spec, str(node_id), each) for node_id, each in nodes.items()}


def _new_node(spec: NodeSpec, node_id: str, node: Any) -> NewNode:
    kind = node.get("class_type") if isinstance(node, Mapping) else None
    if not isinstance(kind, str):
        raise _wrong(spec, f'gave a graph whose node "{node_id}" has no class_type')
    given = cast("Mapping[str, Any]", node)
    inputs = {name: _input(value) for name, value in (given.get("inputs") or {}).items()}
    shown_at = given.get("override_display_id")
    return NewNode(kind, inputs, None if shown_at is None else str(shown_at))


def _input(value: Any) -> Any:
    """Return a link or a constant, which may be a latent, a conditioning or any other value."""
    if isinstance(value, dict) and list(cast("dict[str, Any]", value)) == ["__value__"]:
        return value["__value__"]
    return as_link(value) or inward(value, ANY)


def _shown(spec: NodeSpec, ui: Any) -> dict[str, Sequence[Any]] | None:
    """Return what clients show: a list under each key."""
    if not ui:
        return None
    if not isinstance(ui, Mapping):
        raise _wrong(spec, f'gave {described(ui)} as "ui" and no dict')
    shown = cast("Mapping[str, Any]", ui)
    return {str(key): _items(items) for key, items in shown.items()}


def _items(given: Any) -> list[Any]:
    return list(cast("Sequence[Any]", given)) if isinstance(given, (list, tuple)) else [given]


def _wrong(spec: NodeSpec, what: str) -> NodeError:
    count = len(spec.outputs)
    names = ", ".join(each.type for each in spec.outputs)
    outputs = f"{count} output{'' if count == 1 else 's'} ({names})" if count else "no outputs"
    said = f'Node type "{spec.id}" of pack "{spec.source}" declares {outputs}, but {what}.'
    return NodeError(f"{said} Its method has to return a tuple with one value for each.")
