import sqlite3

import pytest

from engine.errors import StorageError
from engine.events import Progress
from engine.jobs.events import JobChanged
from engine.worker.messages import JobBegan, JobEnded, JobTold
from tests.jobs.conftest import Scene, Stage, heard


def test_numbers_are_not_given_out_again_after_a_restart(stage: Stage):
    async def act(scene: Scene):
        job = await scene.submit()
        await scene.settled()
        await scene.says(JobBegan(job.id), JobTold(job.id, [Progress("1", 1, 2)]))
        return scene.feed.newest

    first = stage.play(act)
    second = stage.play(act)

    assert second > first


def test_an_event_is_heard_only_when_its_change_is_stored(stage: Stage):
    async def act(scene: Scene):
        listener = scene.feed.subscribe()
        job = await scene.submit()
        return [
            (each.event, (await scene.jobs.get(job.id)).state) for each in await heard(listener)
        ]

    assert stage.play(act) == [(JobChanged("queued"), "queued")]


def test_a_submission_that_can_not_be_stored_is_refused_and_not_told(stage: Stage):
    async def act(scene: Scene):
        listener = scene.feed.subscribe()
        await scene.database.write(_make_full)
        with pytest.raises(StorageError):
            await scene.submit(title="x" * 100_000)
        return await heard(listener), scene.worker.orders()

    assert stage.play(act) == ([], [])


def test_what_a_job_did_is_stored_once_there_is_room_again(stage: Stage):
    async def act(scene: Scene):
        job = await scene.submit()
        await scene.settled()
        await scene.database.write(_make_full)
        ui = {"1": {"text": ["y" * 200_000]}}
        scene.worker.says(JobBegan(job.id), JobEnded(job.id, "succeeded", ui))
        await scene.database.write(_make_room)
        await scene.jobs.idle()
        return job.id

    job_id = stage.play(act)
    job = stage.play(lambda scene: scene.jobs.get(job_id))

    assert job.state == "succeeded"


def _make_full(connection: sqlite3.Connection) -> None:
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")


def _make_room(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA max_page_count = 1000000")
