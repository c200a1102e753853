import asyncio

import pytest

from engine.errors import TimeLimit
from engine.jobs.events import JobChanged
from engine.worker.messages import JobBegan, JobEnded, StopJob, Stuck
from tests.jobs.conftest import Scene, Stage, heard


def test_a_job_that_kills_the_worker_twice_is_set_aside(stage: Stage):
    async def act(scene: Scene):
        job = await scene.submit()
        other = await scene.submit()
        for _ in range(2):
            await scene.settled()
            await scene.says(JobBegan(job.id))
            scene.worker.dies("SIGSEGV")
        await scene.settled()
        return await scene.jobs.get(job.id), scene.worker.orders(), other.id

    job, orders, other = stage.play(act)

    assert job.state == "failed"
    assert job.error is not None
    assert "SIGSEGV" in job.error["message"]
    assert orders == [job.id, job.id, other]


def test_a_job_that_had_not_begun_is_not_blamed_for_a_death(stage: Stage):
    async def act(scene: Scene):
        short = await scene.submit()
        first, ahead = await scene.submit(), await scene.submit()
        await scene.settled()
        await scene.runs(short)  # what is short has the next sent ahead
        await scene.says(JobBegan(first.id))
        scene.worker.dies()
        await scene.settled()
        return await scene.jobs.get(first.id), await scene.jobs.get(ahead.id)

    first, ahead = stage.play(act)

    assert (first.crashes, ahead.crashes) == (1, 0)


def test_a_job_whose_worker_was_restarted_is_not_blamed(stage: Stage):
    async def act(scene: Scene):
        job = await scene.submit()
        for _ in range(3):
            await scene.settled()
            await scene.says(JobBegan(job.id))
            scene.worker.dies(was_killed="an operator restarts it")
        await scene.settled()
        return await scene.jobs.get(job.id)

    job = stage.play(act)

    assert (job.state, job.crashes) == ("queued", 0)


def test_the_job_that_ran_when_the_server_died_goes_on_and_says_so(stage: Stage):
    async def first(scene: Scene):
        job = await scene.submit()
        await scene.settled()
        await scene.says(JobBegan(job.id))
        return job.id, scene.feed.newest

    job_id, newest = stage.play(first)

    async def second(scene: Scene):
        listener = scene.feed.subscribe("ada", after=newest)
        await scene.settled()
        return scene.worker.orders(), await heard(listener)

    orders, events = stage.play(second)

    assert orders == [job_id]
    assert [each.event for each in events] == [
        JobChanged("queued", "The server ended while this job ran. It goes on where it was.")
    ]


@pytest.mark.parametrize("has_begun", [True, False], ids=["begun", "never begun"])
def test_a_job_that_says_nothing_for_too_long_fails(stage: Stage, *, has_begun: bool):
    async def act(scene: Scene):
        job = await scene.submit()
        await scene.settled()
        if has_begun:
            await scene.says(JobBegan(job.id))
        while not isinstance(scene.worker.sent[-1], StopJob):
            await asyncio.sleep(0.01)
        while not scene.worker.killed:
            await asyncio.sleep(0.01)
        scene.worker.dies(was_killed="the running node does not stop")
        await scene.settled()
        return await scene.jobs.get(job.id)

    job = stage.play(act, node_s=0.02, stop_s=0.02, look_s=0.01)

    assert job.state == "failed"
    assert job.error is not None
    assert job.error["kind"] == "time_limit"


def test_a_job_whose_checks_hang_fails(stage: Stage):
    async def act(scene: Scene):
        job = await scene.submit()
        await scene.settled()
        await scene.says(JobBegan(job.id))
        while not isinstance(scene.worker.sent[-1], StopJob):
            await asyncio.sleep(0.01)
        await scene.says(JobEnded(job.id, "cancelled"))
        return await scene.jobs.get(job.id)

    job = stage.play(act, check_s=0.3, look_s=0.01)

    assert job.error is not None
    assert "No node had begun" in job.error["message"]


def test_a_job_that_a_pack_keeps_waiting_fails_with_its_worker(stage: Stage):
    why = TimeLimit("Node 7 does not answer.", node_id="7")

    async def act(scene: Scene):
        job, other = await scene.submit(), await scene.submit()
        await scene.settled()
        await scene.says(JobBegan(job.id))
        await scene.says(Stuck(job.id, why.as_json()))
        killed = [*scene.worker.killed]
        scene.worker.dies(was_killed=why.message)
        await scene.settled()
        return await scene.jobs.get(job.id), killed, scene.worker.orders()[-1] == other.id

    job, killed, is_next_sent = stage.play(act)

    assert (job.state, job.error) == ("failed", why.as_json())
    assert killed == [why.message]
    assert is_next_sent


def test_a_worker_that_does_not_start_is_ended(stage: Stage):
    async def act(scene: Scene):
        scene.worker.is_ready = False
        while not scene.worker.killed:
            await asyncio.sleep(0.01)

    stage.play(act, check_s=0.02, look_s=0.01)
