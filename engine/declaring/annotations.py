"""What the annotation of a parameter or a return value says about a socket."""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass, replace
from typing import Any, Union

from engine.results import Blocker
from engine.spec import Growing, Variants
from engine.types import ANY, SOCKET_TYPES, Socket
from engine.widgets import WIDGETS, Anything, Widget

#: What the engine can put into a hidden parameter.
HIDDEN = ("context", "unique_id", "prompt", "extra_pnginfo", "dynprompt")


@dataclass(frozen=True, slots=True)
class Match:
    """Marks sockets that take one common type, whatever it is."""

    name: str


@dataclass(frozen=True, slots=True)
class Hidden:
    """Marks a parameter that the engine fills; `HIDDEN` lists with what."""

    what: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """An annotation taken apart."""

    base: Any
    marks: tuple[Any, ...] = ()
    is_optional: bool = False
    is_list: bool = False

    def mark(self, kind: type[Any]) -> Any:
        """Return the first mark of a kind, or None."""
        return next((mark for mark in self.marks if isinstance(mark, kind)), None)


def take_apart(annotation: Any) -> Annotation:
    """Separate a type from what is said about it."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        base, *marks = typing.get_args(annotation)
        inner = take_apart(base)
        return replace(inner, marks=(*inner.marks, *marks))
    if origin in (Union, types.UnionType):
        parts = typing.get_args(annotation)
        rest = [each for each in parts if each not in (type(None), Blocker)]
        if len(rest) == 1:
            return replace(take_apart(rest[0]), is_optional=type(None) in parts)
    if origin is list and typing.get_args(annotation):
        return replace(take_apart(typing.get_args(annotation)[0]), is_list=True)
    return Annotation(annotation)


def dynamic_type(dynamic: Growing | Variants) -> str:
    """Return the socket type of a dynamic input."""
    return dynamic.item.type if isinstance(dynamic, Growing) else "COMBO"


def widget_of(taken: Annotation) -> Any:
    """Return the widget that an annotation names or that its type has, or None."""
    for mark in taken.marks:
        if hasattr(mark, "check") and hasattr(mark, "options"):
            return mark
    if taken.base in WIDGETS:
        return WIDGETS[taken.base]()
    return Anything() if taken.base is Any and taken.mark(Socket) is None else None


def type_of(taken: Annotation, widget: Widget | None) -> str | None:
    """Return the socket type, or None where there is none."""
    if socket := taken.mark(Socket):
        return socket.type
    if widget is not None:
        return widget.type
    if taken.mark(Match):
        return ANY
    return SOCKET_TYPES.get(taken.base) if isinstance(taken.base, type) else None
