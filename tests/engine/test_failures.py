import asyncio

import pytest

from engine.context import Cancellation
from engine.engine import Engine
from engine.errors import NodeError, OutOfMemory
from engine.events import Event, NodeFailed
from engine.registry import Registry
from tests.fakes import toy
from tests.graphs import Graphs

TIMEOUT_S = 20


def test_failure_names_the_node_and_its_cause(engine: Engine):
    g = Graphs()
    g.node("Show", value=g.node("Fail", at="bad", value=3))

    error = engine.run(g.document()).error

    assert isinstance(error, NodeError)
    assert error.node_id == "bad"
    assert error.message == 'Node bad "Fail" failed: ValueError: no 3'
    assert isinstance(error.__cause__, ValueError)


def test_failure_stops_what_has_not_started(engine: Engine, calls: list[str]):
    g = Graphs()
    g.node("Show", value=g.node("Add", a=g.node("Fail")))

    engine.run(g.document())

    assert calls == ["Fail"]


def test_failure_is_told_as_an_event(engine: Engine):
    events: list[Event] = []
    g = Graphs()
    g.node("Show", value=g.node("Fail", at="bad"))

    engine.run(g.document(), on_event=events.append)

    failed = [event for event in events if isinstance(event, NodeFailed)]
    assert [event.node_id for event in failed] == ["bad"]


def test_failure_leaves_the_callers_cancellation_alone(engine: Engine):
    cancellation = Cancellation()
    g = Graphs()
    g.node("Show", value=g.node("Fail"))

    engine.run(g.document(), cancellation=cancellation)

    assert not cancellation.is_cancelled


def test_what_was_done_before_a_failure_is_kept(engine: Engine):
    g = Graphs()
    g.node("Show", value=g.node("Fail", value=g.node("Number", at="good", value=4)))
    engine.run(g.document())

    assert engine.run(g.document()).reused == {"good"}


@pytest.mark.parametrize("lane", ["inline", "cpu", "io", "device"])
def test_system_exit_of_a_node_is_its_failure(engine: Engine, registry: Registry, lane: str):
    def leave() -> int:
        raise SystemExit(1)

    registry.add(toy("Leave", leave, lane=lane))
    g = Graphs()
    g.node("Show", value=g.node("Leave", at="pack"))

    error = engine.run(g.document()).error

    assert isinstance(error, NodeError)
    assert error.message == 'Node pack "Leave" tried to end the program. Its pack must not do that.'


def test_system_exit_of_an_async_node_is_its_failure(engine: Engine, registry: Registry):
    async def leave() -> int:
        raise SystemExit(1)

    registry.add(toy("Leave", leave))
    g = Graphs()
    g.node("Show", value=g.node("Leave", at="pack"))

    error = engine.run(g.document()).error

    assert error is not None
    assert error.node_id == "pack"


def test_async_nodes_run_after_one_tried_to_end_the_program(engine: Engine, registry: Registry):
    async def leave() -> int:
        raise SystemExit(1)

    async def seven() -> int:
        return 7

    registry.add(toy("Leave", leave), toy("Seven", seven))
    bad, good = Graphs(), Graphs()
    bad.node("Show", value=bad.node("Leave"))
    engine.run(bad.document())

    report = engine.run(good.document(result=good.node("Seven")))

    assert report.outputs == {"result": [7]}


def test_async_node_that_is_cancelled_by_itself_fails(engine: Engine, registry: Registry):
    async def give_up() -> int:
        raise asyncio.CancelledError

    registry.add(toy("GiveUp", give_up))
    g = Graphs()
    g.node("Show", value=g.node("GiveUp", at="one"))

    error = engine.run(g.document()).error

    assert error is not None
    assert error.node_id == "one"


def test_memory_that_runs_out_is_told_with_what_helps(engine: Engine, registry: Registry):
    def greedy() -> int:
        raise MemoryError("no room for 9 GB")

    registry.add(toy("Greedy", greedy))
    g = Graphs()
    g.node("Show", value=g.node("Greedy"))

    error = engine.run(g.document()).error

    assert isinstance(error, OutOfMemory)
    assert "no room for 9 GB. Use a smaller picture" in error.message


def test_node_that_gives_too_few_values_is_named(engine: Engine, registry: Registry):
    registry.add(toy("Odd", lambda: (1,), outputs=("INT", "INT")))
    g = Graphs()
    g.node("Show", value=g.node("Odd", at="odd")[1])

    error = engine.run(g.document()).error

    assert error is not None
    assert error.message == 'Node odd "Odd": Node type "Odd" declares 2 outputs, but gave 1 values.'
