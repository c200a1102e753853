"""Types and inputs that depend on what is linked or chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.comfy.api.base import ComfyTypeIO, Input, Output, comfytype
from engine.comfy.api.sockets import AnyType

#: Items of an Autogrow that says no `max`.
USUAL_MAX = 10


def union(types: Any) -> str:
    """Return the name of one type or of several, as links compare it."""
    each = types if isinstance(types, (list, tuple)) else [types]
    names = (name for kind in each for name in kind.io_type.split(","))
    return ",".join(dict.fromkeys(names))


class MultiType(ComfyTypeIO):
    """An input of several types; with an input in place of the id it has that input's widget."""

    class Input(Input):
        """`types` beside the type of the input that gives the widget."""

        positions = ("types", *Input.positions)

        def __init__(self, id: str | Input, *given: Any, **declared: Any) -> None:  # noqa: A002
            self.drawn = id if isinstance(id, Input) else None
            if isinstance(id, Input):
                declared = {**id.declared, **declared}
                super().__init__(id.id, *given, **declared)
            else:
                super().__init__(id, *given, **declared)

        @property
        def type(self) -> str:
            """Return all types, the widget's first."""
            own = [self.drawn] if self.drawn is not None else []
            return union([*own, *(self.declared.get("types") or ())])

        def as_options(self) -> dict[str, Any]:
            """Return what clients are told; the widget has a type of its own."""
            told = super().as_options()
            return told | ({"widgetType": self.drawn.io_type} if self.drawn is not None else {})


@comfytype("COMFY_MATCHTYPE_V3")
class MatchType(ComfyTypeIO):
    """Inputs and outputs that take one common type."""

    @dataclass(frozen=True)
    class Template:
        """What its sockets have in common."""

        template_id: str
        allowed_types: Any = AnyType

        @property
        def type(self) -> str:
            """Return the types that are allowed."""
            return union(self.allowed_types)

    class Input(Input):
        """`template` says with what it matches."""

        positions = ("template", *Input.positions)

    class Output(Output):
        """`template` says with what it matches."""

        def __init__(self, template: MatchType.Template, *given: Any, **declared: Any) -> None:
            super().__init__(*given, **declared)
            self.template = template


@comfytype("COMFY_AUTOGROW_V3")
class Autogrow(ComfyTypeIO):
    """An input that takes any number of items; `execute` gets a dict."""

    Type = dict

    @dataclass(frozen=True)
    class TemplatePrefix:
        """Items are called `prefix0`, `prefix1`, …"""

        input: Input
        prefix: str
        min: int = 1
        max: int = USUAL_MAX

    @dataclass(frozen=True)
    class TemplateNames:
        """Items have names of their own."""

        input: Input
        names: Sequence[str]
        min: int = 1

    class Input(Input):
        """`template` says what an item is and how many there may be."""

        positions = ("template", *Input.positions)


@comfytype("COMFY_DYNAMICCOMBO_V3")
class DynamicCombo(ComfyTypeIO):
    """A choice that brings inputs of its own; `execute` gets a dict."""

    Type = dict

    @dataclass(frozen=True)
    class Option:
        """One thing to choose, and the inputs it brings."""

        key: str
        inputs: Sequence[Input] = field(default_factory=list[Input])

    class Input(Input):
        """`options` says what there is to choose."""

        positions = ("options", *Input.positions)


@comfytype("COMFY_DYNAMICSLOT_V3")
class DynamicSlot(ComfyTypeIO):
    """An input that brings others once it is linked. It can be declared, but not used."""


@comfytype("COMFY_DYNAMICGROUP_V3")
class DynamicGroup(ComfyTypeIO):
    """A group of inputs that repeats. It can be declared, but not used."""
