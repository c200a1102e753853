"""A node definition in the form that ComfyUI's clients read (COMPAT.md B2, D2, D6)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine.spec import Growing, InputSpec, Variants
from engine.widgets import INT_MAX, INT_MIN

if TYPE_CHECKING:
    from engine.paths import Folders
    from engine.spec import NodeSpec, OutputSpec

logger = logging.getLogger(__name__)

MATCH, AUTOGROW, DYNAMIC_COMBO = (
    "COMFY_MATCHTYPE_V3",
    "COMFY_AUTOGROW_V3",
    "COMFY_DYNAMICCOMBO_V3",
)
#: What V3 nodes put before the names of their hidden values.
_HIDDEN = "hidden."
#: Choices with these are more than a list of names, so they have the newer form.
_MORE_THAN_A_LIST = frozenset({"multi_select", "remote"})


def object_info(specs: Iterable[NodeSpec], folders: Folders | None = None) -> dict[str, Any]:
    """Return all entries of `/object_info`; a node whose declaration fails is left out."""
    told: dict[str, Any] = {}
    for spec in specs:
        try:
            info = node_info(spec, folders)
            json.dumps(info)
        except Exception as problem:  # noqa: BLE001 the list of a pack's combo may raise anything
            name = f'Node type "{spec.id}"' + (f' of pack "{spec.source}"' if spec.source else "")
            logger.warning("%s can not be listed: %s", name, problem)
        else:
            told[spec.id] = info
    return told


def node_info(spec: NodeSpec, folders: Folders | None = None) -> dict[str, Any]:
    """Return one entry of `/object_info`; combos are in the old form, `[[names], {…}]`."""
    inputs = declared_inputs(spec.inputs, folders)
    info: dict[str, Any] = {
        "input": {**inputs, "hidden": _hidden(spec)},
        "input_order": {need: list(them) for need, them in inputs.items()},
        "output": [MATCH if each.match else each.type for each in spec.outputs],
        "output_is_list": [each.is_list for each in spec.outputs],
        "output_name": [each.name for each in spec.outputs],
        "name": spec.id,
        "display_name": spec.title,
        "description": spec.description,
        "python_module": f"custom_nodes.{spec.source}" if spec.source else "nodes",
        "category": spec.category,
        "output_node": spec.is_output,
        "deprecated": spec.deprecated,
        "experimental": spec.experimental,
    }
    return info | _about_outputs(spec.outputs) | dict(spec.facts)


def declared_inputs(
    inputs: Iterable[InputSpec], folders: Folders | None = None
) -> dict[str, dict[str, list[Any]]]:
    """Return inputs by need and name, each as its type and its options."""
    told: dict[str, dict[str, list[Any]]] = {"required": {}, "optional": {}}
    for each in inputs:
        told["required" if each.required else "optional"][each.name] = _input(each, folders)
    return told


def _hidden(spec: NodeSpec) -> dict[str, str]:
    return {
        name.removeprefix(_HIDDEN): what.upper()
        for name, what in spec.hidden.items()
        if what != "context"
    }


def _about_outputs(outputs: Iterable[OutputSpec]) -> dict[str, Any]:
    """Return what only some nodes say of their outputs."""
    tooltips = [each.tooltip for each in outputs]
    matches = [each.match or None for each in outputs]
    told: dict[str, Any] = {"output_tooltips": tooltips} if any(tooltips) else {}
    return told | ({"output_matchtypes": matches} if any(matches) else {})


def _input(spec: InputSpec, folders: Folders | None) -> list[Any]:
    kind, told = _kind(spec, folders)
    facts = {"tooltip": spec.tooltip, "lazy": spec.lazy, "rawLink": spec.raw_link}
    facts |= {"forceInput": spec.socket_only}
    return [kind, told | dict(spec.options) | {name: fact for name, fact in facts.items() if fact}]


def _kind(spec: InputSpec, folders: Folders | None) -> tuple[Any, dict[str, Any]]:
    """Return an input's type, or the names to choose from, and what follows from its kind."""
    match spec.dynamic:
        case Growing() as growing:
            return AUTOGROW, {"template": _template(growing, folders)}
        case Variants(options=options):
            return DYNAMIC_COMBO, {"options": _options(options, folders)}
        case None:
            pass
    if spec.match:
        return MATCH, {"template": {"template_id": spec.match, "allowed_types": spec.type}}
    told = _drawn(spec, folders)
    if spec.type != "COMBO" or "options" not in told or _MORE_THAN_A_LIST & spec.options.keys():
        return spec.type, told
    return told.pop("options"), told


def _drawn(spec: InputSpec, folders: Folders | None) -> dict[str, Any]:
    """Return what the widget says; the bounds of the number format are none."""
    told = dict(spec.widget.options(folders)) if spec.widget else {}
    if "multi_select" in spec.options:
        told.pop("default", None)  # the first choice, which is none of several
    unbounded = {"min": INT_MIN, "max": INT_MAX}
    return {name: value for name, value in told.items() if unbounded.get(name) != value}


def _template(growing: Growing, folders: Folders | None) -> dict[str, Any]:
    """Return what an item is and how many there may be; an item is called as it was declared."""
    inputs = declared_inputs([growing.item], folders)
    if growing.names:
        return {"input": inputs, "names": list(growing.names), "min": growing.min}
    about = {"prefix": growing.prefix, "min": growing.min, "max": growing.max}
    return {"input": inputs, **about}


def _options(
    options: Mapping[str, tuple[InputSpec, ...]], folders: Folders | None
) -> list[dict[str, Any]]:
    return [
        {"key": key, "inputs": declared_inputs(inputs, folders)} for key, inputs in options.items()
    ]
