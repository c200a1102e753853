"""Large inputs are not copied: what a pack's node changed is noticed, dropped and made again."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
import torch

from engine.cache import Cache
from engine.document import Document
from engine.engine import Engine
from engine.events import Event, Warned
from engine.registry import Registry
from engine.results import NodeResult
from engine.shielding import shield
from engine.spec import InputSpec, NodeSpec, OutputSpec
from tests.fakes import toy
from tests.graphs import Graphs

TIMEOUT_S = 20
WARNING = (
    'Pack "rough": node type "Change" changed its input "value" in place. '
    "The values are dropped and made again where others need them."
)


@pytest.fixture(autouse=True)
def nothing_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shield, "COPIED_BYTES", 0)
    monkeypatch.setattr(shield, "COPIED_PICTURE_BYTES", 0)


@pytest.fixture
def nodes(registry: Registry, calls: list[str]) -> Registry:
    """Return toy nodes: Make gives zeros, Pass the same tensor, Change adds 1 in place, Look
    shows."""

    def noted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(value: Any = None) -> Any:
            calls.append(name)
            return function(value)

        return call

    registry.add(
        toy("Make", noted("Make", lambda _: torch.zeros(2))),
        toy("Pass", noted("Pass", lambda value: value)),
        toy(
            "Change",
            noted("Change", lambda value: value.add_(1)),
            source="rough",
            is_output=True,  # so that it comes before what is linked after it
        ),
        toy(
            "Look",
            noted("Look", lambda value: NodeResult(ui={"sum": [value.sum().item()]})),
            outputs=(),
            is_output=True,
        ),
    )
    return registry


def change_and_look(*, way: str = "Make") -> Document:
    """Return a graph where Change and Look have one upstream, and Change comes first."""
    g = Graphs()
    made = g.node("Make", at="make")
    if way == "Pass":
        made = g.node("Pass", at="pass", value=made)
    g.node("Change", at="change", value=made)
    g.node("Look", at="look", value=made)
    return g.document()


def run(engine: Engine, document: Document, *targets: str) -> tuple[Any, list[str]]:
    events: list[Event] = []
    report = engine.run(document, targets=targets or None, on_event=events.append)
    assert report.error is None, report.error.message
    return report, [event.message for event in events if isinstance(event, Warned)]


@pytest.mark.usefixtures("nodes")
def test_node_that_has_not_started_gets_the_value_made_again(engine: Engine, calls: list[str]):
    report, told = run(engine, change_and_look(), "look", "change")

    assert report.ui == {"look": {"sum": [0.0]}}
    assert calls == ["Make", "Change", "Make", "Look"]
    assert told == [WARNING]


@pytest.mark.usefixtures("nodes")
def test_what_nobody_else_needs_is_not_made_again(engine: Engine, calls: list[str]):
    run(engine, change_and_look(), "change")

    assert calls == ["Make", "Change"]


@pytest.mark.usefixtures("nodes")
def test_changed_value_is_not_reused_by_a_later_run(engine: Engine, calls: list[str]):
    run(engine, change_and_look(), "change")
    calls.clear()

    report, _ = run(engine, change_and_look(), "look")

    assert report.ui == {"look": {"sum": [0.0]}}
    assert calls == ["Make", "Look"]


@pytest.mark.usefixtures("nodes")
def test_result_of_the_node_that_changed_is_kept(engine: Engine, calls: list[str]):
    run(engine, change_and_look(), "change")
    calls.clear()

    run(engine, change_and_look(), "change")

    assert calls == []


@pytest.mark.usefixtures("nodes")
def test_damage_goes_through_a_node_that_passed_the_value_on(engine: Engine, calls: list[str]):
    report, _ = run(engine, change_and_look(way="Pass"), "look", "change")

    assert report.ui == {"look": {"sum": [0.0]}}
    assert calls == ["Make", "Pass", "Change", "Make", "Pass", "Look"]


@pytest.mark.usefixtures("nodes")
def test_value_that_was_read_before_is_dropped_with_all_that_share_it(
    engine: Engine, calls: list[str]
):
    run(engine, change_and_look(way="Pass"), "look")

    run(engine, change_and_look(way="Pass"), "change")
    calls.clear()
    run(engine, change_and_look(way="Pass"), "pass")

    assert calls == ["Make", "Pass"]


@pytest.mark.usefixtures("nodes")
def test_node_type_that_changed_once_gets_copies_from_then_on(engine: Engine, calls: list[str]):
    run(engine, change_and_look(), "look", "change")
    g = Graphs()
    made = g.node("Make", at="make")
    g.node("Change", at="again", value=g.node("Pass", value=g.node("Pass", value=made)))
    calls.clear()

    _, told = run(engine, g.document(), "again")

    assert calls == ["Pass", "Pass", "Change"]
    assert "worked on a copy" in told[0]


def test_exposed_value_is_made_again(engine: Engine, nodes: Registry):
    g = Graphs()
    made = g.node("Make")
    g.node("Change", at="change", value=made)

    report, _ = run(engine, g.document(made=made), "change")

    assert report.outputs["made"][0].tolist() == [0, 0]
    assert nodes.get("Make") is not None


def test_value_is_dropped_if_the_node_then_fails(engine: Engine, nodes: Registry, calls: list[str]):
    def fail(value: Any) -> None:
        value.add_(1)
        raise ValueError

    nodes.add(toy("Fail2", fail, source="rough"))
    g = Graphs()
    made = g.node("Make", at="make")
    g.node("Fail2", at="fail", value=made)
    assert engine.run(g.document(), targets=["fail"]).error is not None
    calls.clear()

    run(engine, change_and_look(), "look")

    assert calls == ["Make", "Look"]


@pytest.mark.parametrize("kind", ["IMAGE", "MASK", "*", "LATENT,IMAGE"])
@pytest.mark.parametrize("way", ["data", "numpy"])
def test_write_past_the_version_counter_is_noticed_in_pictures(
    engine: Engine, nodes: Registry, kind: str, way: str
):
    def change(value: torch.Tensor) -> None:
        if way == "data":
            value.data[0] = 1
        else:
            value.numpy()[0] = 1

    inputs, outputs = (InputSpec("value", kind),), (OutputSpec("out", "*"),)
    nodes.add(NodeSpec("Change2", change, inputs, outputs, source="rough"))
    g = Graphs()
    made = g.node("Make", at="make")
    g.node("Change2", at="change", value=made)
    g.node("Look", at="look", value=made)

    report, told = run(engine, g.document(), "look", "change")

    assert report.ui["look"] == {"sum": [0.0]}
    assert len(told) == 1


def test_other_large_tensors_are_told_apart_by_their_version(engine: Engine, nodes: Registry):
    inputs, outputs = (InputSpec("value", "LATENT"),), (OutputSpec("out", "*"),)
    nodes.add(
        NodeSpec("Change2", lambda value: value["samples"].add_(1), inputs, outputs, source="p"),
        toy("MakeDict", lambda: {"samples": torch.zeros(2)}),
    )
    g = Graphs()
    made = g.node("MakeDict", at="make")
    g.node("Change2", at="change", value=made)

    report, told = run(engine, g.document(made=made), "change")

    assert report.outputs["made"][0]["samples"].tolist() == [0, 0]
    assert len(told) == 1


def test_value_that_was_changed_while_it_went_to_the_disk_is_dropped_there(
    make_engine: Callable[..., Engine], nodes: Registry, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Cache, "is_worth_disk", lambda *_: True)
    run(make_engine(cache_disk_bytes=10**6), change_and_look(), "change")

    report, _ = run(make_engine(cache_disk_bytes=10**6), change_and_look(), "make", "look")

    assert report.ui == {"look": {"sum": [0.0]}}
    assert "make" in report.ran
    assert nodes.get("Make") is not None


def test_value_that_the_disk_had_before_is_read_again(
    make_engine: Callable[..., Engine],
    nodes: Registry,
    calls: list[str],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(Cache, "is_worth_disk", lambda *_: True)
    run(make_engine(cache_disk_bytes=10**6), change_and_look(), "make")

    report, _ = run(make_engine(cache_disk_bytes=10**6), change_and_look(), "look", "change")

    assert report.ui == {"look": {"sum": [0.0]}}
    assert calls.count("Make") == 1
    assert nodes.get("Make") is not None


def test_node_that_read_the_value_meanwhile_begins_anew(engine: Engine, nodes: Registry):
    is_changed, is_reading = threading.Event(), threading.Event()

    def change(value: torch.Tensor) -> None:
        is_reading.wait(TIMEOUT_S)
        value.add_(1)
        is_changed.set()

    def read(value: torch.Tensor) -> NodeResult:
        is_reading.set()
        is_changed.wait(TIMEOUT_S)
        return NodeResult(ui={"sum": [value.sum().item()]})

    nodes.add(
        toy("Change2", change, source="rough", lane="cpu"),
        toy("Read", read, outputs=(), is_output=True, lane="io"),
    )
    g = Graphs()
    made = g.node("Make", at="make")
    g.node("Change2", at="change", value=made)
    g.node("Read", at="read", value=made)

    report, _ = run(engine, g.document(), "change", "read")

    assert report.ui == {"read": {"sum": [0.0]}}


def test_another_job_that_holds_the_value_has_it_made_again(engine: Engine, nodes: Registry):
    is_held, is_changed = threading.Event(), threading.Event()

    def hold() -> int:
        is_held.set()
        is_changed.wait(TIMEOUT_S)
        return 1

    nodes.add(
        toy("Hold", hold, lane="io"),
        toy(
            "Both",
            lambda value, other: NodeResult(ui={"sum": [value.sum().item()]}),
            outputs=(),
            is_output=True,
        ),
    )
    g = Graphs()
    g.node("Both", at="both", value=g.node("Make"), other=g.node("Hold"))
    reports: list[Any] = []
    other = threading.Thread(target=lambda: reports.append(engine.run(g.document())))
    other.start()
    assert is_held.wait(TIMEOUT_S)
    run(engine, change_and_look(), "change")

    is_changed.set()
    other.join(TIMEOUT_S)

    assert reports[0].ui == {"both": {"sum": [0.0]}}
