"""A node definition in the form that ComfyUI's clients read (COMPAT.md B2, D2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.paths import Folders
    from engine.spec import InputSpec, NodeSpec


def node_info(spec: NodeSpec, folders: Folders | None = None) -> dict[str, Any]:
    """Return one entry of `/object_info`; combos are in the old form, `[[names], {…}]`."""
    required = {each.name: _input(each, folders) for each in spec.inputs if each.required}
    optional = {each.name: _input(each, folders) for each in spec.inputs if not each.required}
    hidden = {name: what.upper() for name, what in spec.hidden.items() if what != "context"}
    return {
        "input": {"required": required, "optional": optional, "hidden": hidden},
        "input_order": {"required": list(required), "optional": list(optional)},
        "output": [each.type for each in spec.outputs],
        "output_is_list": [each.is_list for each in spec.outputs],
        "output_name": [each.name for each in spec.outputs],
        "name": spec.id,
        "display_name": spec.title,
        "description": spec.description,
        "python_module": spec.source or "nodes",
        "category": spec.category,
        "output_node": spec.is_output,
        "deprecated": spec.deprecated,
        "experimental": spec.experimental,
    }


def _input(spec: InputSpec, folders: Folders | None) -> list[Any]:
    options = dict(spec.widget.options(folders)) if spec.widget else {}
    kind: Any = spec.type
    if spec.type == "COMBO" and "options" in options:
        kind = options.pop("options")
    facts = {"tooltip": spec.tooltip, "lazy": spec.lazy, "rawLink": spec.raw_link}
    options |= {name: fact for name, fact in facts.items() if fact}
    options |= {"forceInput": True} if spec.socket_only else {}
    return [kind, options]
