"""Any graph with nodes that spoil what they are given has the results of one without."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.engine import Engine
from engine.events import Event, Warned
from engine.registry import Registry
from engine.results import NodeResult
from engine.shielding import shield
from tests.fakes import NewNode, expansion, toy
from tests.graphs import Graphs, Ref

TIMEOUT_S = 20
#: A graph: for each node whether it is rude, and the nodes above it.
Shape = list[tuple[bool, list[int]]]


@pytest.fixture(autouse=True)
def nothing_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shield, "COPIED_BYTES", 0)
    monkeypatch.setattr(shield, "COPIED_PICTURE_BYTES", 0)


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    count = draw(st.integers(2, 9))
    return [
        (
            draw(st.booleans()),
            draw(st.lists(st.integers(0, index - 1), max_size=2, unique=True)) if index else [],
        )
        for index in range(count)
    ]


def rude(a: Any = None, b: Any = None, n: Any = 0) -> Any:
    given_tensors = [each for each in (a, b) if each is not None]
    total = torch.full((2,), float(n)) + sum(given_tensors)
    for each in given_tensors:
        each.zero_()
    return total


def kind(a: Any = None, b: Any = None, n: Any = 0) -> Any:
    return torch.full((2,), float(n)) + sum(each for each in (a, b) if each is not None)


def expected(shape: Shape) -> list[float]:
    values: list[float] = []
    for index, (_, above) in enumerate(shape):
        values.append(index + 1 + sum(values[each] for each in above))
    return values


@given(shapes())
@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_results_are_those_of_polite_nodes(make_engine: Callable[..., Engine], shape: Shape):
    engine = make_engine(cpu_threads=3)
    engine.registry.add(
        toy("Rude", rude, source="rough", lane="cpu"), toy("Kind", kind, lane="cpu")
    )
    g = Graphs()
    made: list[Ref] = []
    for index, (is_rude, above) in enumerate(shape):
        links = {name: made[each] for name, each in zip("ab", above, strict=False)}
        made.append(g.node("Rude" if is_rude else "Kind", n=index + 1, **links))
    outputs: dict[str, Any] = {f"out{index}": ref for index, ref in enumerate(made)}

    report = engine.run(g.document(**outputs), targets=[ref.id for ref in made])

    assert report.error is None
    assert [report.outputs[name][0][0].item() for name in outputs] == expected(shape)


def test_two_that_change_one_value_at_the_same_time_end(engine: Engine, registry: Registry):
    both = threading.Barrier(2)

    def change(value: torch.Tensor) -> float:
        if not both.broken:
            with suppress(threading.BrokenBarrierError):
                both.wait(1)
        value.add_(1)
        return value.sum().item()

    registry.add(
        toy("Make", lambda: torch.zeros(2)),
        toy("ChangeA", change, source="rough", lane="cpu"),
        toy("ChangeB", change, source="rough", lane="io"),
    )
    g = Graphs()
    made = g.node("Make")
    a, b = g.node("ChangeA", value=made), g.node("ChangeB", value=made)

    report = engine.run(g.document(a=a, b=b), targets=[a.id, b.id])

    assert report.outputs == {"a": [2.0], "b": [2.0]}


def test_node_that_expands_after_a_change_gets_a_good_value_for_its_result(
    engine: Engine, registry: Registry
):
    def change(value: torch.Tensor) -> NodeResult:
        value.add_(1)
        return expansion([shield_link("make")], more=NewNode("Number", {"value": 1}))

    def shield_link(node_id: str) -> Any:
        from engine.results import Link

        return Link(node_id, 0)

    registry.add(toy("Make", lambda: torch.zeros(2)), toy("Change", change, source="rough"))
    g = Graphs()
    out = g.node("Change", at="change", value=g.node("Make", at="make"))

    report = engine.run(g.document(out=out), targets=["change"])

    assert report.error is None
    assert report.outputs["out"][0].tolist() == [0, 0]


def test_large_array_is_told_apart_by_its_content(engine: Engine, registry: Registry):
    registry.add(
        toy("Make", lambda: np.zeros(3)),
        toy("Change", lambda value: value.fill(1), source="rough"),
    )
    g = Graphs()
    made = g.node("Make")
    g.node("Change", at="change", value=made)
    events: list[Event] = []

    report = engine.run(g.document(made=made), targets=["change"], on_event=events.append)

    assert report.outputs["made"][0].tolist() == [0, 0, 0]
    assert sum(isinstance(event, Warned) for event in events) == 1


@pytest.mark.parametrize(
    "value",
    [
        torch.zeros(2, 2).to_sparse(),
        torch.zeros(2, device="meta"),
        torch.zeros(0),
        torch.nn.Parameter(torch.zeros(2)),
        torch.zeros(1).expand(4),
        torch.zeros(2, dtype=torch.complex64).conj(),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        np.zeros((3, 3)).T[1:],
        np.array(3.0),
    ],
    ids=str,
)
@pytest.mark.parametrize("is_large", [True, False])
def test_odd_tensors_and_arrays_go_through(
    engine: Engine,
    registry: Registry,
    monkeypatch: pytest.MonkeyPatch,
    value: Any,
    is_large: bool,
):
    monkeypatch.setattr(shield, "COPIED_BYTES", 0 if is_large else 10**6)
    registry.add(toy("Make", lambda: value), toy("Look", lambda value: value.shape, source="p"))
    g = Graphs()
    events: list[Event] = []

    report = engine.run(
        g.document(out=g.node("Look", value=g.node("Make"))), on_event=events.append
    )

    assert report.error is None
    assert report.outputs["out"] == [value.shape]
    assert not [event for event in events if isinstance(event, Warned)]
