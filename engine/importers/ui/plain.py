"""Foreign JSON taken as it should be: what is of another kind counts as absent."""

from __future__ import annotations

import math
from typing import Any, cast

#: Numbers beyond this are no place on a canvas, and no slot.
FARTHEST = 1e12


def mapping(value: Any) -> dict[str, Any]:
    """Return an object, or an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """Return a list; of an object its values; else an empty one."""
    if isinstance(value, list):
        return cast("list[Any]", value)
    return list(mapping(value).values())


def text(value: Any) -> str:
    """Return a string, or an empty one."""
    return value if isinstance(value, str) else ""


def whole(value: Any) -> int | None:
    """Return a small whole number, which may be written as text, or None."""
    if type(value) is int:
        return value if -FARTHEST < value < FARTHEST else None
    if isinstance(value, float):
        return int(value) if abs(value) < FARTHEST and value.is_integer() else None
    if isinstance(value, str) and len(value) < 12:  # noqa: PLR2004 no slot has more digits
        digits = value.strip().removeprefix("-")
        return int(value) if digits.isascii() and digits.isdecimal() else None
    return None


def numbers(value: Any, count: int) -> tuple[float, ...] | None:
    """Return exactly `count` numbers of a list or of an object with keys "0", "1", …, or None."""
    if isinstance(value, dict):
        keyed = mapping(value)
        value = [keyed.get(str(index)) for index in range(len(keyed))]
    if not isinstance(value, list):
        return None
    found = cast("list[Any]", value)
    if len(found) != count or not all(is_number(each) for each in found):
        return None
    return tuple(found)


def is_number(value: Any) -> bool:
    """Say whether a value is a finite number that fits on a canvas."""
    return type(value) in (int, float) and -FARTHEST < value < FARTHEST


def storable(value: Any) -> Any:
    """Return a value as a document can hold it: NaN and the infinities become words."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def key_of(identifier: Any) -> str | None:
    """Return a node id as documents write it, or None; colons are for paths."""
    if type(identifier) is int and abs(identifier) < FARTHEST:
        return str(identifier)
    if isinstance(identifier, float) and identifier.is_integer() and abs(identifier) < FARTHEST:
        return str(int(identifier))
    if isinstance(identifier, str) and identifier:
        return identifier.replace(":", "_")
    return None


def without(raw: dict[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    """Return the object without some keys."""
    return {key: value for key, value in raw.items() if key not in keys}
