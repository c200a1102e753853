"""JSON as other programs write it: with a byte order mark, UTF-16, NaN, half characters."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from engine.document.large_numbers import MARK
from engine.document.reader import DEEPEST, LARGEST, deeper_than
from engine.errors import WorkflowError

_MARK = MARK.encode()


@dataclass(frozen=True)
class Parsed:
    """What a text says.

    Attributes:
        value: plain data; never deeper than a document may be.
        changed: how many numbers were no JSON and became words ("NaN", "Infinity").
        has_marks: whether large integers may be marked in it.
    """

    value: Any
    changed: int = 0
    has_marks: bool = True


def parse_json(text: bytes, name: str) -> Parsed:
    """Read a text that claims to be JSON; of a key that is there twice, the last counts.

    Raises:
        WorkflowError: it is too large, too deep, or not JSON.
    """
    if len(text) > LARGEST:
        raise too_large(name)
    try:
        value, changed, has_marks = _strict(text), 0, _MARK in text
        if value is None:
            value, changed = _cleaned(_lenient(text, name))
            has_marks = True
    except RecursionError as problem:
        raise _too_deep(name) from problem
    check_depth(value, text, name)
    return Parsed(value, changed, has_marks)


def check_depth(value: Any, text: bytes, name: str) -> None:
    """Refuse what is nested deeper than a document may be.

    Raises:
        WorkflowError: it is.
    """
    opened = text.count(b"[") + text.count(b"{")  # what has few lists and objects is not deep
    if opened > DEEPEST and deeper_than([value], DEEPEST + 1):
        raise _too_deep(name)


def too_large(name: str) -> WorkflowError:
    """Return the error of a text beyond the limit."""
    return WorkflowError(
        f'"{name}" is too large: at most {LARGEST // 2**20} MB are read. '
        "Keep pictures out of the document."
    )


def _strict(text: bytes) -> Any:
    """Return what strict JSON says, or None."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _lenient(text: bytes, name: str) -> Any:
    try:
        return json.loads(text.decode(json.detect_encoding(text)))
    except json.JSONDecodeError as problem:
        raise WorkflowError(f'"{name}" is not JSON: {problem}. Save it anew.') from problem
    except UnicodeDecodeError as problem:
        raise WorkflowError(
            f'"{name}" is not JSON: byte {problem.start} is no text. Save it as UTF-8.'
        ) from problem
    except ValueError as problem:  # Python reads whole numbers up to a length
        raise WorkflowError(
            f'"{name}" is not read: it holds a number of too many digits. Write a shorter one.'
        ) from problem


def _too_deep(name: str) -> WorkflowError:
    return WorkflowError(
        f'"{name}" is nested too deeply: at most {DEEPEST} levels are read. Flatten its values.'
    )


def _cleaned(value: Any) -> tuple[Any, int]:
    """Return the value with words for numbers that JSON has not, and how many there were."""
    match value:
        case float() if not math.isfinite(value):
            return json.dumps(value), 1
        case str():
            return printable(value), 0
        case list():
            items = [_cleaned(each) for each in cast("list[Any]", value)]
            return [item for item, _ in items], sum(count for _, count in items)
        case dict():
            pairs = {
                printable(key): _cleaned(each)
                for key, each in cast("dict[str, Any]", value).items()
            }
            kept = {key: each for key, (each, _) in pairs.items()}
            return kept, sum(count for _, count in pairs.values())
        case _:
            return value, 0


def printable(text: str) -> str:
    """Return the text with a mark for each half of a character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
