"""A document as ComfyUI's API prompt: what its `/prompt` route reads (COMPAT.md A7).

Subgraphs are unfolded to ids with colons, muted and bypassed nodes are resolved, and every input
with a default is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from engine.document.flatten import flatten
from engine.results import MISSING
from engine.widgets import Float, Int, Unfit

if TYPE_CHECKING:
    from engine.document import Document, Node
    from engine.registry import Registry
    from engine.spec import InputSpec, NodeSpec

#: What `foreign` says in a node that came from an API prompt.
FORMAT = "comfyui-api"
#: The key under which a list lies, because a bare pair means a link.
VALUE = "__value__"
#: Digits of the longest whole number that is read.
LONGEST = 4300


def write_api(document: Document, registry: Registry) -> dict[str, Any]:
    """Return the API prompt: `{id: {class_type, inputs, _meta}}`.

    Links to nodes that are not there are left out, as ComfyUI's editor does.

    Raises:
        WorkflowError: a subgraph can not be unfolded.
    """
    flat = flatten(document, registry.specs).nodes
    ids = _ids(flat)
    return {ids[key]: _node(node, registry.get(node.type), ids) for key, node in flat.items()}


def written_value(value: Any, spec: InputSpec | None) -> Any:
    """Return a value as a prompt holds it: lists wrapped, large numbers no longer as text."""
    if isinstance(value, list) or (isinstance(value, dict) and VALUE in value):
        return {VALUE: value}
    if isinstance(value, str) and spec and isinstance(spec.widget, Int | Float):
        try:
            return spec.widget.check(value, None)
        except Unfit as unfit:
            return value if unfit.value is None else unfit.value
    return value


def unwrapped(value: Any) -> Any:
    """Return what a value of a prompt stands for."""
    return value[VALUE] if isinstance(value, dict) and VALUE in value else value


def inputs_of(node: Node, spec: NodeSpec | None) -> Mapping[str, InputSpec]:
    """Return a node's inputs by name, dynamic ones unfolded; none of an unknown type."""
    if spec is None:
        return {}
    if not spec.is_dynamic:
        return spec.by_name
    return {each.name: each for each in spec.inputs_for(node.values, node.links)}


def _foreign(node: Node) -> Mapping[str, Any]:
    """Return what reading an API prompt kept beside a node."""
    foreign = node.foreign
    return foreign if isinstance(foreign, dict) and foreign.get("format") == FORMAT else {}


def _ids(nodes: Mapping[str, Node]) -> dict[str, str]:
    """Return the id in the prompt of each node: the one it was read with, if it is free."""
    ids = {key: key for key in nodes}
    for key, node in nodes.items():
        before = _foreign(node).get("id")
        if isinstance(before, str) and before not in nodes:
            ids[key] = before
    taken = list(ids.values())
    return ids if len(set(taken)) == len(taken) else {key: key for key in nodes}


def _node(node: Node, spec: NodeSpec | None, ids: Mapping[str, str]) -> dict[str, Any]:
    foreign = _foreign(node)
    further = foreign.get("node")
    written = {"class_type": node.type, "inputs": _inputs(node, spec, ids)}
    written |= further if isinstance(further, dict) else {}
    title = node.title or ("" if foreign else (spec.title if spec else node.type))
    if title:
        meta = written.get("_meta")
        written["_meta"] = {**(meta if isinstance(meta, dict) else {}), "title": title}
    return written


def _inputs(node: Node, spec: NodeSpec | None, ids: Mapping[str, str]) -> dict[str, Any]:
    declared = inputs_of(node, spec)
    foreign = _foreign(node)
    values = _migrated(node, spec)
    written = {
        name: _value(name, value, declared.get(name), foreign) for name, value in values.items()
    }
    written |= {
        name: [ids[link.node], link.output] for name, link in node.links.items() if link.node in ids
    }
    present = {*written, *node.links, *(foreign.get("absent") or ())}
    defaults = {
        name: written_value(each.widget.default, each)
        for name, each in declared.items()
        if each.has_default and each.widget and name not in present
    }
    return written | defaults


def _migrated(node: Node, spec: NodeSpec | None) -> dict[str, Any]:
    """Return the values as the present version of the node's definition takes them."""
    values = {name: value for name, value in node.values.items() if name not in node.links}
    for version in range(node.version, spec.version if spec else 0):
        if step := spec and spec.migrations.get(version):
            values = step(values)
    return values


def _value(name: str, value: Any, spec: InputSpec | None, foreign: Mapping[str, Any]) -> Any:
    """Return a value in the form that it was read in, if it had one of its own."""
    forms = foreign.get("inputs")
    form = forms.get(name, MISSING) if isinstance(forms, dict) else MISSING
    if form is not MISSING and unwrapped(form) == value:
        return form
    if isinstance(form, dict) and VALUE in form:
        return {**cast("dict[str, Any]", form), VALUE: value}
    if name in (foreign.get("integers") or ()) and isinstance(value, str):
        return whole(value)
    return written_value(value, spec)


def whole(text: str) -> int | str:
    """Return the large number that a document holds as text, or the text if it is none."""
    return int(text) if text.removeprefix("-").isdecimal() and len(text) < LONGEST else text
