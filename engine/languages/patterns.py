"""Regular expressions that people type: Python's language, with limits on time and size.

`re` cannot be stopped, and a short pattern may take years; `regex` can (https://pypi.org/project/regex).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from math import prod
from typing import TypeVar

import regex

from engine.errors import BadValue, TimeLimit

T = TypeVar("T")

#: Of processor time, for one call.
LIMIT_S = 2.0
#: Characters of a result.
LONGEST = 16_000_000
#: Parts that a pattern is unfolded to; about a second's work.
MOST_PARTS = 1_000_000
_COUNT = re.compile(r"\{\s*(\d+)")
#: `regex` lets a pattern call itself, `re` does not; one without end takes a gigabyte.
_CALL = re.compile(r"(?<!\\)(?:\\\\)*\(\?(?:R|\d+|&\w+|P>\w+)\)")


def compiled(
    pattern: str, *, case_insensitive: bool = False, multiline: bool = False, dotall: bool = False
) -> regex.Pattern[str]:
    """Return a pattern that can be searched for.

    Args:
        pattern: as Python's `re` takes it.
        case_insensitive: letters stand for both cases.
        multiline: `^` and `$` stand at every line.
        dotall: `.` stands for the end of a line, too.

    Raises:
        BadValue: it is none, calls itself, or counts so high that reading it would not end.
    """
    flags = {regex.IGNORECASE: case_insensitive, regex.MULTILINE: multiline, regex.DOTALL: dotall}
    counts = prod(max(1, int(count[:9])) for count in _COUNT.findall(pattern))
    if counts * len(pattern) > MOST_PARTS:
        raise BadValue(
            "The pattern repeats so much that it would be unfolded to too many parts. "
            "Use smaller numbers in braces.",
            socket="regex_pattern",
        )
    if call := _CALL.search(pattern):
        raise BadValue(
            f'The pattern calls itself by "{call[0]}". Write out what is to repeat.',
            socket="regex_pattern",
        )
    try:
        return regex.compile(pattern, sum(flag for flag, is_set in flags.items() if is_set))
    except (regex.error, RecursionError, OverflowError) as problem:
        where = getattr(problem, "pos", None)
        rest = "" if where is None else pattern[where:][:20]
        at = f', at "{rest}"' if rest else ""
        raise BadValue(
            f"The pattern can not be read: {getattr(problem, 'msg', problem)}{at}.",
            socket="regex_pattern",
        ) from problem


def matches(pattern: regex.Pattern[str], text: str) -> bool:
    """Say whether a pattern is found anywhere in a text.

    Raises:
        BadValue: the search keeps more ways to go back than there is room for.
        TimeLimit: the search takes too long.
    """
    return _in_time(lambda: pattern.search(text, timeout=LIMIT_S, concurrent=True)) is not None


def first(pattern: regex.Pattern[str], text: str, group: int = 0) -> str:
    """Return a group of the first match; "" where there is no match or no such group.

    Raises:
        BadValue: the search keeps more ways to go back than there is room for.
        TimeLimit: the search takes too long.
    """
    found = _in_time(lambda: pattern.search(text, timeout=LIMIT_S, concurrent=True))
    return _group(found, group) if found and group <= pattern.groups else ""


def each(pattern: regex.Pattern[str], text: str, group: int = 0) -> list[str]:
    """Return a group of every match; nothing where there is no such group.

    Raises:
        BadValue: the search keeps more ways to go back than there is room for.
        TimeLimit: the search takes too long.
    """
    if group > pattern.groups:
        return []
    return _in_time(lambda: [_group(found, group) for found in _found(pattern, text)])


def replaced(pattern: regex.Pattern[str], text: str, by: str, count: int = 0) -> str:
    r"""Return a text with matches replaced.

    Args:
        pattern: what is replaced.
        text: where.
        by: what stands there then; `\1` and `\g<name>` are groups of the match.
        count: how many matches are replaced; 0 for all.

    Raises:
        BadValue: what stands there then names a group that there is not, the result is too long, or
            the search keeps more ways to go back than there is room for.
        TimeLimit: the search takes too long.
    """
    left = LONGEST - len(text)

    def expanded(found: regex.Match[str]) -> str:
        nonlocal left
        new = found.expand(by)
        left -= len(new)
        if left < 0:
            raise _too_long()
        return new

    try:
        return _in_time(
            lambda: pattern.sub(expanded, text, count, timeout=LIMIT_S, concurrent=True)
        )
    except (regex.error, IndexError) as problem:
        raise BadValue(
            f"What replaces the matches can not be read: {getattr(problem, 'msg', problem)}. "
            "Write a backslash twice where it is meant.",
            socket="replace",
        ) from problem


def replaced_text(text: str, find: str, by: str) -> str:
    """Return a text with every occurrence of another replaced, as it stands.

    Raises:
        BadValue: the result is too long.
    """
    if len(text) + text.count(find) * (len(by) - len(find)) > LONGEST:
        raise _too_long()
    return text.replace(find, by)


def _too_long() -> BadValue:
    return BadValue(
        f"The result would have more than {LONGEST:,} characters. Replace by less.",
        socket="replace",
    )


def _found(pattern: regex.Pattern[str], text: str) -> Iterator[regex.Match[str]]:
    return pattern.finditer(text, timeout=LIMIT_S, concurrent=True)


def _group(found: regex.Match[str], group: int) -> str:
    return found.group(group) or ""


def _in_time(search: Callable[[], T]) -> T:
    try:
        return search()
    except TimeoutError as problem:
        raise TimeLimit(
            f"The pattern was looked for during {LIMIT_S:g} s without an end. "
            "Avoid repetitions inside of repetitions, such as (a+)+."
        ) from problem
    except MemoryError as problem:  # regex bounds what it keeps to go back to
        raise BadValue(
            "The pattern has more ways to match than there is room for. "
            "Avoid repetitions inside of repetitions, such as (a+)+.",
            socket="regex_pattern",
        ) from problem
