"""Nodes that join texts, show values and choose between branches."""

import json
from typing import Annotated, Any, NamedTuple

from engine import Anything, Match, MultilineText, NodeResult, Text, node
from engine.errors import MissingInput

Either = Annotated[Any, Match("branch")]
Delimiter = Annotated[str, Text(default="")]


class Switched(NamedTuple):
    """What the switch lets through."""

    output: Either


@node(category="utils/string", title="Concatenate", id="StringConcatenate", lane="inline")
def concatenate(string_a: MultilineText, string_b: MultilineText, delimiter: Delimiter) -> str:
    """Join two texts.

    Args:
        delimiter: Stands between them.
    """
    return delimiter.join((string_a, string_b))


@node(category="utils", title="Preview Any", id="PreviewAny", output=True, lane="inline")
def preview_any(source: Anything) -> NodeResult:
    """Show any value as text."""
    return NodeResult(ui={"text": [as_text(source)]})


def as_text(value: Any) -> str:
    """Return text as it is, plain data as JSON, and anything else as Python shows it."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, (bool, int, float)):
        return str(value)
    try:
        return json.dumps(value)
    except (TypeError, ValueError):
        return str(value)


def _chosen(switch: bool, on_false: Any = None, on_true: Any = None) -> list[str]:
    name, value = ("on_true", on_true) if switch else ("on_false", on_false)
    return [name] if value is None else []


@node(
    category="logic",
    title="Switch",
    id="ComfySwitchNode",
    lane="inline",
    lazy={"on_false", "on_true"},
    check_lazy=_chosen,
)
def switch(
    switch: bool = False, on_false: Either | None = None, on_true: Either | None = None
) -> Switched:
    """Let one of two values through; the other one is not computed.

    Args:
        switch: Off lets "on_false" through, on lets "on_true" through.
        on_false: Computed and let through where the switch is off.
        on_true: Computed and let through where it is on.
    """
    value = on_true if switch else on_false
    if value is None:
        name = "on_true" if switch else "on_false"
        raise MissingInput(
            f'The switch stands on "{name}", but nothing comes in there. Link it, or turn the '
            "switch over.",
            socket=name,
        )
    return Switched(value)
