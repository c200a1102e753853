from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.document import Document, Node
from engine.errors import (
    BadValue,
    MissingInput,
    PathError,
    ValueOutOfRange,
)
from engine.paths import Folders
from engine.registry import Registry
from engine.spec import InputSpec, NodeSpec
from engine.widgets import Choice, FileChoice, Float, Int, Unfit
from tests.checks import PICTURES, graph_of, only, problems, sampler, spec
from tests.fakes import linked, toy, whole
from tests.graphs import Graphs


@pytest.fixture
def registry(registry: Registry) -> Registry:
    """Return the toy nodes and some with pictures."""
    registry.add(*PICTURES)
    return registry


# values


def test_missing_value_says_to_type_one(registry: Registry):
    g = Graphs()
    g.node("Sampler", at="5")

    problem = only(g.document(), registry)

    assert isinstance(problem, MissingInput)
    assert problem.message == 'Input "steps" of node 5 "Sampler" is missing. Type a value.'


def test_missing_link_says_what_to_link(registry: Registry):
    g = Graphs()
    g.node("ApplyMask", at="5")

    problem = only(g.document(), registry)

    assert isinstance(problem, MissingInput)
    assert problem.message == (
        'Input "mask" of node 5 "ApplyMask" is missing. Link an output of type MASK.'
    )


def test_value_where_only_a_link_fits(registry: Registry):
    g = Graphs()
    g.node("ApplyMask", at="5", mask="white")

    problem = only(g.document(), registry)

    assert isinstance(problem, BadValue)
    assert problem.message == (
        'Input "mask" of node 5 "ApplyMask" takes a link, but is "white". '
        "Link an output of type MASK."
    )


def test_value_out_of_range_says_the_range(registry: Registry):
    problem = only(sampler(0), registry)

    assert isinstance(problem, ValueOutOfRange)
    assert problem.message == (
        'Input "steps" of node 5 "Sampler" takes a whole number from 1 to 100, but is 0.'
    )


@pytest.mark.parametrize("value", ["ten", 2.5, True, None, [1], {"a": 1}, float("nan"), "1e3"])
def test_value_of_the_wrong_kind(registry: Registry, value: Any):
    problem = only(sampler(value), registry)

    assert type(problem) is BadValue
    assert problem.details["expected"] == "a whole number"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "nan"])
def test_number_that_is_not_finite(registry: Registry, value: Any):
    registry.add(spec("Scale", [InputSpec("by", "FLOAT", Float())], is_output=True))
    g = Graphs()
    g.node("Scale", by=value)

    assert only(g.document(), registry).details["expected"] == "a finite number"


def test_long_value_is_shortened_in_the_message(registry: Registry):
    assert len(only(sampler("x" * 10_000), registry).message) < 300


def test_choice_that_is_not_there_lists_what_is(registry: Registry):
    combo = InputSpec("mode", "COMBO", Choice(choices=("nearest", "area")))
    registry.add(spec("Resize", [combo], is_output=True))
    g = Graphs()
    g.node("Resize", at="3", mode="linear")

    problem = only(g.document(), registry)

    assert isinstance(problem, ValueOutOfRange)
    assert problem.message == (
        'Input "mode" of node 3 "Resize" takes one of "nearest", "area", but is "linear".'
    )


def test_file_that_is_not_there_names_the_nearest(registry: Registry, tmp_path: Path):
    picture = InputSpec("image", "COMBO", FileChoice(kind="input"), reads_files=True)
    registry.add(spec("Open", [picture], is_output=True))
    folders = Folders.at(tmp_path)
    folders.input.mkdir()
    (folders.input / "cat.png").touch()
    g = Graphs()
    g.node("Open", at="3", image="car.png")

    problem = only(g.document(), registry, folders)

    assert isinstance(problem, ValueOutOfRange)
    assert problem.message.startswith('Input "image" of node 3 "Open": There is no "car.png"')
    assert 'Nearest names: "cat.png".' in problem.message


def test_file_name_that_leaves_its_folder(registry: Registry, tmp_path: Path):
    picture = InputSpec("image", "COMBO", FileChoice(kind="input"), reads_files=True)
    registry.add(spec("Open", [picture], is_output=True))
    g = Graphs()
    g.node("Open", image="../secret.png")

    assert "leads out of the folder" in only(g.document(), registry, Folders.at(tmp_path)).message


# the node's own check


def own_check(answer: Any, *, validates: tuple[str, ...] = ("steps",)) -> NodeSpec:
    return spec(
        "Own",
        [whole("steps", min=1, max=100)],
        is_output=True,
        validate=answer,
        validates=frozenset(validates),
    )


def own(registry: Registry, steps: Any) -> Any:
    g = Graphs()
    g.node("Own", at="8", steps=steps)
    return problems(g.document(), registry)


def test_own_check_may_say_what_is_wrong(registry: Registry):
    registry.add(own_check(lambda steps: f"{steps} is too odd."))

    (problem,) = own(registry, 7)

    assert problem.message == 'Node 8 "Own" does not accept its inputs: 7 is too odd.'


def test_own_check_that_raises_is_a_problem(registry: Registry):
    registry.add(own_check(lambda steps: 1 / 0))

    (problem,) = own(registry, 7)

    assert "its check failed: ZeroDivisionError" in problem.message


def test_own_check_may_raise_an_error_of_the_engine(registry: Registry):
    def refuse(steps: int) -> Any:
        raise PathError("There is no such file.")

    registry.add(own_check(refuse))

    (problem,) = own(registry, 7)

    assert problem.message.endswith("does not accept its inputs: There is no such file.")


def test_own_check_takes_the_place_of_the_range_of_what_it_names(registry: Registry):
    registry.add(own_check(lambda steps: True))

    assert own(registry, 1000) == []


def test_own_check_leaves_the_range_of_other_inputs(registry: Registry):
    registry.add(own_check(lambda: True, validates=()))

    (problem,) = own(registry, 1000)

    assert isinstance(problem, ValueOutOfRange)


def test_own_check_does_not_excuse_the_wrong_kind(registry: Registry):
    registry.add(own_check(lambda steps: True))

    (problem,) = own(registry, "many")

    assert type(problem) is BadValue


def test_own_check_is_not_asked_about_a_node_with_other_problems(registry: Registry):
    registry.add(own_check(lambda steps: True))
    g = Graphs()
    g.node("Own")

    assert [type(problem) for problem in problems(g.document(), registry)] == [MissingInput]


def test_own_check_gets_nothing_for_a_link(registry: Registry):
    seen: list[Any] = []
    registry.add(own_check(lambda steps: seen.append(steps) or True))
    g = Graphs()
    g.node("Own", steps=g.node("Number"))

    assert problems(g.document(), registry) == []
    assert seen == [None]


# versions of a definition


def test_values_of_an_older_version_are_migrated(registry: Registry):
    def rename(values: dict[str, Any]) -> dict[str, Any]:
        return {"steps": values["count"] * 2}

    registry.add(spec("Moved", [whole("steps")], is_output=True, version=2, migrations={1: rename}))
    g = Graphs()
    g.node("Moved", at="1", version=1, count=4)

    assert graph_of(g.document(), registry).nodes["1"].values == {"steps": 8}


def test_migration_leaves_the_document_alone(registry: Registry):
    def mark(values: dict[str, Any]) -> dict[str, Any]:
        values["steps"] = 9
        return values

    registry.add(spec("Moved", [whole("steps")], is_output=True, version=2, migrations={1: mark}))
    g = Graphs()
    g.node("Moved", at="1", version=1, steps=4)
    document = g.document()

    graph_of(document, registry)

    assert document.nodes["1"].values == {"steps": 4}


def test_node_of_a_newer_version_is_a_problem(registry: Registry):
    g = Graphs()
    g.node("Sampler", at="1", version=3, steps=4)

    problem = only(g.document(), registry)

    assert problem.message == (
        'Node 1 "Sampler" is of version 3; the definition here is of version 1. '
        "Update the pack that has it."
    )


def test_title_of_the_node_stands_in_messages(registry: Registry):
    document = sampler(0)
    titled = {"5": replace_title(document.nodes["5"], "My sampler")}

    assert 'of node 5 "My sampler" takes' in only(Document(nodes=titled), registry).message


def replace_title(node: Node, title: str) -> Node:
    return Node(type=node.type, title=title, values=node.values)


def test_lazy_and_required_input_must_be_linked(registry: Registry):
    registry.add(replace(toy("Late", lambda a: a, lazy=("a",)), is_output=True))
    g = Graphs()
    g.node("Late")

    assert isinstance(only(g.document(), registry), MissingInput)


def test_optional_input_may_be_left_out(registry: Registry):
    registry.add(spec("Maybe", [linked("mask", "MASK", required=False)], is_output=True))
    g = Graphs()
    g.node("Maybe", at="1")

    assert graph_of(g.document(), registry).nodes["1"].values == {}


def test_range_of_a_whole_number_may_be_open_to_one_side():
    with pytest.raises(Unfit, match="a whole number from 1 upward"):
        Int(min=1).check(0)


def test_migration_that_fails_is_a_problem_of_its_node(registry: Registry):
    def broken(values: dict[str, Any]) -> dict[str, Any]:
        return {"steps": values["count"] * 2}

    facts: dict[str, Any] = {"version": 2, "migrations": {1: broken}}
    registry.add(spec("Moved", [whole("steps")], is_output=True, **facts))
    g = Graphs()
    g.node("Moved", at="m", steps=3, version=1)

    problem = only(g.document(), registry)

    assert problem.node_id == "m"
    assert "of version 1 and could not be brought up to date: KeyError: 'count'" in problem.message
