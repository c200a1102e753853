"""The weight syntax of prompts: what each part of a text weighs.

`(x)` weighs 1.1 times what is around it, `(x:w)` weighs w whatever is around it, `\\(` and `\\)`
are plain brackets. Brackets without a partner follow ComfyUI, whose prompts must give the same
picture here: see `_items`. Nothing recurses, and the time is linear in the number of brackets.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

EMPHASIS = 1.1
#: Thousands of nested brackets must not make an encoding infinite.
LARGEST_WEIGHT = 1e6

BRACKET = re.compile(r"\\[()]|[()]")
ESCAPED = re.compile(r"\\([()])")


class Piece(NamedTuple):
    """A part of a prompt, its escapes resolved, and its weight."""

    text: str
    weight: float


class _Brackets(NamedTuple):
    """The brackets of a text that are not escaped: places, ascending, and partners by index."""

    places: list[int]
    partners: dict[int, int]


class _Span(NamedTuple):
    """A stretch of the text; a group still has its brackets, and its weight, around it."""

    start: int
    stop: int
    weight: float
    is_group: bool = False


def weighted_pieces(text: str) -> list[Piece]:
    """Split a prompt into pieces of one weight each, in reading order."""
    brackets = _find_brackets(text)
    pieces: list[Piece] = []
    waiting = [*_items(text, brackets, _Span(0, len(text), 1.0))][::-1]
    while waiting:
        span = waiting.pop()
        if span.is_group:
            waiting += [*_items(text, brackets, _inside(text, span))][::-1]
        else:
            pieces.append(Piece(ESCAPED.sub(r"\1", text[span.start : span.stop]), span.weight))
    return pieces


def _find_brackets(text: str) -> _Brackets:
    places = [found.start() for found in BRACKET.finditer(text) if len(found[0]) == 1]
    partners: dict[int, int] = {}
    opened: list[int] = []
    for index, place in enumerate(places):
        if text[place] == "(":
            opened.append(index)
        elif opened:
            partners[opened.pop()] = index
    return _Brackets(places, partners)


def _items(text: str, brackets: _Brackets, span: _Span) -> Iterator[_Span]:
    """Yield the plain stretches and the groups that follow one another in a span.

    After a bracket that closes nothing, as many opening ones are plain as were closed too often.
    A bracket that is never closed makes a group with the rest of the span if the rest ends with a
    closing bracket, else the rest is plain.
    """
    places, partners = brackets
    begin, balance = span.start, 0
    index, last = bisect_left(places, span.start), bisect_left(places, span.stop)
    while index < last:
        place = places[index]
        if text[place] == ")":
            balance -= 1
        elif balance < 0:
            balance += 1
        else:
            if begin < place:
                yield _Span(begin, place, span.weight)
            begin = place
            closing = partners.get(index, last)
            if closing >= last:
                closing = last - 1
                if text[span.stop - 1] != ")" or places[closing] != span.stop - 1:
                    break
            begin = places[closing] + 1
            yield _Span(place, begin, span.weight, is_group=True)
            index = closing
        index += 1
    if begin < span.stop:
        yield _Span(begin, span.stop, span.weight)


def _inside(text: str, group: _Span) -> _Span:
    """Return a group without its brackets and its written weight, and with what it weighs."""
    start, stop = group.start + 1, group.stop - 1
    colon = text.rfind(":", start, stop)
    if colon > start and math.isfinite(weight := _number(text[colon + 1 : stop])):
        stop = colon
    else:
        weight = group.weight * EMPHASIS
    return _Span(start, stop, max(-LARGEST_WEIGHT, min(weight, LARGEST_WEIGHT)))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
