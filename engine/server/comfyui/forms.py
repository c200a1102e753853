"""What a prompt has beside the values that are typed into it.

Clients send one graph again and again, each time with another seed or text. The prompts of one form
stand for documents that differ in these values only, and the same is found out about all of them,
as long as every value is one that its widget takes as it is. That is asked of the widget each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec.structs import replace

from engine.document.large_numbers import SAFE
from engine.errors import PathError
from engine.importers.api_prompt import LAST_SLOT
from engine.widgets import Anything, Bool, Choice, Float, Int, Text, Unfit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.document import Document
    from engine.paths import Folders
    from engine.registry import Registry
    from engine.widgets import Widget

Form = tuple[Any, ...]
#: The values of each node, by input.
Values = list[dict[str, Any]]

_Slot = Annotated[int, msgspec.Meta(gt=-LAST_SLOT, lt=LAST_SLOT)]


class _Meta(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str


class _Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A node that has nothing unusual: no further keys, no lists or objects as values."""

    class_type: str
    inputs: dict[str, bool | int | float | str | tuple[str, _Slot] | None]
    meta: _Meta | msgspec.UnsetType = msgspec.field(default=msgspec.UNSET, name="_meta")


_decode = msgspec.json.Decoder(dict[str, _Node]).decode


def taken_apart(raw: bytes) -> tuple[Form, Values] | None:
    """Return the form of a prompt and its values; None where it has something unusual."""
    try:
        nodes = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    form: list[Any] = []
    values: Values = []
    for node_id, node in nodes.items():
        given: dict[str, Any] = {}
        inputs: list[str | tuple[str, tuple[str, int]]] = []
        for name, value in node.inputs.items():
            if isinstance(value, tuple):
                inputs.append((name, value))
            else:
                inputs.append(name)
                given[name] = value
        title = node.meta.title if node.meta is not msgspec.UNSET else None
        form.append((node_id, node.class_type, title, tuple(inputs)))
        values.append(given)
    return tuple(form), values


@dataclass(frozen=True)
class Pattern:
    """What prompts of one form have in common.

    Attributes:
        document: what one of them stands for.
        widgets: what takes the values of each of its nodes.
    """

    document: Document
    widgets: Sequence[Sequence[Widget]]

    @cached_property
    def is_lasting(self) -> bool:
        """Say whether a value that is taken now always is, whatever lies on the disk."""
        return all(_is_lasting(widget) for widgets in self.widgets for widget in widgets)

    def filled(self, values: Values, folders: Folders) -> Document | None:
        """Return the document with other values, or None where one is not taken as it is."""
        nodes = dict(self.document.nodes)
        for (node_id, node), widgets, given in zip(
            self.document.nodes.items(), self.widgets, values, strict=True
        ):
            for widget, value in zip(widgets, given.values(), strict=True):
                if not _takes(widget, value, folders):
                    return None
            if given:
                nodes[node_id] = replace(node, values=given)
        return replace(self.document, nodes=nodes)


def pattern_of(document: Document, values: Values, built_ins: Registry) -> Pattern | None:
    """Return the pattern of a prompt with which nothing is wrong, and of all others of its form.

    There is none where a value may change more than itself: which inputs there are, or what a
    node's own check says; nor where an input takes none.
    """
    found: list[list[Widget]] = []
    for node, given in zip(document.nodes.values(), values, strict=True):
        spec = built_ins.get(node.type)
        if spec is None or spec.is_dynamic or spec.validate:
            return None
        inputs = [spec.by_name.get(name) for name in given]
        widgets = [each.widget for each in inputs if each and each.widget]
        if len(widgets) < len(given):
            return None
        found.append(widgets)
    return Pattern(document, found)


def _takes(widget: Widget, value: Any, folders: Folders) -> bool:
    """Say whether a value fits, and stays in the document as it is.

    A text that stands for a number, or for a file that lies elsewhere, does not, nor does a number
    that is too large for JavaScript.
    """
    try:
        taken = widget.check(value, folders)
    except (Unfit, PathError):
        return False
    if isinstance(value, str):
        return taken == value
    return not (type(value) is int and abs(value) > SAFE)


def _is_lasting(widget: Widget) -> bool:
    match widget:
        case Int() | Float() | Text() | Bool() | Anything():
            return True
        case Choice(choices=choices):
            return not callable(choices)
        case _:
            return False
