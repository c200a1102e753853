"""Many jobs are cancelled or forgotten in several writes, between which others have theirs."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from engine.errors import StorageError
from engine.jobs import changing
from engine.jobs.events import JobChanged, JobDeleted
from engine.jobs.job import Job
from tests.jobs.conftest import Scene, Stage, heard


@pytest.fixture(autouse=True)
def by_twos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have two jobs changed at once."""
    monkeypatch.setattr(changing, "AT_ONCE", 2)


async def five(scene: Scene) -> list[Job]:
    """Return five jobs that wait behind one that the worker has."""
    await scene.submit()
    await scene.settled()
    return await scene.submit_all(values=[{}] * 5)


def failing_after(scene: Scene, writes: int) -> None:
    """Let only so many writes succeed."""
    write, left = scene.database.write, iter(range(writes))

    async def limited(work: Any, **given: Any) -> Any:
        if next(left, None) is None:
            raise StorageError("The disk is full.")
        return await write(work, **given)

    scene.database.write = limited


def test_each_of_many_cancelled_jobs_is_told_of_once(stage: Stage):
    async def act(scene: Scene):
        jobs = await five(scene)
        subscription = scene.feed.subscribe(jobs=[job.id for job in jobs])
        await scene.jobs.changes.cancel([*jobs, jobs[0]])
        return [job.id for job in jobs], await heard(subscription)

    ids, told = stage.play(act)

    assert [(each.job, each.event) for each in told] == [(i, JobChanged("cancelled")) for i in ids]


def test_many_are_cancelled_in_several_writes(stage: Stage):
    async def act(scene: Scene):
        jobs = await five(scene)
        failing_after(scene, 3)
        await scene.jobs.changes.cancel(jobs)
        return [(await scene.jobs.get(job.id)).state for job in jobs]

    assert stage.play(act) == ["cancelled"] * 5


def test_jobs_that_could_not_be_cancelled_wait_on(stage: Stage):
    async def act(scene: Scene):
        jobs = await five(scene)
        failing_after(scene, 1)
        with pytest.raises(StorageError):
            await scene.jobs.changes.cancel(jobs)
        waiting = [job.id for job in scene.jobs.queue()[1]]
        return waiting[1:] == [job.id for job in jobs[2:]]

    async def after(scene: Scene):
        return len(scene.jobs.queue()[1])

    assert stage.play(act)
    assert stage.play(after) == 4


def test_all_that_has_ended_is_forgotten(stage: Stage):
    async def act(scene: Scene):
        jobs = await five(scene)
        theirs = await scene.submit("bob")
        await scene.jobs.changes.cancel([*jobs[1:], theirs])
        subscription = scene.feed.subscribe()
        gone = await scene.jobs.changes.delete_ended("ada")
        told = Counter(each.job for each in await heard(subscription) if each.event == JobDeleted())
        return [job.id for job in jobs[1:]], gone, told, await scene.jobs.get(theirs.id)

    ids, gone, told, theirs = stage.play(act)

    assert gone == ids
    assert told == Counter(ids)
    assert theirs.state == "cancelled"


def test_a_job_that_is_retried_while_others_are_forgotten_stays(stage: Stage):
    async def act(scene: Scene):
        jobs = await five(scene)
        await scene.jobs.changes.cancel(jobs)
        last = await scene.jobs.get(jobs[-1].id)
        _, again = await asyncio.gather(
            scene.jobs.changes.delete_ended("ada"), scene.jobs.changes.retry(last)
        )
        return again.id, [job.id for job in scene.jobs.queue("ada")[1]]

    again, waiting = stage.play(act)

    assert again in waiting
