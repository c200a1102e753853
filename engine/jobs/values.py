"""What a job sets in its document: values by exposed name or `NODE.input`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from engine.document.exposed import input_behind
from engine.document.flatten import node_at
from engine.errors import SettingError, WorkflowError
from engine.importers.places import node_called

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.document import Document
    from engine.spec import InputSpec, NodeSpec

_READ_BY_WIDGETS = frozenset(("STRING", "COMBO", "INT", "FLOAT"))
_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def filled(
    document: Document, values: Mapping[str, Any], specs: Mapping[str, NodeSpec]
) -> Document:
    """Return the document with these values; a word of a table becomes what its input takes.

    Args:
        document: the workflow.
        values: by exposed name, or by `NODE.input`.
        specs: type id -> spec; inputs of types that are not there are not looked at.

    Raises:
        SettingError: a name is neither.
    """
    exposed = {each.name: each.targets for each in document.inputs}
    for name, value in values.items():
        places = exposed[name] if name in exposed else [_place(document, name)]
        for node_id, socket in places:
            given = _read(value, _spec(document, (node_id, socket), specs, name))
            try:
                document = document.with_value(node_id, socket, given)
            except WorkflowError as problem:
                raise SettingError(problem.message, details={"name": name}) from problem
    return document


def _place(document: Document, name: str) -> tuple[str, str]:
    """Return node and input of `NODE.input`; both may hold dots, so the longest known id counts."""
    cut = name.rfind(".")
    while cut > 0:
        if (node_id := node_called(document, name[:cut])) is not None:
            return node_id, name[cut + 1 :]
        cut = name.rfind(".", 0, cut)
    names = [each.name for each in document.inputs]
    there = ", ".join(f'"{each}"' for each in names) or "nothing"
    raise SettingError(
        f'There is no "{name}" to set. The workflow exposes {there}; any other value is named '
        "NODE.input, with the id of a node that is there.",
        details={"name": name, "exposed": names},
    )


def _spec(
    document: Document, place: tuple[str, str], specs: Mapping[str, NodeSpec], name: str
) -> InputSpec | None:
    """Return the input at a place, or None where its node's type is not known here."""
    node_id, socket = place
    node = node_at(document, node_id)
    if node is None:  # with_value says so
        return None
    inner, behind = input_behind(document.subgraphs, node, socket)
    spec = specs.get(inner.type)
    if spec is None:
        return None
    inputs = spec.inputs_for(inner.values, [*inner.links, behind])
    found = next((each for each in inputs if each.name == behind), None)
    if found is None:
        raise SettingError(
            f'"{name}" can not be set: node "{node_id}" ({inner.type}) has no input "{behind}". '
            f"It has {_listed(inputs)}.",
            node_id=node_id,
            details={"name": name},
        )
    return found


def _listed(inputs: tuple[InputSpec, ...]) -> str:
    return ", ".join(f'"{each.name}"' for each in inputs) or "none"


def _read(value: Any, spec: InputSpec | None) -> Any:
    """Return a word of a table as its input takes it; widgets read numbers themselves."""
    if spec is None or not isinstance(value, str) or spec.type in _READ_BY_WIDGETS:
        return value
    if spec.type == "BOOLEAN":
        return _WORDS.get(value.strip().lower(), value)
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return value
