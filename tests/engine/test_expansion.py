from typing import Any

from engine.engine import Engine
from engine.errors import CycleFound
from engine.events import Event, NodeStarted
from engine.registry import Registry
from engine.results import NodeResult
from engine.spec import NodeSpec, OutputSpec
from tests.fakes import Link, NewNode, expansion, linked, toy
from tests.graphs import Graphs


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


def test_new_nodes_may_hold_values_that_no_document_can(engine: Engine, registry: Registry):
    thing = object()

    def hand_over() -> NodeResult:
        return expansion([Link("inner", 0)], inner=NewNode("Take", {"value": thing}))

    takes = NodeSpec(
        "Take", lambda value: value, (linked("value", "THING"),), (OutputSpec("THING", "THING"),)
    )
    registry.add(toy("HandOver", hand_over), takes)
    g = Graphs()

    report = engine.run(g.document(result=g.node("HandOver")))

    assert report.outputs == {"result": [thing]}
