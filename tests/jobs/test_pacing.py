from collections.abc import Sequence

from engine.events import Progress
from engine.jobs.job import Job
from engine.jobs.pacing import PAUSE_S, Pacer

JOB = Job(id="j", owner="ada", document="", created=0.0)


def step(number: int, node: str = "1") -> Progress:
    return Progress(node, number, 30)


def steps(told: Sequence[tuple[Job, object]]) -> list[int]:
    return [each.step for _, each in told if isinstance(each, Progress)]


class Paced:
    """A pacer whose time stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.woken: list[float] = []
        self.pacer = Pacer(lambda: self.now, self.woken.append)


def test_the_first_progress_is_told_at_once():
    paced = Paced()

    assert steps(paced.pacer.put(JOB, step(1))) == [1]


def test_what_comes_too_soon_waits_and_the_newest_is_told():
    paced = Paced()
    paced.pacer.put(JOB, step(1))

    held = [*paced.pacer.put(JOB, step(2)), *paced.pacer.put(JOB, step(3))]
    paced.now += PAUSE_S

    assert held == []
    assert steps(paced.pacer.due()) == [3]


def test_it_is_woken_once_for_what_waits():
    paced = Paced()
    for number in range(4):
        paced.pacer.put(JOB, step(number))

    assert paced.woken == [PAUSE_S]


def test_what_waits_is_told_before_something_else_is():
    paced = Paced()
    paced.pacer.put(JOB, step(1))
    paced.pacer.put(JOB, step(30))

    assert steps(paced.pacer.flush("j")) == [30]
    assert paced.pacer.due() == []


def test_a_second_of_progress_is_told_at_most_twenty_times():
    paced = Paced()
    told: list[int] = []
    for number in range(1000):
        told += steps(paced.pacer.put(JOB, step(number)))
        paced.now += 0.001
        told += steps(paced.pacer.due())
    told += steps(paced.pacer.flush("j"))

    assert len(told) <= 21
    assert told[-1] == 999


def test_nodes_of_one_job_are_told_together():
    paced = Paced()
    paced.pacer.put(JOB, step(1, "a"))
    paced.pacer.put(JOB, step(2, "a"))
    paced.pacer.put(JOB, step(5, "b"))
    paced.now += PAUSE_S

    assert steps(paced.pacer.due()) == [2, 5]
