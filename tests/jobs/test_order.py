from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.jobs.job import Job
from engine.jobs.order import Queue


def job(id_: str, owner: str = "ada", **fields: Any) -> Job:
    return Job(id=id_, owner=owner, document="", created=0.0, **fields)


def queue_of(*jobs: Job) -> Queue:
    queue = Queue()
    for each in jobs:
        queue.add(each)
    return queue


def taken(queue: Queue) -> list[str]:
    order: list[str] = []
    while (each := queue.take()) is not None:
        order.append(each)
    return order


some_jobs = st.lists(
    st.builds(
        lambda owner, priority, position: (owner, priority, position),
        st.sampled_from(["ada", "bob", "eve"]),
        st.integers(-1, 1),
        st.floats(-3, 3),
    ),
    max_size=20,
).map(lambda rows: [job(str(i), o, priority=p, position=x) for i, (o, p, x) in enumerate(rows)])


def test_jobs_of_one_owner_run_by_position():
    queue = queue_of(job("b", position=2), job("a", position=1))

    assert taken(queue) == ["a", "b"]


def test_jobs_of_one_position_run_as_they_came():
    queue = queue_of(job("z"), job("a"))

    assert taken(queue) == ["z", "a"]


def test_higher_priority_runs_first():
    queue = queue_of(job("low"), job("high", priority=1))

    assert taken(queue) == ["high", "low"]


def test_owners_take_turns():
    queue = queue_of(*[job(f"a{i}", position=i) for i in range(3)], job("b0", "bob"))

    assert taken(queue) == ["a0", "b0", "a1", "a2"]


def test_who_was_served_last_waits_for_who_came_later():
    queue = queue_of(job("a0"), job("a1", position=1))
    queue.take()
    queue.add(job("b0", "bob"))

    assert queue.take() == "b0"


def test_a_removed_job_is_not_taken():
    queue = queue_of(job("a"), job("b"))

    assert queue.remove("a")
    assert taken(queue) == ["b"]


def test_removing_what_does_not_wait_says_so():
    assert not Queue().remove("a")


def test_front_is_before_all_others():
    queue = queue_of(job("a", position=4), job("b", position=7))

    assert queue.front("ada", 0) < 4


@given(some_jobs, st.integers(0, 10))
def test_order_told_is_the_order_taken(jobs: list[Job], first: int):
    queue = queue_of(*jobs)
    for _ in range(first):
        queue.take()

    told = queue.in_order()

    assert told == taken(queue)


@given(some_jobs, st.data())
def test_taking_and_removing_empties_the_queue(jobs: list[Job], data: st.DataObject):
    queue = queue_of(*jobs)
    gone = data.draw(st.sets(st.sampled_from([each.id for each in jobs]))) if jobs else set()
    for each in gone:
        queue.remove(each)

    order = taken(queue)

    assert sorted(order) == sorted({each.id for each in jobs} - gone)
    assert len(queue) == 0


@given(some_jobs, st.data())
def test_removing_many_is_removing_each(jobs: list[Job], data: st.DataObject):
    gone = data.draw(st.sets(st.sampled_from([*(job.id for job in jobs), "never there"])))
    one_by_one, at_once = queue_of(*jobs), queue_of(*jobs)

    removed = at_once.remove_all(gone)

    assert removed == {each for each in gone if one_by_one.remove(each)}
    assert len(at_once) == len(one_by_one)
    assert taken(at_once) == taken(one_by_one)
