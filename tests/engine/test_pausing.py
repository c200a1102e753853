import threading
from collections.abc import Callable
from typing import Any

import pytest

from engine.context import Cancellation, Context
from engine.engine import Engine
from engine.errors import Interrupted, NodeError, Paused
from engine.events import Event, NodeFailed
from engine.registry import Registry
from tests.fakes import toy
from tests.graphs import Graphs

TIMEOUT_S = 20


def chain_through(*kinds: str) -> Any:
    """Return a document whose nodes each take what the one before gives."""
    g = Graphs()
    last = g.node("Number", at="number", value=1)
    for kind in kinds:
        last = g.node(kind, at=kind.lower(), a=last)
    g.node("Show", at="show", value=last)
    return g.document()


def stopping(registry: Registry, stop: Callable[[], None]) -> Any:
    """Return a document in the middle of which a node asks the job to stop."""

    def stop_and_go_on(a: int, ctx: Context) -> int:
        stop()
        ctx.check_cancelled()
        return a

    registry.add(toy("Stop", stop_and_go_on, hidden={"ctx": "context"}))
    return chain_through("Add", "Stop")


def test_a_paused_run_says_so_and_no_node_has_failed(engine: Engine, registry: Registry):
    cancellation = Cancellation()
    events: list[Event] = []

    report = engine.run(
        stopping(registry, cancellation.pause), cancellation=cancellation, on_event=events.append
    )

    assert isinstance(report.error, Paused)
    assert not any(isinstance(event, NodeFailed) for event in events)


def test_a_running_node_that_looks_is_paused_at_once(engine: Engine, registry: Registry):
    started, cancellation = threading.Event(), Cancellation()

    def patient(ctx: Context) -> None:
        started.set()
        while True:
            ctx.check_cancelled()

    registry.add(toy("Patient", patient, hidden={"ctx": "context"}, lane="cpu"))
    g = Graphs()
    g.node("Show", value=g.node("Patient"))
    pauser = threading.Thread(target=lambda: started.wait(TIMEOUT_S) and cancellation.pause())
    pauser.start()

    report = engine.run(g.document(), cancellation=cancellation)
    pauser.join()

    assert isinstance(report.error, Paused)


def test_what_a_running_node_still_finishes_is_kept(
    engine: Engine, registry: Registry, calls: list[str]
):
    cancellation = Cancellation()

    def work(a: int) -> int:
        cancellation.pause()
        calls.append("Work")
        return a

    registry.add(toy("Work", work, lane="cpu"))

    paused = engine.run(chain_through("Work"), cancellation=cancellation)
    resumed = engine.run(chain_through("Work"))

    assert isinstance(paused.error, Paused)
    assert "work" in paused.ran
    assert resumed.error is None
    assert resumed.ran == ["show"]
    assert calls.count("Work") == 1


def test_what_was_done_before_a_pause_is_on_disk(
    make_engine: Callable[..., Engine], registry: Registry, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("engine.cache.OPEN_S", 0)
    cancellation = Cancellation()
    stops = [cancellation.pause, lambda: None]
    document = stopping(registry, lambda: stops.pop(0)())
    make_engine(cache_disk_bytes=10**6).run(document, cancellation=cancellation)

    report = make_engine(cache_disk_bytes=10**6).run(document)

    assert report.reused == {"add"}
    assert report.ran == ["stop", "show"]


def test_a_cancel_outweighs_a_pause(engine: Engine, registry: Registry):
    cancellation = Cancellation()

    def both() -> None:
        cancellation.pause()
        cancellation.cancel()

    error = engine.run(stopping(registry, both), cancellation=cancellation).error

    assert isinstance(error, Interrupted)
    assert not isinstance(error, Paused)


def test_a_cancel_after_the_pause_has_begun_counts(engine: Engine, registry: Registry):
    cancellation = Cancellation()

    def work(a: int) -> int:
        cancellation.pause()
        return a

    def linger(a: int, ctx: Context) -> None:
        while not ctx.job.cancellation.is_cancelled:
            pass
        cancellation.cancel()

    registry.add(
        toy("Work", work, lane="io"),
        toy("Linger", linger, lane="cpu", hidden={"ctx": "context"}, is_output=True),
    )
    g = Graphs()
    number = g.node("Number")
    g.node("Show", value=g.node("Work", a=number))
    g.node("Linger", a=number)

    error = engine.run(g.document(), cancellation=cancellation).error

    assert isinstance(error, Interrupted)
    assert not isinstance(error, Paused)


def test_a_failure_during_a_pause_is_a_failure(engine: Engine, registry: Registry):
    cancellation = Cancellation()

    def stop() -> None:
        cancellation.pause()
        raise ValueError("no")

    error = engine.run(stopping(registry, stop), cancellation=cancellation).error

    assert isinstance(error, NodeError)
    assert not isinstance(error, Interrupted)


@pytest.mark.parametrize("how", ["cancel", "pause"])
def test_a_cancellation_follows_the_one_it_is_within(how: str):
    outer = Cancellation()
    inner = Cancellation(within=outer)

    getattr(outer, how)()

    assert inner.is_cancelled
    assert isinstance(inner.reason(), Paused) == (how == "pause")
