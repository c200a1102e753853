"""A queue that is paused begins nothing, of whoever it is, until it is let go."""

import pytest

from engine.jobs.events import QueueChanged
from engine.worker.messages import JobBegan, JobEnded, StopJob
from tests.jobs.conftest import Scene, Stage, heard


def stops(scene: Scene) -> list[tuple[str, str]]:
    return [(each.job, each.how) for each in scene.worker.sent if isinstance(each, StopJob)]


def test_a_job_that_is_submitted_while_the_queue_is_paused_waits(stage: Stage):
    async def act(scene: Scene):
        await scene.jobs.holding.pause("ada")
        job = await scene.submit()
        await scene.settled()
        return scene.worker.orders(), (await scene.jobs.get(job.id)).state

    assert stage.play(act) == ([], "queued")


def test_jobs_that_waited_begin_in_their_order_when_the_queue_goes_on(stage: Stage):
    async def act(scene: Scene):
        await scene.jobs.holding.pause("ada")
        jobs = [await scene.submit() for _ in range(2)]
        await scene.jobs.holding.resume("ada")
        await scene.settled()
        first = scene.worker.orders()
        await scene.runs(jobs[0])
        return first, scene.worker.orders(), [each.id for each in jobs]

    first, orders, ids = stage.play(act)

    assert first == ids[:1]
    assert orders == ids


def test_the_pause_outlasts_the_server(stage: Stage):
    async def before(scene: Scene):
        await scene.jobs.holding.pause("ada")
        return (await scene.submit()).id

    async def after(scene: Scene):
        await scene.settled()
        held = scene.worker.orders()
        await scene.jobs.holding.resume("ada")
        await scene.settled()
        return held, scene.worker.orders()

    job = stage.play(before)

    assert stage.play(after) == ([], [job])


def test_a_queue_that_went_on_goes_on_after_a_restart(stage: Stage):
    async def before(scene: Scene):
        await scene.jobs.holding.pause("ada")
        await scene.jobs.holding.resume("ada")

    async def after(scene: Scene):
        job = await scene.submit()
        await scene.settled()
        return scene.worker.orders() == [job.id]

    stage.play(before)

    assert stage.play(after)


def test_the_job_that_runs_is_paused_and_goes_on_first(stage: Stage):
    async def act(scene: Scene):
        jobs = [await scene.submit() for _ in range(2)]
        await scene.settled()
        await scene.says(JobBegan(jobs[0].id))
        await scene.jobs.holding.pause("ada")
        asked = stops(scene)
        await scene.says(JobEnded(jobs[0].id, "paused"))
        states = [(await scene.jobs.get(each.id)).state for each in jobs]
        await scene.jobs.holding.resume("ada")
        await scene.settled()
        return asked, states, scene.worker.orders(), [each.id for each in jobs]

    asked, states, orders, ids = stage.play(act)

    assert asked == [(ids[0], "pause")]
    assert states == ["paused", "queued"]
    assert orders[:2] == [ids[0], ids[0]]


def test_jobs_that_were_sent_ahead_come_back(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("engine.jobs.dispatch.SOON_S", 1000.0)

    async def act(scene: Scene):
        short = await scene.submit()
        await scene.settled()
        await scene.runs(short)
        jobs = [await scene.submit() for _ in range(2)]
        await scene.settled()
        await scene.says(JobBegan(jobs[0].id))
        assert scene.worker.orders()[-1] == jobs[1].id
        await scene.jobs.holding.pause("ada")
        asked = stops(scene)
        await scene.says(JobEnded(jobs[1].id, "recalled"), JobEnded(jobs[0].id, "paused"))
        return asked, [each.id for each in jobs], len(scene.worker.orders())

    asked, ids, orders = stage.play(act)

    assert asked == [(ids[1], "recall"), (ids[0], "pause")]
    assert orders == 3


def test_the_queues_of_others_go_on(stage: Stage):
    async def act(scene: Scene):
        await scene.jobs.holding.pause("ada")
        await scene.submit("ada", priority=5)
        other = await scene.submit("bob")
        await scene.settled()
        return scene.worker.orders() == [other.id]

    assert stage.play(act)


def test_prompts_of_comfyui_clients_run_on(stage: Stage):
    async def act(scene: Scene):
        prompt = await scene.submit(source="comfyui")
        await scene.settled()
        await scene.says(JobBegan(prompt.id))
        await scene.jobs.holding.pause("ada")
        await scene.submit()
        later = await scene.submit(source="comfyui")
        await scene.says(JobEnded(prompt.id, "succeeded"))
        return stops(scene), scene.worker.orders() == [prompt.id, later.id]

    assert stage.play(act) == ([], True)


def test_the_owner_hears_of_it_and_others_do_not(stage: Stage):
    async def act(scene: Scene):
        ada, bob = scene.feed.subscribe("ada"), scene.feed.subscribe("bob")
        await scene.jobs.holding.pause("ada")
        await scene.jobs.holding.resume("ada")
        return [[each.event for each in await heard(its)] for its in (ada, bob)]

    assert stage.play(act) == [[QueueChanged(is_paused=True), QueueChanged(is_paused=False)], []]
