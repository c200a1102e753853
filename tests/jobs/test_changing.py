import pytest

from engine.errors import Conflict, NotFound
from engine.worker.messages import JobBegan, JobEnded, StopJob
from tests.jobs.conftest import Scene, Stage


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


def test_a_job_that_was_deleted_can_not_be_retried(stage: Stage):
    async def act(scene: Scene):
        await scene.submit()
        job = await scene.submit()
        await scene.jobs.changes.cancel([job])
        cancelled = await scene.jobs.get(job.id)
        await scene.jobs.changes.delete([cancelled])
        with pytest.raises(NotFound, match="deleted"):
            await scene.jobs.changes.retry(cancelled)
        return len(scene.jobs.unfinished())

    assert stage.play(act) == 1


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


@pytest.mark.parametrize("is_first", [True, False])
def test_a_job_that_was_sent_ahead_changes_places_with_the_next(stage: Stage, is_first: bool):
    async def act(scene: Scene):
        short, running, ahead = [await scene.submit() for _ in range(3)]
        await scene.settled()
        await scene.runs(short)
        await scene.says(JobBegan(running.id))
        later = await scene.submit()
        if is_first:
            await scene.jobs.changes.move(ahead, after=later.id)
        else:
            await scene.jobs.changes.move(later, before=ahead.id)
        recalled = scene.worker.sent[-1]
        await scene.says(JobEnded(ahead.id, "recalled"))
        queued = [each.id for each in scene.jobs.queue()[1]]
        return recalled == StopJob(ahead.id, "recall"), queued == [later.id, ahead.id]

    assert stage.play(act) == (True, True)


def test_a_job_that_has_not_ended_can_not_be_deleted(stage: Stage):
    async def act(scene: Scene):
        await scene.jobs.changes.delete([await scene.submit()])

    with pytest.raises(Conflict):
        stage.play(act)
