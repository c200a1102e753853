from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import events as engine_events
from engine.jobs.events import JobChanged, JobDeleted, Numbered
from engine.store import events
from engine.store.migrations import migrate
from engine.store.opening import connect

ERROR = {"kind": "node", "message": "no", "node": "1", "input": None, "details": {"seed": 2**63}}


def told(seq: int, job: str = "1", owner: str = "ann", event: Any = None) -> Numbered:
    return Numbered(seq=seq, job=job, owner=owner, time=1.5, event=event or JobChanged("running"))


@pytest.mark.parametrize(
    "event",
    [
        JobChanged("failed", why="The worker died.", error=ERROR),
        JobDeleted(),
        engine_events.NodeReused("1", "1:2", ui={"images": [{"filename": "é.png"}]}),
        engine_events.NodeFinished("1", "1", 0.25),
        engine_events.NodeFailed("1", "1", ERROR),
        engine_events.Warned("1", "slow"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_an_event_is_read_as_it_was_written(connection: sqlite3.Connection, event: Any):
    events.append(connection, [told(7, event=event)])

    assert events.since(connection, 0, limit=10) == [told(7, event=event)]


def test_events_of_one_job_are_in_their_order(connection: sqlite3.Connection):
    events.append(connection, [told(1), told(2, "2"), told(5)])

    assert events.of_job(connection, "1") == [told(1), told(5)]


def test_a_number_is_given_out_once(connection: sqlite3.Connection):
    blocks = [events.reserve_numbers(connection, 100) for _ in range(3)]

    assert blocks == [1, 101, 201]


APPENDED = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from("123"), st.sampled_from(("ann", "bob"))),
    max_size=25,
)


@given(
    APPENDED,
    st.integers(0, 40),
    st.sampled_from((None, "ann")),
    st.none() | st.frozensets(st.sampled_from("123")),
    st.integers(1, 7),
)
def test_a_client_that_comes_back_gets_exactly_what_it_missed(
    steps: list[tuple[int, str, str]],
    after: int,
    owner: str | None,
    jobs: frozenset[str] | None,
    limit: int,
):
    all_events: list[Numbered] = []
    for step, job, name in steps:
        all_events.append(told((all_events[-1].seq if all_events else 0) + step, job, name))
    missed = [
        each
        for each in all_events
        if each.seq > after and owner in (None, each.owner) and (jobs is None or each.job in jobs)
    ]
    with closing(connect(Path(":memory:"))) as c:
        migrate(c, Path(":memory:"))
        events.append(c, all_events)
        heard: list[Numbered] = []
        seq = after
        while part := events.since(c, seq, owner=owner, jobs=jobs, limit=limit):
            heard += part
            seq = part[-1].seq

    assert heard == missed
    assert Counter(each.seq for each in heard).total() == len({each.seq for each in heard})
    assert all(one.seq < other.seq for one, other in pairwise(heard))
