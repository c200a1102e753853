import asyncio
import logging
import math
import sys
from typing import Any

import pytest

from engine.engine import Engine
from engine.registry import Registry
from tests.checks import only, problems
from tests.graphs import Graphs
from tests.v1_nodes import v1

A = {"a": ("INT", {"min": 0, "max": 9})}


def give(self: Any, **given: Any) -> tuple[Any]:
    return (given,)


def rerun(engine: Engine, **given: Any) -> bool:
    """Run a document twice and say whether its node ran again."""
    g = Graphs()
    document = g.document(result=g.node("Given", at="1", **given))
    engine.run(document)
    return "1" in engine.run(document).ran


@pytest.mark.parametrize(
    ("is_changed", "again"),
    [
        (classmethod(lambda cls, a: "same"), False),
        (staticmethod(lambda a: "same"), False),
        (lambda placeholder, a: "same", False),
        (lambda a: "same", False),
        (lambda **given: str(given), False),
        (classmethod(lambda cls: "takes none of the inputs"), False),
        (classmethod(lambda cls, a: math.nan), True),
        (classmethod(lambda cls, a: ["deep", {"in": math.nan}]), True),
        (classmethod(lambda cls, a: object()), True),
        (classmethod(lambda cls, a: {1, 2}), True),
        (classmethod(lambda cls, a: 2**200), False),
        (classmethod(lambda cls, a: {"x": (1, None, 2.5, b"y")}), False),
        (math.nan, True),
    ],
)
def test_is_changed_says_whether_a_node_runs_again(
    engine: Engine, registry: Registry, is_changed: Any, again: bool
):
    registry.add(v1("Given", give, A, IS_CHANGED=is_changed))

    assert rerun(engine, a=1) is again


def test_tensor_from_is_changed_makes_the_node_run(engine: Engine, registry: Registry):
    import torch

    registry.add(v1("Given", give, A, IS_CHANGED=classmethod(lambda cls, a: torch.zeros(2))))

    assert rerun(engine, a=1)


def test_changed_answer_of_is_changed_makes_the_node_run(engine: Engine, registry: Registry):
    answers = iter("ab")
    registry.add(v1("Given", give, A, IS_CHANGED=classmethod(lambda cls, a: next(answers))))

    assert rerun(engine, a=1)


def test_is_changed_may_be_async(engine: Engine, registry: Registry):
    async def is_changed(cls: type, a: int) -> int:
        await asyncio.sleep(0)
        return a

    registry.add(v1("Given", give, A, IS_CHANGED=classmethod(is_changed)))

    assert not rerun(engine, a=1)


@pytest.mark.parametrize("problem", [ValueError("gone"), SystemExit(3)])
def test_is_changed_that_raises_makes_the_node_run_with_a_warning(
    engine: Engine, registry: Registry, caplog: pytest.LogCaptureFixture, problem: BaseException
):
    def is_changed(cls: type, a: int) -> None:
        raise problem

    registry.add(v1("Given", give, A, IS_CHANGED=classmethod(is_changed)))

    with caplog.at_level(logging.WARNING):
        assert rerun(engine, a=1)
    assert 'The fingerprint of node 1 "Given" failed' in caplog.text


def test_is_changed_gets_constants_and_none_for_links(engine: Engine, registry: Registry):
    seen: list[Any] = []
    own = classmethod(lambda cls, **given: seen.append(given))
    inputs = {**A, "b": ("INT", {})}
    registry.add(v1("Given", give, inputs, hidden={"me": "UNIQUE_ID"}, IS_CHANGED=own))
    g = Graphs()
    engine.run(g.document(result=g.node("Given", at="7", a=1, b=g.node("Number"))))

    assert seen == [{"a": 1, "b": None, "me": "7"}]


def test_is_changed_of_a_class_that_takes_lists_gets_lists(engine: Engine, registry: Registry):
    seen: list[Any] = []
    own = classmethod(lambda cls, a, me: seen.append((a, me)))
    more = {"IS_CHANGED": own, "INPUT_IS_LIST": True}
    registry.add(v1("Given", give, A, hidden={"me": "UNIQUE_ID"}, **more))
    g = Graphs()
    engine.run(g.document(result=g.node("Given", at="7", a=1)))

    assert seen == [([1], ["7"])]


def checked(registry: Registry, own: Any, **given: Any) -> Any:
    """Return the problems of a node with its own check."""
    names = {"a": ("INT", {"max": 9}), "mode": (["x", "y"], {"default": "x"})}
    registry.add(v1("Given", give, names, OUTPUT_NODE=True, VALIDATE_INPUTS=own))
    g = Graphs()
    g.node("Given", at="1", **given)
    return problems(g.document(), registry)


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (classmethod(lambda cls, a: "a is odd"), "a is odd"),
        (staticmethod(lambda a: "a is odd"), "a is odd"),
        (lambda placeholder, a: "a is odd", "a is odd"),
        (classmethod(lambda cls, a: False), "Its own check says no"),
        (classmethod(lambda cls, a: 1 / 0), "ZeroDivisionError"),
        (classmethod(lambda cls, a: sys.exit()), "tried to end the program"),
    ],
)
def test_own_check_may_refuse(registry: Registry, own: Any, said: str):
    (problem,) = checked(registry, own, a=1)

    assert problem.node_id == "1"
    assert said in problem.message


def test_own_check_may_accept(registry: Registry):
    assert checked(registry, classmethod(lambda cls, a: True), a=1) == []


def test_own_check_may_be_async(registry: Registry):
    async def own(cls: type, a: int) -> str:
        return "not today"

    (problem,) = checked(registry, classmethod(own), a=1)

    assert "not today" in problem.message


def test_range_and_choices_of_named_inputs_are_left_to_the_own_check(registry: Registry):
    assert checked(registry, classmethod(lambda cls, a, mode: True), a=99, mode="z") == []


def test_range_of_inputs_that_are_not_named_is_checked(registry: Registry):
    (problem,) = checked(registry, classmethod(lambda cls, mode: True), a=99, mode="z")

    assert problem.socket == "a"


def test_own_check_with_two_stars_takes_every_input(registry: Registry):
    seen: list[Any] = []

    def own(cls: type, **given: Any) -> bool:
        seen.append(given)
        return True

    assert checked(registry, classmethod(own), a=99, mode=7) == []
    assert seen == [{"a": 99, "mode": 7}]


def test_own_check_of_a_class_that_takes_lists_gets_lists(registry: Registry):
    seen: list[Any] = []

    def own(cls: type, a: Any, input_types: Any) -> bool:
        seen.append((a, input_types))
        return True

    facts = {"OUTPUT_NODE": True, "VALIDATE_INPUTS": classmethod(own), "INPUT_IS_LIST": True}
    registry.add(v1("Given", give, {"a": ("INT", {}), "b": ("INT", {})}, **facts))
    g = Graphs()
    g.node("Given", a=1, b=g.node("Number"))

    assert problems(g.document(), registry) == []
    assert seen == [([1], [{"b": "INT"}])]


def test_own_check_that_asks_for_types_decides_about_links(registry: Registry):
    own = classmethod(lambda cls, input_types: input_types["b"] == "INT" or "wrong type")
    registry.add(v1("Given", give, {"b": ("IMAGE",)}, OUTPUT_NODE=True, VALIDATE_INPUTS=own))
    fits, differs = Graphs(), Graphs()
    fits.node("Given", b=fits.node("Number"))
    differs.node("Given", b=differs.node("Text"))

    assert problems(fits.document(), registry) == []
    assert "wrong type" in only(differs.document(), registry).message


def test_own_check_may_ask_for_the_node_id(registry: Registry):
    own = classmethod(lambda cls, me: f"I am {me}")
    facts = {"OUTPUT_NODE": True, "VALIDATE_INPUTS": own}
    registry.add(v1("Given", give, {}, hidden={"me": "UNIQUE_ID"}, **facts))
    g = Graphs()
    g.node("Given", at="7")

    assert "I am 7" in only(g.document(), registry).message


def lazily(self: Any, on: bool, yes: Any = None, no: Any = None) -> tuple[Any]:
    return (yes if on else no,)


LAZY = {"on": ("BOOLEAN", {}), "yes": ("*", {"lazy": True}), "no": ("*", {"lazy": True})}


def switched(engine: Engine, on: bool = True) -> Any:
    g = Graphs()
    yes, no = g.node("Number", at="y", value=1), g.node("Number", at="n", value=2)
    return engine.run(g.document(result=g.node("Either", at="s", on=on, yes=yes, no=no)))


@pytest.mark.parametrize(("on", "ran"), [(True, ["y", "s"]), (False, ["n", "s"])])
def test_only_the_lazy_inputs_that_are_asked_for_are_made(
    engine: Engine, registry: Registry, on: bool, ran: list[str]
):
    def check(self: Any, on: bool, yes: Any, no: Any) -> list[str]:
        return ["yes"] if on else ["no"]

    registry.add(v1("Either", lazily, LAZY, check_lazy_status=check))

    assert switched(engine, on).ran == ran


def test_lazy_check_is_asked_until_nothing_is_missing(engine: Engine, registry: Registry):
    seen: list[Any] = []

    def check(self: Any, on: bool, yes: Any, no: Any) -> list[str]:
        seen.append((yes, no))
        return ["no"] if no is None else ["yes"] if yes is None else []

    registry.add(v1("Either", lazily, LAZY, check_lazy_status=check))

    assert switched(engine).ran == ["n", "y", "s"]
    assert seen == [(None, None), (None, 2), (1, 2)]


def test_lazy_check_gets_the_hidden_inputs_that_it_takes(engine: Engine, registry: Registry):
    seen: list[str] = []

    def check(self: Any, me: str) -> None:
        seen.append(me)

    def go(self: Any, me: str, all: Any, **given: Any) -> tuple[Any]:  # noqa: A002 as declared
        return (given["yes"],)

    hidden = {"me": "UNIQUE_ID", "all": "PROMPT"}
    registry.add(v1("Either", go, LAZY, hidden=hidden, check_lazy_status=check))

    assert switched(engine).outputs == {"result": [None]}
    assert seen == ["s"]


def test_lazy_inputs_without_a_check_stay_empty(engine: Engine, registry: Registry):
    registry.add(v1("Either", lazily, LAZY))

    report = switched(engine)

    assert (report.ran, report.outputs) == (["s"], {"result": [None]})


def test_lazy_check_of_a_class_that_takes_lists_gets_lists(engine: Engine, registry: Registry):
    seen: list[Any] = []

    def check(self: Any, on: Any, yes: Any, no: Any) -> str | None:
        seen.append((on, yes, no))
        return "yes" if yes == (None,) else None

    facts = {"check_lazy_status": check, "INPUT_IS_LIST": True}
    registry.add(v1("Either", lambda self, on, yes, no: (yes[0],), LAZY, **facts))

    assert switched(engine).outputs == {"result": [1]}
    assert seen == [([True], (None,), (None,)), ([True], [1], (None,))]
