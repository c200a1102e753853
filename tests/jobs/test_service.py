import asyncio

import pytest

from engine.errors import Conflict, NotFound
from engine.jobs.events import JobChanged
from engine.worker.messages import JobBegan, JobEnded, StopJob
from tests.jobs.conftest import Scene, Stage, heard


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


def test_a_waiting_job_is_cancelled_at_once(stage: Stage):
    async def act(scene: Scene):
        await scene.submit()
        job = await scene.submit()
        await scene.jobs.changes.cancel([job])
        await scene.settled()
        return await scene.jobs.get(job.id), scene.worker.sent

    job, sent = stage.play(act)

    assert job.state == "cancelled"
    assert not [each for each in sent if isinstance(each, StopJob)]


def test_a_running_job_is_cancelled_by_the_worker(stage: Stage):
    async def act(scene: Scene):
        job = await scene.submit()
        await scene.settled()
        await scene.says(JobBegan(job.id))
        await scene.jobs.changes.cancel([job])
        sent = scene.worker.sent[-1]
        await scene.says(JobEnded(job.id, "cancelled"))
        return await scene.jobs.get(job.id), sent

    job, sent = stage.play(act)

    assert sent == StopJob(job.id, "cancel")
    assert job.state == "cancelled"


def test_a_cancel_that_was_acknowledged_holds_when_the_server_dies(stage: Stage):
    async def act(scene: Scene):
        job = await scene.submit()
        await scene.settled()
        await scene.says(JobBegan(job.id))
        await scene.jobs.changes.cancel([job])
        return job.id

    job_id = stage.play(act)
    job = stage.play(lambda scene: scene.jobs.get(job_id))

    assert job.state == "cancelled"


def test_a_paused_job_rests_until_it_is_resumed(stage: Stage):
    async def act(scene: Scene):
        job = await scene.submit()
        await scene.settled()
        await scene.says(JobBegan(job.id))
        await scene.jobs.changes.pause([job])
        await scene.says(JobEnded(job.id, "paused"))
        paused = await scene.jobs.get(job.id)
        before = scene.worker.orders()
        await scene.jobs.changes.resume(paused)
        await scene.settled()
        return paused.state, before, scene.worker.orders()

    state, before, after = stage.play(act)

    assert state == "paused"
    assert len(before) == 1
    assert len(after) == 2


def test_a_paused_job_is_paused_after_a_restart(stage: Stage):
    async def act(scene: Scene):
        await scene.submit()
        job = await scene.submit()
        await scene.jobs.changes.pause([job])
        return job.id

    job_id = stage.play(act)
    job = stage.play(lambda scene: scene.jobs.get(job_id))

    assert job.state == "paused"


def test_resuming_what_is_not_paused_is_a_conflict(stage: Stage):
    async def act(scene: Scene):
        await scene.jobs.changes.resume(await scene.submit())

    with pytest.raises(Conflict, match="queued"):
        stage.play(act)


def test_a_failed_job_can_be_retried(stage: Stage):
    async def act(scene: Scene):
        job = await scene.submit()
        await scene.settled()
        failed = await scene.runs(job, "failed", error={"kind": "node", "message": "no"})
        again = await scene.jobs.changes.retry(failed)
        await scene.settled()
        return failed, again, scene.worker.orders()

    failed, again, orders = stage.play(act)

    assert failed.error == {"kind": "node", "message": "no"}
    assert (again.state, again.error) == ("queued", None)
    assert orders == [failed.id] * 2


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


def test_a_job_of_another_owner_is_not_found(stage: Stage):
    async def act(scene: Scene):
        job = await scene.submit("ada")
        return await scene.jobs.get(job.id, "bob")

    with pytest.raises(NotFound):
        stage.play(act)


def test_jobs_wait_in_the_order_that_is_told(stage: Stage):
    async def act(scene: Scene):
        running = await scene.submit()
        a, b, c = [await scene.submit(title=title) for title in "abc"]
        await scene.settled()
        await scene.says(JobBegan(running.id))
        await scene.jobs.changes.move(c, to="front")
        await scene.jobs.changes.move(a, after=b.id)
        now, waiting = scene.jobs.queue("ada")
        return [job.id for job in now] == [running.id], [job.title for job in waiting]

    runs, titles = stage.play(act)

    assert runs
    assert titles == ["c", "b", "a"]


def test_an_order_that_was_chosen_survives_a_restart(stage: Stage):
    async def act(scene: Scene):
        await scene.submit(title="first")
        await scene.settled()
        await scene.submit(title="a")
        b = await scene.submit(title="b")
        await scene.jobs.changes.move(b, to="front")

    stage.play(act)

    async def titles(scene: Scene):
        return [job.title for job in scene.jobs.queue()[1]]

    assert stage.play(titles) == ["first", "b", "a"]


def test_jobs_can_be_put_between_two_others_for_ever(stage: Stage):
    async def act(scene: Scene):
        await scene.submit()
        low, high = await scene.submit(title="low"), await scene.submit(title="high")
        movers = [await scene.submit(title=str(index)) for index in range(70)]
        for mover in movers:
            await scene.jobs.changes.move(mover, after=low.id)
        return [job.title for job in scene.jobs.queue()[1]], high.title

    titles, _ = stage.play(act)

    assert titles[-72:] == ["low", *[str(index) for index in reversed(range(70))], "high"]


def test_a_job_moved_before_one_that_does_not_wait_is_a_conflict(stage: Stage):
    async def act(scene: Scene):
        await scene.submit()
        await scene.jobs.changes.move(await scene.submit(), before="nope")

    with pytest.raises(Conflict, match="nope"):
        stage.play(act)


def test_an_urgent_job_overtakes_one_that_was_sent_ahead(stage: Stage):
    async def act(scene: Scene):
        short, running, ahead = [await scene.submit() for _ in range(3)]
        await scene.settled()
        await scene.runs(short)
        await scene.says(JobBegan(running.id))
        urgent = await scene.submit(priority=5)
        recalled = scene.worker.sent[-1]
        await scene.says(JobEnded(ahead.id, "recalled"))
        return recalled == StopJob(ahead.id, "recall"), scene.worker.orders()[-1] == urgent.id

    assert stage.play(act) == (True, True)


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

    job = stage.play(act, check_s=0.02, look_s=0.01)

    assert job.error is not None
    assert "No node had begun" in job.error["message"]


def test_history_beyond_the_limit_is_deleted(stage: Stage):
    async def act(scene: Scene):
        jobs = [await scene.submit() for _ in range(3)]
        for job in jobs:
            await scene.settled()
            await scene.runs(job)
        listener = scene.feed.subscribe("ada")
        await listener.next()
        with pytest.raises(NotFound):
            await scene.jobs.get(jobs[0].id)
        return (await scene.jobs.get(jobs[2].id)).state

    assert stage.play(act, most_jobs=2, tidy_s=0.05) == "succeeded"


def test_a_job_that_has_not_ended_can_not_be_deleted(stage: Stage):
    async def act(scene: Scene):
        await scene.jobs.changes.delete([await scene.submit()])

    with pytest.raises(Conflict):
        stage.play(act)
