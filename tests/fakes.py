"""Node types for tests: a handful that are declared as real ones, and a maker of others."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from engine.declare import node
from engine.results import Blocker, Link, NewNode, NodeResult
from engine.spec import InputSpec, NodeSpec, OutputSpec
from engine.types import ANY, Anything
from engine.widgets import Anything as AnyWidget
from engine.widgets import Int

#: Ids of the toy nodes whose function was called, in order; the fixture `calls` empties it.
CALLS: list[str] = []


class Halves(NamedTuple):
    half: int
    rest: int


@node(category="toy", title="Number", lane="inline")
def number(value: int = 0) -> int:
    """Give a number."""
    CALLS.append("Number")
    return value


@node(category="toy", title="Add", lane="inline")
def add(a: int, b: int = 0) -> int:
    """Add two numbers."""
    CALLS.append("Add")
    return a + b


@node(category="toy", title="Halve", lane="inline")
def halve(value: int) -> Halves:
    """Split a number in two."""
    CALLS.append("Halve")
    return Halves(value // 2, value - value // 2)


@node(category="toy", title="Text", lane="inline")
def text(text: str = "") -> str:
    """Give a text."""
    CALLS.append("Text")
    return text


@node(category="toy", title="Length", lane="inline")
def length(text: str) -> int:
    """Count the letters of a text."""
    CALLS.append("Length")
    return len(text)


@node(category="toy", title="Show", lane="inline", output=True)
def show(value: Anything) -> NodeResult:
    """Show a value."""
    CALLS.append("Show")
    return NodeResult(ui={"text": [str(value)]})


@node(category="toy", title="Count", lane="inline")
def count(times: int = 3) -> list[int]:
    """Give a list of numbers."""
    CALLS.append("Count")
    return list(range(times))


@node(category="toy", title="Sum", lane="inline")
def total(numbers: list[int]) -> int:
    """Add up a list."""
    CALLS.append("Sum")
    return sum(numbers)


def _wanted(on: bool, if_true: Any = None, if_false: Any = None) -> list[str]:
    return ["if_true"] if on else ["if_false"]


@node(
    category="toy",
    title="Switch",
    lane="inline",
    lazy={"if_true", "if_false"},
    check_lazy=_wanted,
)
def switch(on: bool, if_true: Anything, if_false: Anything) -> Anything:
    """Give one of two values; the other is not made."""
    CALLS.append("Switch")
    return if_true if on else if_false


@node(category="toy", title="Block", lane="inline")
def block(value: int, message: str = "") -> int:
    """Give a blocker in place of a value."""
    CALLS.append("Block")
    return Blocker(message or None)  # pyright: ignore[reportReturnType] stands for any value


@node(category="toy", title="Fail", lane="inline")
def fail(value: int = 0) -> int:
    """Fail."""
    CALLS.append("Fail")
    raise ValueError(f"no {value}")


def toy(
    kind: str, function: Callable[..., Any], outputs: Sequence[str] = (ANY,), **facts: Any
) -> NodeSpec:
    """Return a node that takes anything under the names of the function's parameters.

    Args:
        kind: type id.
        function: its parameters without a default are required inputs, others optional values;
            those that `facts` name as hidden are no inputs.
        outputs: type of each output; a leading "list:" makes it a list.
        facts: fields of the spec; `lazy`, `lists` and `raw` name inputs instead.
    """
    marks = {mark: frozenset(facts.pop(mark, ())) for mark in ("lazy", "lists", "raw")}
    hidden = facts.get("hidden", {})
    names = [name for name in inspect.signature(function).parameters if name not in hidden]
    if facts.get("instance_of"):
        names = names[1:]
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is not inspect.Parameter.empty
    }
    inputs = tuple(
        InputSpec(
            name,
            ANY,
            AnyWidget(defaults.get(name)),
            required=name not in defaults,
            lazy=name in marks["lazy"],
            takes_list=name in marks["lists"],
            raw_link=name in marks["raw"],
            has_default=defaults.get(name) is not None,
        )
        for name in names
    )
    given = tuple(
        OutputSpec(each.removeprefix("list:"), each.removeprefix("list:"), each.startswith("list:"))
        for each in outputs
    )
    facts.setdefault("is_async", inspect.iscoroutinefunction(function))
    return NodeSpec(kind, function, inputs, given, title=kind, **facts)


def whole(name: str, **facts: Any) -> InputSpec:
    """Return an input that takes a whole number."""
    return InputSpec(name, "INT", Int(**facts), has_default="default" in facts)


def linked(name: str, kind: str, **facts: Any) -> InputSpec:
    """Return an input that takes only a link."""
    return InputSpec(name, kind, **facts)


def expansion(values: Sequence[Any], **new: NewNode) -> NodeResult:
    """Return a result that stands for new nodes."""
    return NodeResult(values=values, expand=new)


__all__ = ["CALLS", "Link", "NewNode", "expansion", "linked", "toy", "whole"]
