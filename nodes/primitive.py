"""Nodes that hold one value, to feed it to several inputs or to expose it."""

from typing import Annotated

from engine import Float, Int, MultilineText, node

#: ComfyUI's, which leave out the lowest 64-bit number.
LOW, HIGH = -(2**63) + 1, 2**63 - 1

AnyInt = Annotated[int, Int(min=LOW, max=HIGH, control=True)]
AnyFloat = Annotated[float, Float(min=LOW, max=HIGH)]


@node(category="utils/primitive", title="Int", id="PrimitiveInt", lane="inline")
def primitive_int(value: AnyInt) -> int:
    """Hold a whole number."""
    return value


@node(category="utils/primitive", title="Float", id="PrimitiveFloat", lane="inline")
def primitive_float(value: AnyFloat) -> float:
    """Hold a number."""
    return value


@node(category="utils/primitive", title="String", id="PrimitiveString", lane="inline")
def primitive_string(value: str) -> str:
    """Hold a line of text."""
    return value


@node(
    category="utils/primitive",
    title="String (Multiline)",
    id="PrimitiveStringMultiline",
    lane="inline",
)
def primitive_string_multiline(value: MultilineText) -> str:
    """Hold a longer text."""
    return value


@node(category="utils/primitive", title="Boolean", id="PrimitiveBoolean", lane="inline")
def primitive_boolean(value: bool) -> bool:
    """Hold yes or no."""
    return value
