"""Lists of jobs, a part at a time: what comes before it is passed over in an index."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from typing import Any, Literal

from engine.jobs.job import ENDED, Job, State
from engine.store.jobs import SELECT, read_row
from engine.store.words import match

Sort = Literal["created", "duration"]

#: So many jobs, the newest, are looked at where a search finds more.
SEARCHED = 10_000
_MATCHING = (
    "SELECT number FROM (SELECT rowid AS found FROM job_words WHERE job_words MATCH ? "
    f"ORDER BY rowid DESC LIMIT {SEARCHED}) CROSS JOIN jobs ON number = found"  # in this order
)
_HAS_RUN = "(state != 'cancelled' OR started IS NOT NULL)"
#: SQL and its values
_Condition = tuple[str, tuple[Any, ...]]


def page(
    c: sqlite3.Connection,
    *,
    owner: str | None = None,
    states: Collection[State] = (),
    batch: str | None = None,
    search: str = "",
    sort: Sort = "created",
    newest_first: bool = True,
    limit: int,
    offset: int = 0,
) -> tuple[list[Job], int]:
    """Return a part of the jobs that fit, and how many fit.

    Args:
        owner: None takes those of everybody.
        states: empty takes all.
        search: beginnings of words of a job's title, prompts and error; of more than `SEARCHED`
            jobs that have them, the newest.
        sort: jobs that have not ended have no duration; they count as the shortest.
        newest_first: or the longest, sorted by duration.
    """
    condition = where, values = _condition(owner, states, batch)
    if question := match(search, owner):
        found = f"{_MATCHING} WHERE {where} {_order(sort, newest_first)}"
        all_found = [number for (number,) in c.execute(found, (question, *values))]
        return of_numbers(c, all_found[offset : offset + limit]), len(all_found)
    counted = "SUM(count) FROM job_counts" if batch is None else "COUNT(*) FROM jobs"
    total: int = c.execute(f"SELECT {counted} WHERE {where}", values).fetchone()[0] or 0
    count = max(0, min(limit, total - offset))
    rest = max(0, total - offset - count)
    if rest < offset:  # the other end is nearer
        numbers = _numbers(c, condition, _order(sort, not newest_first), count, rest)[::-1]
    else:
        numbers = _numbers(c, condition, _order(sort, newest_first), count, offset)
    return of_numbers(c, numbers), total


def of_numbers(c: sqlite3.Connection, numbers: Sequence[int]) -> list[Job]:
    """Return the jobs with these numbers, in their order; those that are gone are left out."""
    one = f"{SELECT} WHERE number = ?"
    rows = (c.execute(one, (number,)).fetchone() for number in numbers)
    return [read_row(row) for row in rows if row is not None]


def states(c: sqlite3.Connection, batch: str, owner: str) -> dict[State, int]:
    """Return how many jobs of a batch are in each state that some are in."""
    found = "SELECT state, COUNT(*) FROM jobs WHERE batch = ? AND owner = ? GROUP BY state"
    return dict(c.execute(found, (batch, owner)))


def ended(c: sqlite3.Connection, owner: str | None, states: Collection[State] = ENDED) -> list[int]:
    """Return the numbers of jobs that have ended, oldest first."""
    return _numbers(c, _condition(owner, states), _order("created", newest_first=False))


def have_run(
    c: sqlite3.Connection, owner: str, *, newest_first: bool, limit: int, offset: int = 0
) -> list[int]:
    """Return the numbers of jobs that have ended, but not of those cancelled while they waited."""
    where, values = _condition(owner, ENDED)
    condition = f"{where} AND {_HAS_RUN}", values
    return _numbers(c, condition, _order("created", newest_first), limit, offset)


def mentioning(
    c: sqlite3.Connection,
    text: str,
    *,
    owner: str,
    states: Collection[State] = (),
    sort: Sort = "created",
    newest_first: bool = True,
    among: int,
) -> list[Job]:
    """Return those of the first jobs of a list that have a text in the JSON of their fields.

    Args:
        text: as it is written in JSON.
        among: so many are looked at.
    """
    where, values = _condition(owner, states)
    first = f"SELECT number AS n FROM jobs WHERE {where} {_order(sort, newest_first)} LIMIT ?"
    found = f"SELECT n FROM ({first}) CROSS JOIN jobs ON number = n WHERE instr(rest, ?)"
    return of_numbers(c, [n for (n,) in c.execute(found, (*values, among, text))])


def _condition(
    owner: str | None, states: Collection[State], batch: str | None = None
) -> _Condition:
    marks = ", ".join("?" * len(states))
    conditions: dict[str, tuple[Any, ...]] = {
        "owner = ?": () if owner is None else (owner,),
        f"state IN ({marks})": tuple(states),
        "batch = ?": () if batch is None else (batch,),
    }
    given = {text: values for text, values in conditions.items() if values}
    return " AND ".join(given) or "TRUE", tuple(each for its in given.values() for each in its)


def _numbers(
    c: sqlite3.Connection, condition: _Condition, order: str, limit: int = -1, offset: int = 0
) -> list[int]:
    where, values = condition
    part = f"SELECT number FROM jobs WHERE {where} {order} LIMIT ? OFFSET ?"
    return [number for (number,) in c.execute(part, (*values, limit, offset))]


def _order(sort: Sort, newest_first: bool) -> str:
    order = "DESC" if newest_first else "ASC"
    return f"ORDER BY {sort} {order}, number {order}"
