from collections.abc import Sequence
from typing import Any

import pytest

from engine.comfy.execution import ExecutionBlocker, GraphBuilder, add_graph_prefix, is_link
from engine.engine import Engine
from engine.events import Event, NodeStarted
from engine.registry import Registry
from engine.results import Blocker
from tests.graphs import Graphs
from tests.v1_nodes import v1


def grow(self: Any, a: int) -> dict[str, Any]:
    """Expand to `a + 5`, made of a built-in node and one more."""
    graph = GraphBuilder()
    number = graph.node("Number", value=a)
    added = graph.node("Add", "sum", a=number.out(0), b=5)
    return {"result": (added.out(0),), "expand": graph.finalize()}


GROW = v1("Grow", grow, {"a": ("INT",)}, ("INT",))


def test_expansion_stands_for_the_node(engine: Engine, registry: Registry):
    registry.add(GROW)
    g = Graphs()

    report = engine.run(g.document(result=g.node("Grow", at="g", a=2)))

    assert report.outputs == {"result": [7]}
    assert report.ran == ["g.0.0.0", "g.0.0.sum", "g"]


def test_ids_are_the_same_each_time(engine: Engine, registry: Registry):
    registry.add(GROW)
    ran: list[Sequence[str]] = []
    for first in (2, 3):
        g = Graphs()
        ran.append(engine.run(g.document(result=g.node("Grow", at="g", a=first))).ran)

    assert ran[0] == ran[1]


def test_each_call_of_a_list_expands_to_nodes_of_its_own(engine: Engine, registry: Registry):
    registry.add(GROW)
    g = Graphs()

    report = engine.run(g.document(result=g.node("Grow", at="g", a=g.node("Count", times=3))))

    assert report.outputs == {"result": [5, 6, 7]}
    assert {"g.0.0.sum", "g.1.0.sum", "g.2.0.sum"} <= set(report.ran)


def test_async_calls_expand_to_nodes_of_their_own(engine: Engine, registry: Registry):
    async def go(self: Any, a: int) -> dict[str, Any]:
        return grow(self, a)

    registry.add(v1("Grow", go, {"a": ("INT",)}, ("INT",)))
    g = Graphs()

    report = engine.run(g.document(result=g.node("Grow", at="g", a=g.node("Count", times=2))))

    assert report.outputs == {"result": [5, 6]}


def test_second_graph_of_a_call_has_ids_of_its_own(engine: Engine, registry: Registry):
    def two(self: Any) -> dict[str, Any]:
        first, second = GraphBuilder(), GraphBuilder()
        a, b = first.node("Number", value=1), second.node("Number", value=2)
        expand = first.finalize() | second.finalize()
        return {"result": (a.out(0), b.out(0)), "expand": expand}

    registry.add(v1("Two", two, {}, ("INT", "INT")))
    g = Graphs()
    pair = g.node("Two", at="t")

    report = engine.run(g.document(a=pair[0], b=pair[1]))

    assert report.outputs == {"a": [1], "b": [2]}
    assert sorted(report.ran) == ["t", "t.0.0.0", "t.0.1.0"]


def test_expansion_may_mix_links_and_values(engine: Engine, registry: Registry):
    def mix(self: Any) -> dict[str, Any]:
        expand = {"mine": {"class_type": "Number", "inputs": {"value": 1}}}
        return {"result": (["mine", 0], "plain", ["no", "link"]), "expand": expand}

    registry.add(v1("Mix", mix, {}, ("INT", "STRING", "*")))
    g = Graphs()
    mixed = g.node("Mix")

    report = engine.run(g.document(a=mixed[0], b=mixed[1], c=mixed[2]))

    assert report.outputs == {"a": [1], "b": ["plain"], "c": [["no", "link"]]}


def test_list_value_of_an_expanded_node_is_unwrapped(engine: Engine, registry: Registry):
    def wrap(self: Any) -> dict[str, Any]:
        inputs = {"a": {"__value__": ["x", 1]}}
        return {"result": (["i", 0],), "expand": {"i": {"class_type": "Same", "inputs": inputs}}}

    registry.add(v1("Same", lambda self, a: (a,), {"a": ("*",)}), v1("Wrap", wrap, {}))
    g = Graphs()

    assert engine.run(g.document(result=g.node("Wrap"))).outputs == {"result": [["x", 1]]}


def loop(self: Any, a: Any, times: int) -> dict[str, Any]:
    """Add 1 so often, by expanding to oneself; `a` is a link, as it came."""
    graph = GraphBuilder()
    step = graph.node("Add", a=a, b=1)
    if times == 1:
        return {"result": (step.out(0),), "expand": graph.finalize()}
    again = graph.node("Loop", "again", a=step.out(0), times=times - 1)
    return {"result": (again.out(0),), "expand": graph.finalize()}


def test_expansion_may_expand_and_use_nodes_of_the_document(engine: Engine, registry: Registry):
    registry.add(v1("Loop", loop, {"a": ("INT", {"rawLink": True}), "times": ("INT",)}, ("INT",)))
    g = Graphs()
    looped = g.node("Loop", at="l", a=g.node("Number", value=10), times=3)

    report = engine.run(g.document(result=looped))

    assert report.outputs == {"result": [13]}
    assert "l.0.0.again.0.0.again.0.0.0" in report.ran


def test_expanded_nodes_are_shown_where_they_are_told_to(engine: Engine, registry: Registry):
    def show(self: Any) -> dict[str, Any]:
        graph = GraphBuilder()
        at_itself = graph.node("Number", value=1)
        elsewhere = graph.node("Add", a=at_itself.out(0), b=1)
        elsewhere.set_override_display_id("other")
        return {"result": (elsewhere.out(0),), "expand": graph.finalize()}

    registry.add(v1("Showing", show, {}, ("INT",)))
    g = Graphs()
    g.node("Number", at="other")
    events: list[Event] = []
    engine.run(g.document(result=g.node("Showing", at="s")), on_event=events.append)

    started = [each for each in events if isinstance(each, NodeStarted)]
    shown = {each.real_id: each.node_id for each in started}
    assert shown == {"s": "s", "s.0.0.0": "s", "s.0.0.1": "other"}


def test_output_nodes_of_an_expansion_show_their_results(engine: Engine, registry: Registry):
    def show(self: Any) -> dict[str, Any]:
        graph = GraphBuilder()
        graph.node("Show", value=graph.node("Number", "n", value=3).out(0))
        return {"result": (), "expand": graph.finalize()}

    registry.add(v1("Inside", show, {}, (), OUTPUT_NODE=True))
    g = Graphs()
    g.node("Inside", at="i")

    report = engine.run(g.document())

    assert report.ui == {"i.0.0.0": {"text": ["3"]}}


def test_blocker_is_the_engines():
    assert ExecutionBlocker is Blocker
    assert ExecutionBlocker(None).message is None


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        (["1", 0], True),
        (["1", 0.0], True),
        (["1", "0"], False),
        ([1, 0], False),
        (("1", 0), False),
        (["1", True], False),
        (["1"], False),
        ("10", False),
    ],
)
def test_link_is_a_list_of_id_and_number(value: Any, answer: bool):
    assert is_link(value) is answer


def test_builder_finds_and_changes_nodes():
    graph = GraphBuilder("p.")
    node = graph.node("Kind", "x", a=1, b=2)
    node.set_input("a", None)
    node.set_input("c", ["p.y", 0])
    graph.replace_node_output("y", 0, 5)

    assert graph.lookup_node("x") is node
    assert graph.lookup_node("nobody") is None
    assert graph.node("Kind", "x") is node
    assert graph.finalize() == {"p.x": {"class_type": "Kind", "inputs": {"b": 2, "c": 5}}}


def test_prefix_is_counted_for_each_graph():
    GraphBuilder.set_default_prefix("7", 2)

    prefixes = [GraphBuilder.alloc_prefix() for _ in range(2)]

    assert prefixes == ["7.2.0.", "7.2.1."]
    assert GraphBuilder.alloc_prefix("r", 0, 9) == "r.0.9."


def test_prefix_is_put_before_a_graphs_ids_and_links():
    graph = {
        "a": {"class_type": "Number", "inputs": {"value": 1}},
        "b": {"class_type": "Add", "inputs": {"a": ["a", 0], "b": 2}},
    }

    nodes, outputs = add_graph_prefix(graph, (["b", 0], 5), "p.")

    assert list(nodes) == ["p.a", "p.b"]
    assert nodes["p.b"]["inputs"] == {"a": ["p.a", 0], "b": 2}
    assert outputs == (["p.b", 0], 5)
