"""Lists of jobs: their parts, their lengths, and what reading them costs."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.jobs.job import Job
from engine.store import job_lists, jobs
from engine.store.migrations import migrate
from engine.store.opening import connect
from tests.store.conftest import enter_words, job


def ids(found: Sequence[Job]) -> list[str]:
    return [each.id for each in found]


def stated(document: str, *states: str, owner: str = "ann", **fields: Any) -> list[Job]:
    """Return a job of each of these states, the first one submitted first."""
    return [
        job(f"{owner}{place}", document, owner=owner, state=each, created=float(place), **fields)
        for place, each in enumerate(states)
    ]


def statements(c: sqlite3.Connection, work: Callable[[], Any]) -> list[str]:
    """Return the SQL that a work executes, with its values."""
    said: list[str] = []
    c.set_trace_callback(said.append)
    work()
    c.set_trace_callback(None)
    return said


def plans(c: sqlite3.Connection, statement: str) -> list[str]:
    """Return the steps by which a statement is executed."""
    return [row[3] for row in c.execute(f"EXPLAIN QUERY PLAN {statement}")]


def test_a_failed_job_is_found_by_its_error(connection: sqlite3.Connection, document: str):
    jobs.add(connection, [job("1", document, title="kept"), job("2", document)])
    enter_words(connection)
    jobs.change(connection, "1", state="failed", error={"message": "The GPU is gone."})

    assert ids(job_lists.page(connection, search="gpu", limit=5)[0]) == ["1"]
    assert ids(job_lists.page(connection, search="kept", limit=5)[0]) == ["1"]


def test_values_are_searched_beside_the_document(connection: sqlite3.Connection, document: str):
    jobs.add(connection, [job("1", document, values={"prompt": "a whale", "seed": 3})])
    enter_words(connection)

    assert job_lists.page(connection, owner="ann", search="whale", limit=5)[1] == 1
    assert job_lists.page(connection, owner="bob", search="whale", limit=5)[1] == 0


def test_lengths_follow_every_change(connection: sqlite3.Connection, document: str):
    jobs.add(connection, stated(document, "queued", "queued", "failed"))
    jobs.add(connection, stated(document, "failed", owner="bob"))
    jobs.change(connection, "ann0", state="failed", ended=1.0)
    jobs.change(connection, "ann1", priority=3, state="queued")
    jobs.delete(connection, ["ann2"])

    lengths = {
        (owner, state): job_lists.page(connection, owner=owner, states=[state], limit=0)[1]
        for owner in ("ann", "bob", None, "eve")
        for state in ("queued", "failed")
    }

    assert {place: length for place, length in lengths.items() if length} == {
        ("ann", "queued"): 1,
        ("ann", "failed"): 1,
        ("bob", "failed"): 1,
        (None, "queued"): 1,
        (None, "failed"): 2,
    }


def test_what_has_run_leaves_out_what_was_cancelled_while_it_waited(
    connection: sqlite3.Connection, document: str
):
    jobs.add(connection, stated(document, "cancelled", "queued"))
    jobs.add(connection, stated(document, "cancelled", "succeeded", owner="bob", started=1.0))

    bobs = job_lists.have_run(connection, "bob", newest_first=True, limit=5)

    assert job_lists.have_run(connection, "ann", newest_first=True, limit=5) == []
    assert ids(job_lists.of_numbers(connection, bobs)) == ["bob1", "bob0"]


def test_what_has_ended_comes_oldest_first(connection: sqlite3.Connection, document: str):
    jobs.add(connection, stated(document, "failed", "queued", "cancelled", "succeeded"))

    every = job_lists.ended(connection, "ann")
    failed = job_lists.ended(connection, "ann", ["failed"])

    assert ids(job_lists.of_numbers(connection, [*every, 99])) == ["ann0", "ann2", "ann3"]
    assert ids(job_lists.of_numbers(connection, failed)) == ["ann0"]


def test_a_batch_is_counted_by_state(connection: sqlite3.Connection, document: str):
    jobs.add(connection, stated(document, "failed", "queued", "failed", batch="b"))
    jobs.add(connection, stated(document, "failed", owner="bob", batch="b"))

    assert job_lists.states(connection, "b", "ann") == {"failed": 2, "queued": 1}


@pytest.mark.parametrize("offset", [0, 3, 9])
@pytest.mark.parametrize("sort", ["created", "duration"])
@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"owner": "ann"},
        {"states": ["failed", "queued"]},
        {"owner": "ann", "states": ["failed"]},
        {"owner": "ann", "states": ["failed"], "batch": "b"},
    ],
    ids=repr,
)
def test_a_page_is_read_from_indexes_and_each_of_its_jobs_once(
    connection: sqlite3.Connection,
    document: str,
    asked: Any,
    sort: Any,
    newest_first: bool,
    offset: int,
):
    jobs.add(connection, stated(document, *["failed"] * 10, batch="b"))
    found: list[Job] = []
    how: dict[str, Any] = {"sort": sort, "newest_first": newest_first, "offset": offset}

    said = statements(
        connection,
        lambda: found.extend(job_lists.page(connection, **asked, **how, limit=2)[0]),
    )

    steps = [step for each in said[:2] for step in plans(connection, each)]
    assert len(said) == 2 + len(found)
    assert not [step for step in steps if not _is_cheap(step, asked)]


def _is_cheap(step: str, asked: Any) -> bool:
    """Say whether a step reads an index alone; a batch is small, and sorted."""
    of_batch = ("USING INDEX jobs_by_batch", "TEMP B-TREE") if "batch" in asked else ()
    cheap = ("COVERING INDEX jobs_by_", "INDEX jobs_by_duration", "job_counts", *of_batch)
    return any(each in step for each in cheap)


def test_the_nearer_end_of_a_list_is_read(connection: sqlite3.Connection, document: str):
    jobs.add(connection, stated(document, *["failed"] * 10))

    said = statements(connection, lambda: job_lists.page(connection, limit=2, offset=7))

    assert "ORDER BY created ASC, number ASC LIMIT 2 OFFSET 1" in said[1]


JOBS = st.lists(
    st.fixed_dictionaries(
        {
            "owner": st.sampled_from(("ann", "bob")),
            "created": st.integers(0, 3).map(float),
            "state": st.sampled_from(("queued", "failed", "succeeded")),
            "batch": st.sampled_from((None, "b")),
            "title": st.sampled_from(("red apple", "red pear")),
            "started": st.just(1.0),
            "ended": st.none() | st.integers(1, 4).map(float),
        }
    ),
    max_size=15,
)
ASKED = st.fixed_dictionaries(
    {
        "owner": st.sampled_from((None, "ann")),
        "states": st.sampled_from(((), ("failed",), ("failed", "queued"))),
        "batch": st.sampled_from((None, "b")),
        "search": st.sampled_from(("", "apple", "red")),
    }
)


@given(
    JOBS,
    ASKED,
    st.sampled_from(("created", "duration")),
    st.booleans(),
    st.integers(1, 6),
)
def test_pages_together_are_the_whole_list(
    rows: list[dict[str, Any]], asked: Any, sort: Any, newest_first: bool, limit: int
):
    with closing(connect(Path(":memory:"))) as c:
        migrate(c, Path(":memory:"))
        document = jobs.put_document(c, b"{}")
        every = [job(str(index), document, **fields) for index, fields in enumerate(rows)]
        jobs.add(c, every)
        enter_words(c)
        order: dict[str, Any] = {"sort": sort, "newest_first": newest_first, "limit": limit}
        pages = [job_lists.page(c, **asked, **order, offset=each) for each in range(0, 16, limit)]

    expected = sorted(
        (each for each in every if _fits(each, **asked)),
        key=lambda each: (_sorted_by(each, sort), int(each.id)),
        reverse=newest_first,
    )
    assert [each for part, _ in pages for each in part] == expected
    assert {total for _, total in pages} == {len(expected)}


def _fits(each: Job, *, owner: Any, states: Any, batch: Any, search: str) -> bool:
    return (
        owner in (None, each.owner)
        and (not states or each.state in states)
        and batch in (None, each.batch)
        and search in each.title
    )


def _sorted_by(each: Job, sort: str) -> float:
    if sort == "created":
        return each.created
    return -1.0 if each.ended is None or each.started is None else each.ended - each.started
