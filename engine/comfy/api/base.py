"""What every input and output of a V3 node has, and how socket types are made.

A declaration keeps what it was given; `engine.packs.v3_inputs` turns it into an input socket.
Options that are not known here are kept too and told to clients.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, ClassVar, TypeVar

Kind = TypeVar("Kind", bound=type[Any])

#: A declaration's keyword -> the name that clients know it by.
RENAMED = {
    "display_mode": "display",
    "dynamic_prompts": "dynamicPrompts",
    "force_input": "forceInput",
    "widget_type": "widgetType",
}
#: What the socket itself says, or its kind, so that it is no option.
SAID = frozenset({
    "optional", "tooltip", "lazy", "raw_link", "force_input", "extra_dict", "options", "template",
    "types",
})  # fmt: skip


class Input:
    """One input; keywords are those of the V3 documentation.

    Attributes:
        positions: what further positional arguments mean.
        declared: all keywords that were given.
    """

    io_type: ClassVar[str] = "*"
    positions: ClassVar[tuple[str, ...]] = ("display_name", "optional", "tooltip", "lazy")

    def __init__(self, id: str, *given: Any, **declared: Any) -> None:  # noqa: A002 their word
        if len(given) > len(self.positions):
            raise TypeError(f'Input "{id}" has {len(given)} arguments too many. Give them by name.')
        by_place = dict(zip(self.positions, given, strict=False))
        if twice := by_place.keys() & declared.keys():
            raise TypeError(f'Input "{id}" is told {", ".join(sorted(twice))} twice.')
        self.id = id
        self.declared: dict[str, Any] = {**by_place, **declared}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "declared":
            raise AttributeError(name)
        return self.declared.get(name)

    def as_options(self) -> dict[str, Any]:
        """Return what clients are told beside type, need and widget, in their names."""
        told = {
            RENAMED.get(name, name): plain(value)
            for name, value in self.declared.items()
            if value is not None and name not in SAID
        }
        return told | dict(self.declared.get("extra_dict") or {})


class WidgetInput(Input):
    """An input with a value that a person may type."""

    positions = (*Input.positions, "default")


class Output:
    """One output; without a name for people it is called by its type."""

    io_type: ClassVar[str] = "*"

    def __init__(
        self,
        id: str | None = None,  # noqa: A002 their word
        display_name: str | None = None,
        tooltip: str | None = None,
        is_output_list: bool = False,
    ) -> None:
        self.id = id
        self.display_name = display_name
        self.tooltip = tooltip
        self.is_output_list = is_output_list


class ComfyTypeIO:
    """Base of socket types: `Image.Input(…)`, `Image.Output(…)`, and `Image.Type` as a hint."""

    io_type: ClassVar[str] = "*"
    Type: Any = Any
    Input: ClassVar[Any] = Input
    Output: ClassVar[Any] = Output


def comfytype(io_type: str, **_: Any) -> Callable[[Kind], Kind]:
    """Make a class a socket type of this name; it gets `Input` and `Output` if it has none."""

    def name(kind: Kind) -> Kind:
        kind.io_type = io_type
        for part, base in (("Input", Input), ("Output", Output)):
            made = getattr(kind, part, base)
            setattr(kind, part, type(part, (made,), {"io_type": io_type}))
        if not hasattr(kind, "Type"):
            kind.Type = Any
        return kind

    return name


def Custom(io_type: str) -> type[ComfyTypeIO]:  # noqa: N802 their name
    """Return a socket type of any name."""
    return comfytype(io_type)(type(io_type, (ComfyTypeIO,), {}))


def plain(value: Any) -> Any:
    """Return an option as JSON has it."""
    if isinstance(value, Enum):
        return value.value
    if hasattr(value, "as_dict"):
        return value.as_dict()
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value
