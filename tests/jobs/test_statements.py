"""How many statements jobs cost: each is computed in the event loop, or it waits for a thread."""

import asyncio
from collections.abc import Sequence
from contextlib import contextmanager
from itertools import groupby

from engine.events import NodeFinished, NodeStarted
from engine.jobs.events import JobChanged
from engine.worker.messages import FromWorker, JobBegan, JobEnded, JobTold
from tests.jobs.conftest import Scene, Stage, heard


@contextmanager
def traced(scene: Scene):
    """Gather the statements that are run."""
    statements: list[str] = []
    scene.database.write_now(lambda c: c.set_trace_callback(statements.append))
    yield statements
    scene.database.write_now(lambda c: c.set_trace_callback(None))


def told(job_id: str) -> Sequence[FromWorker]:
    """Return what the worker says of a job of three nodes."""
    nodes = [made for n in "123" for made in (NodeStarted(n, n), NodeFinished(n, n, 0.0))]
    return JobBegan(job_id), JobTold(job_id, nodes), JobEnded(job_id, "succeeded")


def firsts(statements: Sequence[str]) -> list[str]:
    """Return how statements begin; one is named again for each trigger that it sets off.

    Left out are those of the works that begin and end the tracing: the thread does these, and
    changes settings before and after.
    """
    parts = groupby(statements, lambda each: each.startswith("PRAGMA"))
    works = [[*its] for is_setting, its in parts if not is_setting]
    told = [statement for its in works[1:-1] for statement, _ in groupby(its)]
    return [" ".join(each.split()[:2]) for each in told]


def test_a_submission_takes_three_statements(stage: Stage):
    async def act(scene: Scene):
        with traced(scene) as statements:
            await scene.submit()
        return firsts(statements)

    assert stage.play(act) == [
        "BEGIN IMMEDIATE",
        "INSERT OR",
        "INSERT INTO",
        "INSERT INTO",
        "COMMIT",
    ]


def test_the_run_of_a_short_job_takes_two_statements(stage: Stage):
    async def act(scene: Scene):
        job = await scene.submit()
        await scene.settled()
        listener = scene.feed.subscribe()
        with traced(scene) as statements:
            await scene.says(*told(job.id))
        return firsts(statements), [each.event for each in await heard(listener)]

    statements, events = stage.play(act)

    assert statements == ["BEGIN IMMEDIATE", "UPDATE jobs", "INSERT INTO", "COMMIT"]
    assert [events[0], events[-1]] == [JobChanged("running"), JobChanged("succeeded")]
    assert len(events) == 8


def test_submissions_at_once_share_a_transaction(stage: Stage):
    async def act(scene: Scene):
        with traced(scene) as statements:
            await asyncio.gather(*(scene.submit() for _ in range(8)))
        return firsts(statements)

    assert stage.play(act).count("COMMIT") == 1


def test_ends_that_come_soon_after_each_other_share_a_transaction(stage: Stage):
    async def act(scene: Scene):
        jobs = [await scene.submit() for _ in range(4)]
        await scene.settled()
        await scene.runs(jobs[0])
        with traced(scene) as statements:
            scene.worker.says(*told(jobs[1].id))
            await asyncio.sleep(0)  # the dispatcher has heard it
            scene.worker.says(*told(jobs[2].id))
            await scene.settled()
        return firsts(statements)

    found = stage.play(act)

    assert found.count("COMMIT") == 1
    assert found.count("UPDATE jobs") == 2
