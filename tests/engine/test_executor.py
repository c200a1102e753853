import asyncio
import gc
import queue
import threading
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from engine.context import Cancellation, Context
from engine.engine import Engine
from engine.errors import CycleFound, Interrupted, InvalidGraph, NodeError, OutOfMemory
from engine.events import Event, NodeFailed, NodeFinished, NodeReused, NodeStarted, Warned
from engine.registry import Registry
from engine.results import Blocker, NodeResult
from tests.fakes import Link, NewNode, expansion, toy
from tests.graphs import Graphs, chain

TIMEOUT_S = 20


def diamond(first: int = 1, left: int = 10, right: int = 100) -> Any:
    g = Graphs()
    top = g.node("Number", at="top", value=first)
    a = g.node("Add", at="left", a=top, b=left)
    b = g.node("Add", at="right", a=top, b=right)
    g.node("Show", at="show", value=g.node("Add", at="join", a=a, b=b))
    return g.document()


def test_first_run_calls_every_node_once(engine: Engine, calls: list[str]):
    report = engine.run(diamond())

    assert sorted(report.ran) == ["join", "left", "right", "show", "top"]
    assert len(calls) == 5


def test_outputs_that_the_document_exposes_are_handed_out(engine: Engine):
    assert engine.run(chain(3)).outputs == {"result": [4]}


def test_what_an_output_node_shows_is_in_the_report(engine: Engine):
    assert engine.run(chain(3)).ui == {"show": {"text": ["4"]}}


def test_identical_second_run_calls_nothing(engine: Engine, calls: list[str]):
    engine.run(diamond())
    calls.clear()

    report = engine.run(diamond())

    assert calls == []
    assert report.reused == {"show"}
    assert report.ui == {"show": {"text": ["112"]}}


def test_changing_a_value_reruns_only_what_depends_on_it(engine: Engine):
    engine.run(diamond())

    report = engine.run(diamond(left=11))

    assert set(report.ran) == {"left", "join", "show"}
    assert report.reused == {"top", "right"}


def test_changing_back_reruns_nothing(engine: Engine, calls: list[str]):
    engine.run(diamond())
    engine.run(diamond(left=11))
    calls.clear()

    engine.run(diamond())

    assert calls == []


def test_same_content_under_other_ids_is_reused(engine: Engine):
    engine.run(diamond())
    g = Graphs()
    g.node("Show", at="z", value=g.node("Add", at="y", a=g.node("Number", at="x", value=1), b=10))

    report = engine.run(g.document())

    assert report.ran == ["z"]
    assert report.reused == {"y"}


def test_node_that_no_target_needs_does_not_run(engine: Engine, calls: list[str]):
    g = Graphs()
    g.node("Fail")
    g.node("Show", value=g.node("Number"))

    assert engine.run(g.document()).error is None
    assert calls == ["Number", "Show"]


def test_targets_limit_the_run(engine: Engine):
    report = engine.run(diamond(), targets=["left"])

    assert report.ran == ["top", "left"]


def test_output_nodes_run_before_other_ready_nodes(engine: Engine, registry: Registry):
    g = Graphs()
    first = g.node("Number", at="first")
    for index in range(3):
        first = g.node("Add", at=f"deep{index}", a=first, b=1)
    g.node("Show", at="last", value=first)
    g.node("Show", at="early", value=g.node("Number", at="quick", value=5))

    ran = engine.run(g.document()).ran

    assert ran.index("early") < ran.index("deep1")


def test_two_owners_never_share_an_output_node(engine: Engine):
    engine.run(chain(1), owner="ada")

    report = engine.run(chain(1), owner="bob")

    assert report.ran == ["show"]


def test_document_that_cannot_run_calls_nothing(engine: Engine, calls: list[str]):
    g = Graphs()
    g.node("Show", value=g.node("Number", value=1))
    g.node("Show", value=g.node("Number", value="seven"))

    with pytest.raises(InvalidGraph):
        engine.run(g.document())
    assert calls == []


# failures


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


# cancelling


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


# lazy inputs


def lazily(on: bool) -> Any:
    g = Graphs()
    left = g.node("Add", at="yes", a=g.node("Number", at="one", value=1), b=1)
    right = g.node("Add", at="no", a=g.node("Number", at="two", value=2), b=2)
    chosen = g.node("Switch", at="switch", on=on, if_true=left, if_false=right)
    g.node("Show", at="show", value=chosen)
    return g.document()


def test_only_the_lazy_input_that_is_asked_for_is_made(engine: Engine):
    report = engine.run(lazily(on=True))

    assert report.ran == ["one", "yes", "switch", "show"]
    assert report.ui["show"]["text"] == ["2"]


def test_lazy_input_may_depend_on_a_linked_choice(engine: Engine, registry: Registry):
    g = Graphs()
    no = g.node("Number", at="no", value=7)
    registry.add(toy("Never", lambda: False, outputs=("BOOLEAN",)))
    on = g.node("Never")
    chosen = g.node("Switch", on=on, if_true=g.node("Fail"), if_false=no)
    g.node("Show", at="show", value=chosen)

    report = engine.run(g.document())

    assert report.ui["show"]["text"] == ["7"]


def test_lazy_inputs_are_asked_for_until_none_is_named(engine: Engine, registry: Registry):
    def wanted(a: Any = None, b: Any = None) -> list[str]:
        return ["a"] if a is None else ["b"]

    registry.add(toy("Both", lambda a, b: a + b, lazy=("a", "b"), check_lazy=wanted))
    g = Graphs()
    both = g.node("Both", a=g.node("Number", value=1), b=g.node("Number", value=2))

    assert engine.run(g.document(result=both)).outputs == {"result": [3]}


def test_lazy_inputs_without_a_check_stay_empty(engine: Engine, registry: Registry):
    registry.add(toy("Loose", lambda a: a, lazy=("a",)))
    g = Graphs()
    loose = g.node("Loose", a=g.node("Fail"))

    assert engine.run(g.document(result=loose)).outputs == {"result": [None]}


def test_raw_link_is_not_evaluated(engine: Engine, registry: Registry, calls: list[str]):
    registry.add(toy("Peek", lambda a: str(a), raw=("a",)))
    g = Graphs()
    peek = g.node("Peek", a=g.node("Number", at="src")[0])

    report = engine.run(g.document(result=peek))

    assert report.outputs == {"result": [str(Link("src", 0))]}
    assert calls == []


# blockers


def blocked(message: str = "") -> Any:
    g = Graphs()
    stop = g.node("Block", at="block", value=1, message=message)
    g.node("Show", at="show", value=g.node("Add", at="add", a=stop))
    return g.document()


def test_nodes_below_a_blocker_are_not_called(engine: Engine, calls: list[str]):
    report = engine.run(blocked())

    assert calls == ["Block"]
    assert report.blocked == {"add", "show"}
    assert report.ran == ["block"]
    assert report.error is None


def test_blocker_without_a_message_is_silent(engine: Engine):
    events: list[Event] = []

    engine.run(blocked(), on_event=events.append)

    assert not [event for event in events if isinstance(event, Warned)]


def test_message_of_a_blocker_is_told_once_at_its_first_user(engine: Engine):
    events: list[Event] = []

    engine.run(blocked("not today"), on_event=events.append)

    warned = [event for event in events if isinstance(event, Warned)]
    assert warned == [Warned("add", "Blocked: not today")]


def test_only_the_places_of_a_list_that_are_blocked_are_left_out(
    engine: Engine, registry: Registry
):
    registry.add(toy("Some", lambda: [1, Blocker(), 3], outputs=("list:INT",)))
    g = Graphs()
    added = g.node("Add", at="add", a=g.node("Some"), b=10)

    values = engine.run(g.document(result=added)).outputs["result"]

    assert [values[0], values[2]] == [11, 13]
    assert isinstance(values[1], Blocker)


def test_node_that_was_called_for_some_places_counts_as_run(engine: Engine, registry: Registry):
    registry.add(toy("Some", lambda: [1, Blocker()], outputs=("list:INT",)))
    g = Graphs()

    report = engine.run(g.document(result=g.node("Add", at="add", a=g.node("Some"))))

    assert "add" in report.ran
    assert "add" not in report.blocked


def test_blocker_in_place_of_all_outputs(engine: Engine, registry: Registry):
    registry.add(toy("Wall", lambda: Blocker(), outputs=("INT", "INT")))
    g = Graphs()
    wall = g.node("Wall")
    g.node("Show", at="a", value=wall[0])
    g.node("Show", at="b", value=wall[1])

    assert engine.run(g.document()).blocked == {"a", "b"}


# async nodes


def test_async_nodes_wait_side_by_side(engine: Engine, registry: Registry):
    meeting = threading.Barrier(2, timeout=TIMEOUT_S)

    async def meet(name: str) -> str:
        await asyncio.get_running_loop().run_in_executor(None, meeting.wait)
        return name

    registry.add(toy("Meet", meet), toy("Pair", lambda a, b: a + b))
    g = Graphs()
    pair = g.node("Pair", a=g.node("Meet", name="a"), b=g.node("Meet", name="b"))

    assert engine.run(g.document(result=pair)).outputs == {"result": ["ab"]}


def test_other_nodes_run_while_an_async_node_waits(engine: Engine, registry: Registry):
    shown = threading.Event()

    async def wait_for_show() -> bool:
        return await asyncio.get_running_loop().run_in_executor(None, shown.wait, TIMEOUT_S)

    registry.add(toy("Wait", wait_for_show))
    registry.add(toy("Tell", shown.set, is_output=True))
    g = Graphs()
    waited = g.node("Wait")
    g.node("Tell")

    assert engine.run(g.document(result=waited)).outputs == {"result": [True]}


def test_independent_nodes_of_the_cpu_lane_run_side_by_side(engine: Engine, registry: Registry):
    meeting = threading.Barrier(2, timeout=TIMEOUT_S)

    def meet(name: str) -> str:
        meeting.wait()
        return name

    registry.add(toy("Meet", meet, lane="cpu"), toy("Pair", lambda a, b: a + b))
    g = Graphs()
    pair = g.node("Pair", a=g.node("Meet", name="a"), b=g.node("Meet", name="b"))

    assert engine.run(g.document(result=pair)).outputs == {"result": ["ab"]}


def test_async_node_is_mapped_over_a_list(engine: Engine, registry: Registry):
    async def double(value: int) -> int:
        return 2 * value

    registry.add(toy("Double", double))
    g = Graphs()
    doubled = g.node("Double", value=g.node("Count", times=3))

    assert engine.run(g.document(result=doubled)).outputs == {"result": [0, 2, 4]}


# expansion


def grow(unique_id: str, value: int) -> NodeResult:
    inner = f"{unique_id}.a"
    return expansion(
        [Link(f"{unique_id}.b", 0)],
        **{
            inner: NewNode("Number", {"value": value}),
            f"{unique_id}.b": NewNode("Add", {"a": Link(inner, 0), "b": 5}),
        },
    )


GROW = toy("Grow", grow, hidden={"unique_id": "unique_id"})


def test_expansion_stands_for_the_node(engine: Engine, registry: Registry):
    registry.add(GROW)
    g = Graphs()
    grown = g.node("Grow", at="g", value=2)

    report = engine.run(g.document(result=grown))

    assert report.outputs == {"result": [7]}
    assert report.ran == ["g.a", "g.b", "g"]


def test_expanded_node_is_not_expanded_again(engine: Engine, registry: Registry):
    registry.add(GROW)
    g = Graphs()
    document = g.document(result=g.node("Grow", at="g", value=2))
    engine.run(document)

    assert engine.run(document).reused == {"g"}


def test_expansion_may_use_nodes_of_the_document(engine: Engine, registry: Registry):
    def more(unique_id: str, value: Any) -> NodeResult:
        return expansion(
            [Link(f"{unique_id}.x", 0)],
            **{f"{unique_id}.x": NewNode("Add", {"a": Link(value.node, value.output), "b": 1})},
        )

    registry.add(toy("More", more, hidden={"unique_id": "unique_id"}, raw=("value",)))
    g = Graphs()
    result = g.node("More", value=g.node("Number", value=4))

    assert engine.run(g.document(result=result)).outputs == {"result": [5]}


def test_expansion_may_give_plain_values_too(engine: Engine, registry: Registry):
    def both(unique_id: str) -> NodeResult:
        key = f"{unique_id}.x"
        return expansion([Link(key, 0), 9], **{key: NewNode("Number", {"value": 1})})

    registry.add(toy("Both", both, outputs=("INT", "INT"), hidden={"unique_id": "unique_id"}))
    g = Graphs()
    pair = g.node("Both")

    report = engine.run(g.document(first=pair[0], second=pair[1]))

    assert report.outputs == {"first": [1], "second": [9]}


def test_expansion_may_expand(engine: Engine, registry: Registry):
    def tower(unique_id: str, height: int) -> NodeResult:
        inner = NewNode("Tower", {"height": height - 1}) if height else NewNode("Number")
        key = f"{unique_id}.t"
        return expansion(
            [Link(f"{unique_id}.s", 0)],
            **{key: inner, f"{unique_id}.s": NewNode("Add", {"a": Link(key, 0), "b": 1})},
        )

    registry.add(toy("Tower", tower, hidden={"unique_id": "unique_id"}))
    g = Graphs()

    report = engine.run(g.document(result=g.node("Tower", height=3)))

    assert report.outputs == {"result": [4]}


def test_list_of_expansions_is_collected(engine: Engine, registry: Registry):
    def each(unique_id: str, value: int) -> NodeResult:
        key = f"{unique_id}.{value}"
        return expansion([Link(key, 0)], **{key: NewNode("Number", {"value": value * 10})})

    registry.add(toy("Each", each, hidden={"unique_id": "unique_id"}))
    g = Graphs()
    result = g.node("Each", value=g.node("Count", times=3))

    assert engine.run(g.document(result=result)).outputs == {"result": [0, 10, 20]}


def showing(unique_id: str) -> NodeResult:
    number, shown = f"{unique_id}.n", f"{unique_id}.show"
    return expansion(
        [Link(number, 0)],
        **{
            number: NewNode("Number", {"value": 3}),
            shown: NewNode("Show", {"value": Link(number, 0)}),
        },
    )


SHOWING = toy("Showing", showing, hidden={"unique_id": "unique_id"})


def test_output_nodes_of_an_expansion_run(engine: Engine, registry: Registry):
    registry.add(SHOWING)
    g = Graphs()
    result = g.node("Showing", at="s")

    assert engine.run(g.document(result=result)).ui == {"s.show": {"text": ["3"]}}


def test_what_an_expansion_showed_is_shown_again(engine: Engine, registry: Registry):
    registry.add(SHOWING)
    g = Graphs()
    document = g.document(result=g.node("Showing", at="s"))
    engine.run(document)

    assert engine.run(document).ui == {"s.show": {"text": ["3"]}}


def test_output_nodes_of_a_nested_expansion_run_for_each_owner(engine: Engine, registry: Registry):
    def wrap(unique_id: str) -> NodeResult:
        key = f"{unique_id}.inner"
        return expansion([Link(key, 0)], **{key: NewNode("Showing")})

    registry.add(SHOWING, toy("Wrap", wrap, hidden={"unique_id": "unique_id"}))
    g = Graphs()
    document = g.document(result=g.node("Wrap", at="w"))
    engine.run(document, owner="ada")

    report = engine.run(document, owner="bob")

    assert "w.inner.show" in report.ran


def test_expanded_nodes_are_shown_at_the_node_that_expanded(engine: Engine, registry: Registry):
    events: list[Event] = []
    registry.add(GROW)
    g = Graphs()

    engine.run(g.document(result=g.node("Grow", at="g", value=1)), on_event=events.append)

    assert {event.node_id for event in events if isinstance(event, NodeStarted)} == {"g"}


def test_id_that_an_expansion_takes_twice_is_an_error(engine: Engine, registry: Registry):
    registry.add(toy("Clash", lambda: expansion([1], other=NewNode("Number"))))
    g = Graphs()
    g.node("Show", value=g.node("Number", at="other"))
    g.node("Show", value=g.node("Clash", at="clash"))

    error = engine.run(g.document()).error

    assert error is not None
    assert error.node_id == "clash"
    assert 'Node clash "Clash" expands to nodes whose ids are taken: other.' in error.message


def test_expansion_that_does_not_fit_is_an_error_of_its_node(engine: Engine, registry: Registry):
    registry.add(toy("Broken", lambda: expansion([1], x=NewNode("Show"), y=NewNode("Nothing"))))
    g = Graphs()
    g.node("Show", value=g.node("Broken", at="b"))

    error = engine.run(g.document()).error

    assert error is not None
    assert error.node_id == "b"
    assert 'Input "value" of node x "Show" is missing.' in error.message
    assert 'the type "Nothing", which nothing defines' in error.message


def test_result_of_an_expansion_that_is_nowhere_is_an_error(engine: Engine, registry: Registry):
    registry.add(toy("Lost", lambda: expansion([Link("gone", 0)], x=NewNode("Number"))))
    g = Graphs()
    g.node("Show", value=g.node("Lost", at="l"))

    error = engine.run(g.document()).error

    assert error is not None
    assert 'Node l "Lost" returns output 0 of node "gone", which is not there.' in error.message


def test_output_of_an_expansion_that_is_nowhere_is_an_error(engine: Engine, registry: Registry):
    registry.add(toy("Lost", lambda: expansion([Link("x", 4)], x=NewNode("Number"))))
    g = Graphs()
    g.node("Show", value=g.node("Lost", at="l"))

    error = engine.run(g.document()).error

    assert error is not None
    assert 'Node l "Lost" returns output 4 of node "x", which is not there.' in error.message


def test_cycle_that_an_expansion_makes_is_an_error(engine: Engine, registry: Registry):
    def loop(unique_id: str) -> NodeResult:
        key = f"{unique_id}.x"
        return expansion([Link(key, 0)], **{key: NewNode("Add", {"a": Link(unique_id, 0)})})

    registry.add(toy("Loop", loop, outputs=("INT",), hidden={"unique_id": "unique_id"}))
    g = Graphs()
    g.node("Show", at="show", value=g.node("Loop", at="loop"))

    error = engine.run(g.document()).error

    assert isinstance(error, CycleFound)
    assert "loop" in error.details["nodes"]
    assert "show" not in error.details["nodes"]


def test_expansion_may_use_a_node_whose_result_was_given_up(engine: Engine, registry: Registry):
    def late(unique_id: str, trigger: int) -> NodeResult:
        key = f"{unique_id}.x"
        return expansion([Link(key, 0)], **{key: NewNode("Add", {"a": Link("early", 0)})})

    registry.add(toy("Late", late, hidden={"unique_id": "unique_id"}))
    g = Graphs()
    early = g.node("Number", at="early", value=6)
    result = g.node("Late", trigger=g.node("Add", a=g.node("Add", a=early)))

    assert engine.run(g.document(result=result)).outputs == {"result": [6]}


# facts beside the signature


def test_hidden_inputs_are_filled(engine: Engine, registry: Registry):
    seen: dict[str, Any] = {}

    def look(ctx: Context, me: str, prompt: Any, info: Any, graph: Any) -> int:
        seen.update(ctx=ctx, me=me, prompt=prompt, info=info, graph=graph)
        return 1

    hidden = {
        "ctx": "context",
        "me": "unique_id",
        "prompt": "prompt",
        "info": "extra_pnginfo",
        "graph": "dynprompt",
    }
    registry.add(toy("Look", look, hidden=hidden))
    g = Graphs()

    engine.run(g.document(result=g.node("Look", at="here")))

    assert seen["me"] == "here"
    assert seen["ctx"].node_id == "here"
    assert seen["prompt"]["here"]["class_type"] == "Look"
    assert seen["info"]["sfumato"]["format"] == "sfumato"
    assert "here" in seen["graph"]


def test_node_that_knows_its_id_is_not_shared(engine: Engine, registry: Registry):
    registry.add(toy("Me", lambda me: me, hidden={"me": "unique_id"}))
    g = Graphs()

    report = engine.run(g.document(a=g.node("Me", at="a"), b=g.node("Me", at="b")))

    assert report.outputs == {"a": ["a"], "b": ["b"]}


class Counter:
    """Counts how often it was called."""

    def __init__(self) -> None:
        self.times = 0

    def tick(self, step: int) -> int:
        self.times += step
        return self.times


def test_instance_is_kept_by_node_id_between_runs(engine: Engine, registry: Registry):
    registry.add(toy("Tick", Counter.tick, instance_of=Counter, is_idempotent=False))
    g, other = Graphs(), Graphs()
    engine.run(g.document(result=g.node("Tick", at="t", step=1)))

    report = engine.run(other.document(result=other.node("Tick", at="t", step=10)))

    assert report.outputs == {"result": [11]}


def test_other_node_has_another_instance(engine: Engine, registry: Registry):
    registry.add(toy("Tick", Counter.tick, instance_of=Counter, is_idempotent=False))
    g = Graphs()

    report = engine.run(g.document(a=g.node("Tick", step=1), b=g.node("Tick", step=1)))

    assert report.outputs == {"a": [1], "b": [1]}


def test_node_that_is_not_idempotent_is_called_for_each_of_two_equals(
    engine: Engine, registry: Registry
):
    times: list[int] = []
    registry.add(toy("Once", lambda: times.append(1), is_idempotent=False))
    g = Graphs()

    engine.run(g.document(a=g.node("Once"), b=g.node("Once")))

    assert len(times) == 2


def test_fingerprint_that_changes_runs_the_node_again(engine: Engine, registry: Registry):
    current = [1]
    registry.add(toy("Clock", lambda: current[0], fingerprint=lambda: current[0]))
    g = Graphs()
    document = g.document(result=g.node("Clock", at="clock"))
    engine.run(document)
    current[0] = 2

    assert engine.run(document).ran == ["clock"]


def test_fingerprint_that_stays_reuses_the_node(engine: Engine, registry: Registry):
    registry.add(toy("Clock", lambda: 1, fingerprint=lambda: "same"))
    g = Graphs()
    document = g.document(result=g.node("Clock", at="clock"))
    engine.run(document)

    assert engine.run(document).reused == {"clock"}


def test_fingerprint_gets_constants_and_nothing_for_links(engine: Engine, registry: Registry):
    seen: list[dict[str, Any]] = []

    def note(**given: Any) -> int:
        seen.append(given)
        return 0

    registry.add(toy("Noted", lambda a, b: a + b, fingerprint=note))
    g = Graphs()

    engine.run(g.document(result=g.node("Noted", a=g.node("Number", value=1), b=2)))

    assert seen == [{"a": None, "b": 2}]


def test_fingerprint_that_raises_means_run_again(engine: Engine, registry: Registry):
    def broken() -> int:
        raise OSError("the disk is gone")

    registry.add(toy("Odd", lambda: 1, fingerprint=broken))
    g = Graphs()
    document = g.document(result=g.node("Odd", at="odd"))
    engine.run(document)

    assert engine.run(document).ran == ["odd"]


def test_validate_keeps_a_document_from_running(engine: Engine, registry: Registry):
    registry.add(
        toy(
            "Even",
            lambda value: value,
            validate=lambda value: value % 2 == 0 or f"{value} is odd.",
            validates=frozenset({"value"}),
        )
    )
    g = Graphs()
    g.node("Show", value=g.node("Even", at="e", value=3))

    with pytest.raises(InvalidGraph, match=r'Node e "Even" does not accept its inputs: 3 is odd.'):
        engine.run(g.document())


# results on disk and output files


@pytest.fixture
def keeps_all_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.cache.OPEN_S", -1.0)


@pytest.mark.usefixtures("keeps_all_on_disk")
def test_second_engine_reuses_what_the_first_wrote(
    make_engine: Callable[..., Engine], calls: list[str]
):
    make_engine(cache_disk_bytes=2**20).run(diamond())
    calls.clear()

    report = make_engine(cache_disk_bytes=2**20).run(diamond())

    assert calls == []
    assert report.ui == {"show": {"text": ["112"]}}


@pytest.mark.usefixtures("keeps_all_on_disk")
def test_damaged_result_on_disk_is_made_again(make_engine: Callable[..., Engine], calls: list[str]):
    first = make_engine(cache_disk_bytes=2**20)
    first.run(chain(2))
    for path in (first.folders.cache / "results").iterdir():
        path.write_bytes(path.read_bytes()[:-1])
    calls.clear()

    report = make_engine(cache_disk_bytes=2**20).run(chain(2))

    assert report.outputs == {"result": [3]}
    assert report.error is None
    assert len(calls) == 4


def saving(registry: Registry) -> Any:
    def save(ctx: Context, value: int) -> NodeResult:
        path = ctx.folders.base / "saved.txt"
        path.write_text(str(value))
        ctx.wrote(path)
        return NodeResult(ui={"text": ["saved"]})

    registry.add(toy("Save", save, outputs=(), is_output=True, hidden={"ctx": "context"}))
    g = Graphs()
    g.node("Save", at="save", value=g.node("Number", value=1))
    return g.document()


def test_output_node_is_reused_while_its_file_stands(engine: Engine, registry: Registry):
    document = saving(registry)
    engine.run(document)

    assert engine.run(document).reused == {"save"}


def test_output_node_runs_again_when_its_file_is_gone(engine: Engine, registry: Registry):
    document = saving(registry)
    engine.run(document)
    (engine.folders.base / "saved.txt").unlink()

    report = engine.run(document)

    assert report.ran == ["save"]
    assert (engine.folders.base / "saved.txt").exists()


def test_output_node_runs_again_when_its_file_has_another_size(engine: Engine, registry: Registry):
    document = saving(registry)
    engine.run(document)
    (engine.folders.base / "saved.txt").write_text("other")

    assert engine.run(document).ran == ["save"]


def test_file_that_changes_while_a_node_reads_it_is_not_remembered(
    engine: Engine, registry: Registry
):
    path = engine.folders.base / "in.txt"
    registry.add(_reader(lambda: path.write_text("later, and longer")))
    path.write_text("now")
    g = Graphs()
    document = g.document(result=g.node("Read", at="read", name="in.txt"))
    engine.run(document)
    path.write_text("now")

    assert engine.run(document).ran == ["read"]


def test_file_that_vanishes_while_a_node_reads_it_is_no_failure(engine: Engine, registry: Registry):
    path = engine.folders.base / "in.txt"
    registry.add(_reader(path.unlink))
    path.write_text("now")
    g = Graphs()

    report = engine.run(g.document(result=g.node("Read", at="read", name="in.txt")))

    assert report.error is None


def _reader(meanwhile: Callable[[], Any]) -> Any:
    from dataclasses import replace

    from engine.spec import InputSpec
    from engine.widgets import Prompt

    def read(name: str) -> str:
        meanwhile()
        return name

    widget = Prompt(find=lambda text, folders: [folders.base / text])
    spec = toy("Read", read)
    return replace(spec, inputs=(InputSpec("name", "STRING", widget, reads_files=True),))


# events


def test_events_tell_start_finish_and_reuse(engine: Engine):
    events: list[Event] = []
    engine.run(diamond())

    engine.run(diamond(right=101), on_event=events.append)

    told = [(type(event), getattr(event, "node_id", "")) for event in events]
    assert (NodeReused, "left") in told
    assert told.index((NodeStarted, "join")) < told.index((NodeFinished, "join"))


def test_results_that_nothing_uses_any_more_are_given_up(engine: Engine, registry: Registry):
    class Big:
        pass

    made: list[weakref.ref[Big]] = []
    alive: list[bool] = []

    def make() -> Big:
        big = Big()
        made.append(weakref.ref(big))
        return big

    def look(value: int) -> int:
        gc.collect()
        alive.append(made[0]() is not None)
        return value

    registry.add(
        toy("Make", make, fingerprint=lambda: float("nan")),
        toy("Use", lambda big: 1),
        toy("Look", look),
    )
    g = Graphs()
    used = g.node("Use", big=g.node("Make"))
    result = g.node("Look", value=g.node("Add", a=used))

    engine.run(g.document(result=result))

    assert alive == [False]


# size


@pytest.mark.slow
def test_chain_of_a_hundred_thousand_nodes_runs(engine: Engine):
    assert engine.run(chain(100_000)).outputs == {"result": [100_001]}
