"""From the inputs that a V3 schema declares to input sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.comfy.api import io
from engine.comfy.api.dynamic import Autogrow, DynamicCombo, DynamicGroup, DynamicSlot
from engine.comfy.api.schema import Hidden, Schema
from engine.comfy.api.widgets import Choices
from engine.packs.v1_widgets import widget_for
from engine.spec import Growing, InputSpec, Variants

if TYPE_CHECKING:
    from engine.comfy.api.base import Input

#: Declares an input anew, as lists of files may have changed since.
Again = Callable[[], Any]


def inputs_of(cls: Any, schema: Schema) -> tuple[InputSpec, ...]:
    """Return the input sockets of a node class.

    Raises:
        ValueError: an input is of a kind that is not there, or does not fit together.
    """
    return tuple(
        input_spec(each, partial(_declared_anew, cls, each.id), schema.is_input_list)
        for each in schema.inputs
    )


def hidden_of(schema: Schema) -> tuple[str, ...]:
    """Return the names of the hidden values that a node asks for."""
    return tuple(Hidden(each).name for each in schema.hidden)


def input_spec(declared: Any, again: Again, takes_list: bool) -> InputSpec:
    """Return one input socket.

    Args:
        declared: the input as the schema has it.
        again: declares it anew.
        takes_list: the node takes whole lists.

    Raises:
        ValueError: it is of a kind that is not there, or does not fit together.
    """
    if isinstance(declared, Autogrow.Input):
        return _growing(declared, again, takes_list)
    if isinstance(declared, DynamicCombo.Input):
        return _choosing(declared, again, takes_list)
    if isinstance(declared, (DynamicSlot.Input, DynamicGroup.Input)):
        raise ValueError(f'its input "{declared.id}" is a {declared.io_type}, which is not there')
    facts = _common(declared, takes_list)
    kind = _type(declared)
    widget = widget_for(_written(declared), kind, facts["options"], lambda: _written(again()))
    is_typed = facts["required"] and not facts["socket_only"]
    return InputSpec(
        name=declared.id,
        type=kind,
        widget=widget,
        match=declared.template.template_id if isinstance(declared, io.MatchType.Input) else "",
        has_default=is_typed and getattr(widget, "default", None) is not None,
        reads_files=getattr(widget, "reads_files", False),
        **facts,
    )


def _declared_anew(cls: Any, name: str) -> Any:
    return next(each for each in cls.GET_SCHEMA().inputs if each.id == name)


def _common(declared: Input, takes_list: bool) -> dict[str, Any]:
    return {
        "required": not declared.optional,
        "lazy": bool(declared.lazy),
        "takes_list": takes_list,
        "raw_link": bool(declared.raw_link),
        "socket_only": bool(declared.force_input),
        "tooltip": declared.tooltip or "",
        "options": declared.as_options(),
    }


def _type(declared: Input) -> str:
    if isinstance(declared, io.MultiType.Input):
        return declared.type
    if isinstance(declared, io.MatchType.Input):
        return declared.template.type
    return declared.io_type


def _written(declared: Any) -> Any:
    """Return what an input offers to choose from at present, or its type."""
    drawn = declared.drawn if isinstance(declared, io.MultiType.Input) else declared
    return drawn.values if isinstance(drawn, Choices) else _type(declared)


def _growing(declared: Any, again: Again, takes_list: bool) -> InputSpec:
    template = declared.template
    if not isinstance(template, (Autogrow.TemplatePrefix, Autogrow.TemplateNames)):
        raise ValueError(f'its input "{declared.id}" grows without a template')
    item = input_spec(template.input, lambda: again().template.input, takes_list)
    if item.dynamic is not None:
        raise ValueError(f'its input "{declared.id}" grows by items that are dynamic themselves')
    if isinstance(template, Autogrow.TemplateNames):
        names = tuple(template.names)
        growing = Growing(item, min=template.min, max=len(names), names=names)
    else:
        growing = Growing(item, template.prefix, template.min, template.max)
    if not 0 <= growing.min <= growing.max:
        raise ValueError(
            f'its input "{declared.id}" takes at least {growing.min} '
            f"and at most {growing.max} items"
        )
    facts = _common(declared, takes_list)
    return InputSpec(declared.id, item.type, dynamic=growing, **facts)


def _choosing(declared: Any, again: Again, takes_list: bool) -> InputSpec:
    given: Iterable[DynamicCombo.Option] = declared.declared.get("options") or ()
    options = {
        option.key: tuple(
            input_spec(each, partial(_brought, again, option.key, each.id), takes_list)
            for each in option.inputs
        )
        for option in given
    }
    if not options:
        raise ValueError(f'its input "{declared.id}" offers nothing to choose')
    return InputSpec(
        declared.id, "COMBO", dynamic=Variants(options), **_common(declared, takes_list)
    )


def _brought(again: Again, key: str, name: str) -> Any:
    option = next(each for each in again().declared["options"] if each.key == key)
    return next(each for each in option.inputs if each.id == name)
