import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.context import Cancellation, Context, JobContext
from engine.engine import Engine
from engine.errors import Interrupted, Paused
from engine.events import Event, Preview, Progress
from engine.lanes import DeviceLane, Lanes
from engine.paths import Folders
from engine.registry import Registry
from engine.results import Link, NewNode, NodeResult
from tests.fakes import toy
from tests.graphs import Graphs

TIMEOUT_S = 20


class Steps:
    """A task of a number of steps; each is noted, and may do something."""

    def __init__(
        self, name: str, steps: int, log: list[str], during: Callable[[int], Any] = lambda _: None
    ) -> None:
        self.name = name
        self.step = 0
        self.steps = steps
        self.is_closed = False
        self._log = log
        self._during = during

    def advance(self) -> bool:
        self.step += 1
        self._log.append(f"{self.name}{self.step}")
        self._during(self.step)
        return self.step < self.steps

    def result(self) -> str:
        return f"{self.name} is done"

    def preview(self) -> Any:
        return f"picture {self.step}"

    def close(self) -> None:
        self.is_closed = True


def context(lane: DeviceLane | None = None, **facts: Any) -> Context:
    facts = {"cancellation": Cancellation(), "emit": lambda event: None, **facts}
    folders = Folders.at(Path("nowhere"))
    job = JobContext(folders, lambda: None, device_lane=lane, **facts)  # pyright: ignore[reportArgumentType]
    return Context(job, "7")


@pytest.fixture
def lane() -> Iterator[DeviceLane]:
    lane = DeviceLane()
    yield lane
    lane.close()


def held(lane: DeviceLane) -> threading.Event:
    """Keep the lane busy until the event is set, so that work can be queued behind."""
    release = threading.Event()
    lane.submit(lambda: release.wait(TIMEOUT_S))
    return release


def drive_all(lane: DeviceLane, ctx: Context, *tasks: Steps) -> list[Any]:
    """Hand the tasks to the lane while it is busy, and wait for all of them."""

    async def work() -> list[Any]:
        release = held(lane)
        waiting = [asyncio.ensure_future(ctx.sample(task)) for task in tasks]
        await asyncio.sleep(0)
        release.set()
        return await asyncio.gather(*waiting)

    return asyncio.run(work())


# the device lane


def test_calls_run_one_after_the_other_on_one_thread(lane: DeviceLane):
    futures = [lane.submit(threading.get_ident) for _ in range(5)]

    threads = {future.result(TIMEOUT_S) for future in futures}

    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_what_a_call_raises_belongs_to_its_caller(lane: DeviceLane):
    failed = lane.submit(lambda: 1 // 0)

    with pytest.raises(ZeroDivisionError):
        failed.result(TIMEOUT_S)
    assert lane.submit(lambda: 3).result(TIMEOUT_S) == 3


def test_task_is_driven_to_its_result(lane: DeviceLane):
    log: list[str] = []

    assert drive_all(lane, context(lane), Steps("a", 3, log)) == ["a is done"]
    assert log == ["a1", "a2", "a3"]


def test_tasks_take_turns_step_by_step(lane: DeviceLane):
    log: list[str] = []

    drive_all(lane, context(lane), Steps("a", 3, log), Steps("b", 2, log))

    assert log == ["a1", "b1", "a2", "b2", "a3"]


def test_one_shot_work_runs_between_two_steps(lane: DeviceLane):
    log: list[str] = []
    task = Steps(
        "a", 3, log, lambda step: step == 1 and lane.submit(lambda: log.append("one shot"))
    )

    drive_all(lane, context(lane), task)

    assert log == ["a1", "one shot", "a2", "a3"]


def test_task_is_cancelled_within_one_step(lane: DeviceLane):
    log: list[str] = []
    cancellation = Cancellation()
    task = Steps("a", 100, log, lambda step: step == 2 and cancellation.cancel())

    with pytest.raises(Interrupted):
        drive_all(lane, context(lane, cancellation=cancellation), task)
    assert log == ["a1", "a2"]


def test_task_that_fails_leaves_the_others(lane: DeviceLane):
    log: list[str] = []
    bad = Steps("bad", 3, log, lambda step: 1 // 0)

    async def work() -> list[Any]:
        release = held(lane)
        ctx = context(lane)
        tasks = [asyncio.ensure_future(ctx.sample(each)) for each in (bad, Steps("a", 2, log))]
        await asyncio.sleep(0)
        release.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    failed, done = asyncio.run(work())

    assert isinstance(failed, ZeroDivisionError)
    assert done == "a is done"


def test_every_step_tells_the_progress(lane: DeviceLane):
    events: list[Event] = []

    drive_all(lane, context(lane, emit=events.append), Steps("a", 2, []))

    assert events == [Progress("7", 1, 2), Progress("7", 2, 2)]


def test_previews_are_made_for_those_who_look(lane: DeviceLane):
    events: list[Event] = []

    drive_all(lane, context(lane, emit=events.append, wants_previews=True), Steps("a", 1, []))

    assert events == [Progress("7", 1, 1), Preview("7", "picture 1", "7")]


def test_task_of_code_on_the_lane_is_driven_in_place(lane: DeviceLane):
    log: list[str] = []
    ctx = context(lane)

    def work() -> str:
        return asyncio.run(ctx.sample(Steps("a", 2, log)))

    assert lane.submit(work).result(TIMEOUT_S) == "a is done"
    assert log == ["a1", "a2"]


def test_task_without_a_lane_is_driven_in_place():
    log: list[str] = []

    assert asyncio.run(context().sample(Steps("a", 2, log))) == "a is done"
    assert log == ["a1", "a2"]


def test_closing_does_what_was_handed_over():
    lane = DeviceLane()
    release = held(lane)
    future = lane.submit(lambda: 5)
    release.set()
    lane.close()

    assert future.result(0) == 5


# all lanes


@pytest.fixture
def lanes() -> Iterator[Lanes]:
    lanes = Lanes(cpu_threads=2)
    yield lanes
    lanes.close()


@pytest.mark.parametrize("name", ["cpu", "io", "device"])
def test_lane_hands_back_results_and_exceptions(lanes: Lanes, name: str):
    assert lanes.submit(name, lambda: 4).result(TIMEOUT_S) == 4
    with pytest.raises(SystemExit):
        lanes.submit(name, exit).result(TIMEOUT_S)


@pytest.mark.parametrize("name", ["cpu", "io", "device"])
def test_work_on_a_lane_needs_no_gradients(lanes: Lanes, name: str):
    assert lanes.submit(name, torch.is_grad_enabled).result(TIMEOUT_S) is False


def test_coroutines_need_no_gradients(lanes: Lanes):
    async def look() -> bool:
        return torch.is_grad_enabled()

    assert lanes.submit_coroutine(look()).result(TIMEOUT_S) is False


def test_coroutines_share_one_thread(lanes: Lanes):
    async def where() -> int:
        return threading.get_ident()

    threads = {lanes.submit_coroutine(where()).result(TIMEOUT_S) for _ in range(3)}

    assert len(threads) == 1


def test_lanes_start_no_thread_before_their_first_use():
    before = threading.active_count()
    lanes = Lanes()

    assert threading.active_count() == before
    lanes.close()


def test_pool_has_as_many_threads_as_its_slots(lanes: Lanes):
    meeting = threading.Barrier(lanes.slots()["cpu"], timeout=TIMEOUT_S)
    futures = [lanes.submit("cpu", meeting.wait) for _ in range(lanes.slots()["cpu"])]

    assert sorted(future.result(TIMEOUT_S) for future in futures) == [0, 1]


# through an engine


def sampling(registry: Registry, task: Callable[[], Steps]) -> Any:
    async def sample(ctx: Context) -> Any:
        return await ctx.sample(task())

    registry.add(toy("Sample", sample, lane="device", hidden={"ctx": "context"}))
    g = Graphs()
    return g.document(result=g.node("Sample", at="s"))


def test_sampling_node_gives_the_tasks_result(engine: Engine, registry: Registry):
    document = sampling(registry, lambda: Steps("a", 3, []))

    assert engine.run(document).outputs == {"result": ["a is done"]}


def test_sampling_node_is_cancelled_within_one_step(engine: Engine, registry: Registry):
    log: list[str] = []
    cancellation = Cancellation()
    task = Steps("a", 100, log, lambda step: step == 2 and cancellation.cancel())

    report = engine.run(sampling(registry, lambda: task), cancellation=cancellation)

    assert isinstance(report.error, Interrupted)
    assert log == ["a1", "a2"]


def test_paused_run_ends_after_the_step_that_it_is_in(engine: Engine, registry: Registry):
    is_stopping = threading.Event()

    class Watched(Cancellation):
        @property
        def is_for_good(self) -> bool:
            is_stopping.set()
            return super().is_for_good

    def pause_at_two(step: int) -> None:
        if step == 2:
            cancellation.pause()
            is_stopping.wait(TIMEOUT_S)

    cancellation = Watched()
    task = Steps("a", 100, log := [], pause_at_two)

    report = engine.run(sampling(registry, lambda: task), cancellation=cancellation)

    assert isinstance(report.error, Paused)
    assert log == ["a1", "a2"]
    assert task.is_closed


def test_sampling_node_of_an_expansion_uses_the_device_lane(engine: Engine, registry: Registry):
    threads: list[str] = []
    sampling(
        registry,
        lambda: Steps("a", 1, [], lambda _: threads.append(threading.current_thread().name)),
    )
    registry.add(
        toy("Grow", lambda: NodeResult([Link("g.s", 0)], expand={"g.s": NewNode("Sample")}))
    )
    g = Graphs()

    engine.run(g.document(result=g.node("Grow", at="g")))

    assert threads == ["device"]
