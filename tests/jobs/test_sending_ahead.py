"""Short jobs are sent to the worker before it asks for them, and taken back where one is long."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from engine.jobs.dispatch import MOST_AHEAD
from engine.jobs.hearing import DOZEN
from engine.jobs.job import Job
from engine.worker.messages import JobBegan, JobEnded, StopJob
from tests.jobs.conftest import PlayedWorker, Scene, Stage


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all jobs be short, however slow the machine."""
    monkeypatch.setattr("engine.jobs.dispatch.SOON_S", 1000.0)


async def begin(scene: Scene, count: int, *, after: int = DOZEN) -> list[Job]:
    """Run some short jobs, begin one more, and return those that are unfinished."""
    for _ in range(after):
        job = await scene.submit()
        await scene.settled()
        await scene.runs(job)
    scene.worker.sent.clear()
    jobs = [await scene.submit() for _ in range(count)]
    await scene.settled()
    await scene.says(JobBegan(jobs[0].id))
    return jobs


def recalled(scene: Scene) -> list[str]:
    return [each.job for each in scene.worker.sent if isinstance(each, StopJob)]


def test_one_job_is_sent_ahead_after_a_short_one(stage: Stage):
    async def act(scene: Scene):
        jobs = await begin(scene, 3, after=1)
        return scene.worker.orders(), [job.id for job in jobs]

    orders, ids = stage.play(act)

    assert orders == ids[:2]


def test_several_are_sent_ahead_while_many_short_ones_end(stage: Stage):
    async def act(scene: Scene):
        jobs = await begin(scene, MOST_AHEAD + 3)
        return scene.worker.orders(), [job.id for job in jobs]

    orders, ids = stage.play(act)

    assert orders == ids[: 1 + MOST_AHEAD]


def test_jobs_are_sent_in_one_message(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    frames: list[Sequence[Any]] = []

    def send(worker: PlayedWorker, *messages: Any) -> None:
        frames.append(messages)

    async def act(scene: Scene):
        jobs = await begin(scene, MOST_AHEAD + 3)
        monkeypatch.setattr(PlayedWorker, "send", send)
        await scene.says(*(JobEnded(job.id, "succeeded") for job in jobs[:2]))
        return jobs

    jobs = stage.play(act)

    assert len(frames) == 1
    assert [each.job for each in frames[0]] == [job.id for job in jobs[-2:]]


def test_but_for_one_those_behind_a_long_one_are_taken_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
):
    async def act(scene: Scene):
        jobs = await begin(scene, 4)
        monkeypatch.setattr("engine.jobs.dispatch.SOON_S", 0.0)  # so that it is long already
        while not recalled(scene):
            await asyncio.sleep(0.01)
        taken = recalled(scene)[:2]
        await scene.says(*(JobEnded(each, "recalled") for each in taken))
        running, queued = scene.jobs.queue()
        return [job.id for job in jobs], taken, [job.id for job in running + queued]

    ids, taken, left = stage.play(act, look_s=0.01)

    assert taken == ids[2:]
    assert left == ids


def test_those_behind_a_short_one_are_left_there(stage: Stage):
    async def act(scene: Scene):
        await begin(scene, 4)
        await asyncio.sleep(0.05)
        return recalled(scene)

    assert stage.play(act, look_s=0.01) == []
