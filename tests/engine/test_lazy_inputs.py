from dataclasses import replace
from typing import Any

from engine.engine import Engine
from engine.registry import Registry
from engine.spec import Growing, InputSpec
from tests.fakes import Link, toy
from tests.graphs import Graphs


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


def test_items_of_a_growing_lazy_input_are_made_only_when_asked_for(
    engine: Engine, registry: Registry
):
    growing = Growing(InputSpec("", "INT"), prefix="n", min=0)
    many = InputSpec("many", "INT", dynamic=growing, lazy=True, required=False)
    spec = toy("First", lambda many: many["n0"], check_lazy=lambda many: ["many.n0"])
    registry.add(replace(spec, inputs=(many,)))
    g = Graphs()
    given = {"many.n0": g.node("Number", value=5), "many.n1": g.node("Fail")}

    assert engine.run(g.document(result=g.node("First", **given))).outputs == {"result": [5]}
