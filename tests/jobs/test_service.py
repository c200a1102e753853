import asyncio
import sqlite3

import pytest

from engine.errors import NotFound, QuotaExceeded
from engine.jobs.events import JobDeleted
from engine.jobs.job import Job
from engine.worker.messages import JobBegan
from tests.jobs.conftest import Scene, Stage


def test_a_submitted_job_is_sent_to_the_worker(stage: Stage):
    async def act(scene: Scene):
        job = await scene.submit()
        await scene.settled()
        return job.id, scene.worker.orders()

    job_id, orders = stage.play(act)

    assert orders == [job_id]


def test_a_submitted_job_is_there_after_the_server_died(stage: Stage):
    job_id = stage.play(lambda scene: _id_of(scene))

    again = stage.play(lambda scene: _orders(scene))

    assert again == [job_id]


async def _id_of(scene: Scene) -> str:
    return (await scene.submit()).id


async def _orders(scene: Scene) -> list[str]:
    await scene.settled()
    return scene.worker.orders()


def test_a_finished_job_is_kept_with_what_it_showed(stage: Stage):
    async def act(scene: Scene):
        job = await scene.submit()
        await scene.settled()
        return await scene.runs(job, ui={"1": {"text": ["hello"]}}, ran=3, reused=2)

    job = stage.play(act)

    assert (job.state, job.ui, job.ran, job.reused) == (
        "succeeded",
        {"1": {"text": ["hello"]}},
        3,
        2,
    )


def test_the_next_job_is_sent_when_one_has_ended(stage: Stage):
    async def act(scene: Scene):
        first, second = await scene.submit(), await scene.submit()
        await scene.settled()
        before = scene.worker.orders()
        await scene.runs(first)
        return before, scene.worker.orders(), [first.id, second.id]

    before, after, ids = stage.play(act)

    assert before == ids[:1]
    assert after == ids


def test_the_same_key_gives_the_same_job(stage: Stage):
    async def act(scene: Scene):
        return await asyncio.gather(*[scene.submit(key="once") for _ in range(3)])

    jobs = stage.play(act)

    assert len({job.id for job in jobs}) == 1


def test_the_same_key_of_another_owner_is_another_job(stage: Stage):
    async def act(scene: Scene):
        return await scene.submit("ada", key="once"), await scene.submit("bob", key="once")

    ada, bob = stage.play(act)

    assert ada.id != bob.id


def test_the_same_key_gives_the_same_job_after_a_restart(stage: Stage):
    async def act(scene: Scene):
        return (await scene.submit(key="once")).id

    assert stage.play(act) == stage.play(act)


def test_a_batch_is_one_submission_of_many_jobs(stage: Stage):
    async def act(scene: Scene):
        return await scene.submit_all(values=[{"seed": 1}, {"seed": 2}])

    jobs = stage.play(act)

    assert len({job.batch for job in jobs}) == 1
    assert [(job.values, job.batch_index) for job in jobs] == [({"seed": 1}, 0), ({"seed": 2}, 1)]


def test_a_job_of_another_owner_is_not_found(stage: Stage):
    async def act(scene: Scene):
        job = await scene.submit("ada")
        return await scene.jobs.get(job.id, "bob")

    with pytest.raises(NotFound):
        stage.play(act)


def test_history_beyond_the_limit_is_deleted(stage: Stage):
    async def act(scene: Scene):
        listener = scene.feed.subscribe("ada", kinds=(JobDeleted,))
        jobs = [await scene.submit() for _ in range(3)]
        for job in jobs:
            await scene.settled()
            await scene.runs(job)
        await listener.next()
        with pytest.raises(NotFound):
            await scene.jobs.get(jobs[0].id)
        return (await scene.jobs.get(jobs[2].id)).state

    assert stage.play(act, most_jobs=2, tidy_s=0.05) == "succeeded"


def test_what_an_earlier_server_took_is_entered_for_searches_from_the_start(stage: Stage):
    stage.play(lambda scene: _id_of(scene))

    async def act(scene: Scene):
        async with asyncio.timeout(5):
            while not await scene.database.read(entered):
                await asyncio.sleep(0)
        return True

    assert stage.play(act, tidy_s=3600.0)


def entered(connection: sqlite3.Connection) -> int:
    return connection.execute("SELECT count(*) FROM job_words").fetchone()[0]


def test_submissions_at_one_time_get_no_more_room_than_there_is(stage: Stage):
    async def act(scene: Scene):
        coming = [scene.submit(most=3) for _ in range(5)]
        taken = await asyncio.gather(*coming, return_exceptions=True)
        with pytest.raises(QuotaExceeded):
            await scene.submit(most=3)
        await scene.submit("eve", most=3)
        return taken

    taken = stage.play(act)

    assert [type(each) for each in taken] == [Job, Job, Job, QuotaExceeded, QuotaExceeded]


def test_a_submission_that_is_sent_twice_takes_its_room_once(stage: Stage):
    async def act(scene: Scene):
        return await asyncio.gather(*[scene.submit(most=1, key="same") for _ in range(2)])

    one, other = stage.play(act)

    assert one.id == other.id


def test_a_database_that_can_not_be_written_does_not_keep_the_service_from_ending(stage: Stage):
    async def act(scene: Scene):
        job = await scene.submit()
        await scene.settled()
        path = scene.database.path
        path.rename(path.with_name("away"))
        scene.worker.says(JobBegan(job.id))
        return job.id, path

    job_id, path = stage.play(act, close_s=0.02)
    path.with_name("away").rename(path)

    assert stage.play(_orders) == [job_id]
