"""Integers that JavaScript cannot hold, beyond ±(2⁵³-1), in a document's JSON.

Among a node's values they are decimal text, which its widget takes as a number. Elsewhere, as in
what is kept of another program's file, nobody knows that a text was a number: there they are
marked, `{"(integer)": "18446744073709551615"}`, and come back as they were.
"""

from __future__ import annotations

from string import digits
from typing import Any, cast

SAFE = 2**53 - 1
MARK = "(integer)"
#: What a large integer's digits are at least, where every digit is a 0 and all else blank.
_MANY_DIGITS = b"0" * len(str(SAFE))
_DIGITS_ONLY = bytes(48 if chr(code) in digits else 32 for code in range(256))


def may_be_large(text: bytes) -> bool:
    """Say whether JSON has enough digits in a row for a large integer."""
    return _MANY_DIGITS in text.translate(_DIGITS_ONLY)


def as_text(value: Any) -> Any:
    """Return plain data with large integers as decimal text."""
    return _changed(value, str)


def marked(value: Any) -> Any:
    """Return plain data with large integers marked; `unmarked` is the inverse."""
    return _changed(value, lambda number: {MARK: str(number)})


def unmarked(value: Any) -> Any:
    """Return plain data with marked integers as they were; what holds none is not copied."""
    if type(value) is dict:
        given = cast("dict[str, Any]", value)
        if given.keys() == {MARK}:
            return _number(given[MARK])
        changed = {key: unmarked(each) for key, each in given.items() if type(each) in (dict, list)}
        is_same = all(changed[key] is given[key] for key in changed)
        return given if is_same else {**given, **changed}
    if type(value) is list:
        items = cast("list[Any]", value)
        new = [unmarked(each) for each in items]
        return items if all(a is b for a, b in zip(new, items, strict=True)) else new
    return value


def _number(text: Any) -> Any:
    is_number = isinstance(text, str) and text.removeprefix("-").isdecimal() and len(text) < 4000  # noqa: PLR2004 Python reads no longer ones
    return int(text) if is_number else {MARK: text}


def _changed(value: Any, change: Any) -> Any:
    match value:
        case bool():
            return value
        case int() if abs(value) > SAFE:
            return change(value)
        case dict():
            return {key: _changed(each, change) for key, each in value.items()}
        case list() | tuple():
            return [_changed(each, change) for each in value]
        case _:
            return value
