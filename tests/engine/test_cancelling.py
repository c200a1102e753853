import asyncio
import queue
import threading
from typing import Any

import pytest

from engine.context import Cancellation, Context
from engine.engine import Engine
from engine.errors import Interrupted
from engine.registry import Registry
from tests.fakes import toy
from tests.graphs import Graphs, chain

TIMEOUT_S = 20


def test_cancel_from_another_thread_stops_the_run(engine: Engine, registry: Registry):
    started, cancellation = threading.Event(), Cancellation()

    def patient(ctx: Context) -> int:
        started.set()
        while True:
            ctx.check_cancelled()

    registry.add(toy("Patient", patient, hidden={"ctx": "context"}, lane="cpu"))
    g = Graphs()
    g.node("Show", value=g.node("Add", a=g.node("Patient")))
    canceller = threading.Thread(
        target=lambda: started.wait(TIMEOUT_S) and cancellation.cancel(), daemon=True
    )
    canceller.start()

    report = engine.run(g.document(), cancellation=cancellation)

    assert isinstance(report.error, Interrupted)
    assert report.ran == []


def test_run_that_is_cancelled_before_it_starts_calls_nothing(engine: Engine, calls: list[str]):
    cancellation = Cancellation()
    cancellation.cancel()

    report = engine.run(chain(5), cancellation=cancellation)

    assert isinstance(report.error, Interrupted)
    assert calls == []


def test_keyboard_interrupt_while_a_lane_works_cancels_the_run(
    engine: Engine, registry: Registry, monkeypatch: pytest.MonkeyPatch
):
    def patient(ctx: Context) -> int:
        while True:
            ctx.check_cancelled()

    registry.add(toy("Patient", patient, hidden={"ctx": "context"}, lane="cpu"))
    g = Graphs()
    g.node("Show", value=g.node("Patient"))
    monkeypatch.setattr("engine.executor.queue", _InterruptedOnce)

    report = engine.run(g.document())

    assert isinstance(report.error, Interrupted)


class _InterruptedOnce:
    """Stands for the module `queue`; the first wait is interrupted."""

    Empty = queue.Empty

    class SimpleQueue(queue.Queue[Any]):
        is_fresh = True

        def get(self, block: bool = True, timeout: float | None = None) -> Any:
            if self.is_fresh:
                self.is_fresh = False
                raise KeyboardInterrupt
            return super().get(block, timeout)


def test_second_interrupt_ends_the_wait(
    engine: Engine, registry: Registry, monkeypatch: pytest.MonkeyPatch
):
    release = threading.Event()
    registry.add(toy("Hang", lambda: release.wait(TIMEOUT_S), lane="cpu"))
    g = Graphs()
    g.node("Show", value=g.node("Hang"))
    monkeypatch.setattr("engine.executor.queue", _InterruptedAlways)

    with pytest.raises(KeyboardInterrupt):
        engine.run(g.document())
    release.set()


class _InterruptedAlways:
    """Stands for the module `queue`; every wait is interrupted."""

    Empty = queue.Empty

    class SimpleQueue(queue.Queue[Any]):
        def get(self, block: bool = True, timeout: float | None = None) -> Any:
            raise KeyboardInterrupt


def test_async_node_that_waits_for_ever_is_ended(engine: Engine, registry: Registry):
    cancellation = Cancellation()
    ended = threading.Event()

    async def wait() -> None:
        cancellation.cancel()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    registry.add(toy("Wait", wait))
    g = Graphs()
    g.node("Show", value=g.node("Wait"))

    report = engine.run(g.document(), cancellation=cancellation)

    assert isinstance(report.error, Interrupted)
    assert ended.wait(TIMEOUT_S)


def test_failure_ends_async_nodes_that_wait(engine: Engine, registry: Registry):
    waiting = threading.Event()

    async def wait() -> None:
        waiting.set()
        await asyncio.Event().wait()

    def fail() -> None:
        waiting.wait(TIMEOUT_S)
        raise ValueError("enough")

    registry.add(toy("Wait", wait), toy("FailLater", fail, lane="cpu"))
    g = Graphs()
    g.node("Show", value=g.node("Wait"))
    g.node("Show", value=g.node("FailLater", at="bad"))

    error = engine.run(g.document()).error

    assert error is not None
    assert error.node_id == "bad"


def test_work_that_no_lane_has_begun_is_not_done_after_a_cancel(engine: Engine, registry: Registry):
    lane = engine._around.lanes.device
    release, cancellation = threading.Event(), Cancellation()
    lane.submit(lambda: release.wait(TIMEOUT_S))
    done: list[str] = []
    registry.add(
        toy("Queued", lambda: done.append("queued"), lane="device"),
        toy("Cancel", cancellation.cancel, lane="cpu"),
    )
    g = Graphs()
    g.node("Show", value=g.node("Queued"))
    g.node("Show", value=g.node("Cancel"))

    engine.run(g.document(), cancellation=cancellation)
    release.set()
    lane.submit(lambda: None).result(TIMEOUT_S)

    assert done == []
