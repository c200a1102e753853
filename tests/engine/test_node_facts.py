from typing import Any

import pytest

from engine.context import Context
from engine.engine import Engine
from engine.errors import InvalidGraph
from engine.registry import Registry
from engine.running import instances
from tests.fakes import toy
from tests.graphs import Graphs


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
    assert [each["type"] for each in seen["info"]["workflow"]["nodes"]] == ["Look"]
    assert seen["graph"].has_node("here")


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


def test_the_instances_called_for_longest_ago_are_let_go(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(instances, "MOST", 2)
    kept = instances.Instances()
    first = kept.of("1", Counter)
    kept.of("2", Counter)
    kept.of("1", Counter)

    kept.of("3", Counter)

    assert len(kept) == 2
    assert kept.of("1", Counter) is first


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
