from __future__ import annotations

from typing import Any

from engine.comfy.api import io
from engine.engine import Engine
from tests.graphs import Graphs
from tests.packs.v3_toys import given_back, refused, run, spec_of

NUMBER = io.Int.Input("n", default=0)


def test_a_fingerprint_stands_for_what_changes(engine: Engine):
    state = {"now": 1}

    def fingerprint(cls: Any, n: int) -> int:
        return state["now"]

    spec = spec_of(
        lambda cls, n: (state["now"],), [NUMBER], more={"fingerprint_inputs": fingerprint}
    )
    first, again = run(engine, spec, n=1), run(engine, spec, n=1)
    state["now"] = 2

    assert (first, again, run(engine, spec, n=1)) == (1, 1, 2)


def test_nan_as_fingerprint_runs_each_time(engine: Engine):
    times: list[int] = []

    def count(cls: Any, n: int) -> tuple[int]:
        times.append(n)
        return (n,)

    more = {"fingerprint_inputs": lambda cls, n: float("nan")}
    spec = spec_of(count, [NUMBER], more=more)
    run(engine, spec, n=1)
    run(engine, spec, n=1)

    assert times == [1, 1]


def test_values_are_checked_by_the_node_itself(engine: Engine):
    def validate(cls: Any, n: int) -> bool | str:
        return True if n % 2 == 0 else "It has to be even."

    inputs = [io.Int.Input("n", max=3)]
    spec = spec_of(given_back, inputs, more={"validate_inputs": validate})

    assert run(engine, spec, n=8) == {"n": 8}
    assert "It has to be even." in refused(engine, spec, n=3)


def test_a_check_of_a_node_that_takes_lists_gets_lists(engine: Engine):
    seen: list[Any] = []
    more = {"validate_inputs": lambda cls, n: seen.append(n) or True}
    run(engine, spec_of(given_back, [NUMBER], is_input_list=True, more=more), n=4)

    assert seen == [[4]]


def test_a_check_that_takes_all_gets_constants_only(engine: Engine):
    seen: dict[str, Any] = {}

    def validate(cls: Any, **inputs: Any) -> bool:
        seen.update(inputs)
        return True

    spec = spec_of(given_back, [NUMBER, io.Int.Input("m")], more={"validate_inputs": validate})
    engine.registry.add(spec)
    g = Graphs()
    engine.run(g.document(result=g.node("Toy", n=2, m=g.node("Number"))))

    assert seen == {"n": 2, "m": None}


def test_a_check_may_look_at_types(engine: Engine):
    seen: dict[str, Any] = {}

    def validate(cls: Any, input_types: dict[str, str]) -> bool:
        seen.update(input_types)
        return True

    spec = spec_of(given_back, [io.Image.Input("n")], more={"validate_inputs": validate})
    engine.registry.add(spec)
    g = Graphs()
    engine.run(g.document(result=g.node("Toy", n=g.node("Number"))))

    assert seen == {"n": "INT"}


def test_a_node_that_takes_all_inputs_gets_undeclared_ones(engine: Engine):
    spec = spec_of(given_back, [NUMBER], accept_all_inputs=True)

    assert run(engine, spec, n=1, other="x") == {"n": 1, "other": "x"}


def test_a_node_that_is_not_idempotent_is_not_shared(engine: Engine):
    names = iter("abc")
    engine.registry.add(spec_of(lambda cls: (next(names),), not_idempotent=True))
    g = Graphs()

    report = engine.run(g.document(one=g.node("Toy"), two=g.node("Toy")))

    assert {report.outputs["one"][0], report.outputs["two"][0]} == {"a", "b"}
