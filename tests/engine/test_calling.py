from typing import Any, NamedTuple

import pytest

from engine.errors import NodeError
from engine.graph import GraphNode
from engine.results import Blocker, Link, NewNode, NodeResult, Outputs
from engine.running.calling import Call, Raw, call_all, lazy_inputs_wanted, merge, prepare, unify
from engine.spec import Growing, InputSpec, NodeSpec, OutputSpec
from tests.fakes import toy


class Pair(NamedTuple):
    first: int
    second: int


def node(spec: NodeSpec, *, links: dict[str, Link] | None = None, **values: Any) -> GraphNode:
    linked = links or {}
    return GraphNode("1", spec, spec.inputs_for(values, linked), values, linked)


def called(spec: NodeSpec, given: GraphNode, results: dict[str, Outputs]) -> tuple[list[Any], ...]:
    """Return the lists of outputs of a node."""
    call = prepare(given, results)
    return merge(spec, call_all(spec, call, spec.function, {}, lambda _: None), results).lists


def mapped(spec: NodeSpec, **lists: list[Any]) -> tuple[list[Any], ...]:
    """Return the outputs of a node whose inputs are linked to lists."""
    links = {name: Link(name, 0) for name in lists}
    results = {name: Outputs((values,)) for name, values in lists.items()}
    return called(spec, node(spec, links=links), results)


ADD = toy("Add", lambda a, b: a + b)


# how often, and with what


def test_node_without_inputs_is_called_once():
    spec = toy("One", lambda: 1)

    assert called(spec, node(spec), {}) == ([1],)


def test_values_are_given_to_one_call():
    assert called(ADD, node(ADD, a=1, b=2), {}) == ([3],)


def test_node_is_called_for_each_place_of_a_list():
    assert mapped(ADD, a=[1, 2, 3], b=[10, 20, 30]) == ([11, 22, 33],)


def test_shorter_list_repeats_its_last_element():
    assert mapped(ADD, a=[1, 2, 3], b=[10, 20]) == ([11, 22, 23],)


def test_value_is_the_same_in_every_call():
    given = node(ADD, links={"a": Link("up", 0)}, b=5)

    assert called(ADD, given, {"up": Outputs(([1, 2],))}) == ([6, 7],)


def test_list_as_a_value_is_not_walked_through():
    spec = toy("Same", lambda a: a)

    assert called(spec, node(spec, a=[1, 2]), {}) == ([[1, 2]],)


@pytest.mark.parametrize("other", [[], [1, 2]])
def test_node_with_an_empty_list_is_not_called(other: list[int]):
    assert mapped(ADD, a=[], b=other) == ([],)


def test_empty_list_gives_an_empty_list_for_every_output():
    spec = toy("Two", lambda a: (a, a), outputs=("INT", "INT"))

    assert mapped(spec, a=[]) == ([], [])


def test_output_that_is_a_list_is_extended_by_each_call():
    spec = toy("Twice", lambda a: [a, a], outputs=("list:INT",))

    assert mapped(spec, a=[1, 2]) == ([1, 1, 2, 2],)


def test_output_that_is_no_list_is_collected():
    spec = toy("Pack", lambda a: [a, a])

    assert mapped(spec, a=[1, 2]) == ([[1, 1], [2, 2]],)


def test_input_that_takes_lists_gets_the_whole_list_once():
    spec = toy("Sum", sum_of, lists=("numbers",))

    assert mapped(spec, numbers=[1, 2, 3]) == ([6],)


def sum_of(numbers: list[int]) -> int:
    return sum(numbers)


def test_value_of_an_input_that_takes_lists_is_a_list_of_one():
    spec = toy("Sum", sum_of, lists=("numbers",))

    assert called(spec, node(spec, numbers=5), {}) == ([5],)


def test_empty_list_is_given_to_an_input_that_takes_lists():
    spec = toy("Sum", sum_of, lists=("numbers",))

    assert mapped(spec, numbers=[]) == ([0],)


def test_whole_lists_go_with_mapped_inputs():
    spec = toy("Scale", lambda numbers, by: [n * by for n in numbers], lists=("numbers",))

    assert mapped(spec, numbers=[1, 2], by=[10, 100]) == ([[10, 20], [100, 200]],)


def test_node_that_changes_its_list_leaves_the_stored_one_alone():
    spec = toy("Drain", lambda numbers: numbers.clear(), lists=("numbers",))
    stored = [1, 2]

    mapped(spec, numbers=stored)

    assert stored == [1, 2]


def test_optional_input_that_is_missing_is_not_given():
    spec = toy("Maybe", lambda a=7: a)

    assert called(spec, node(spec), {}) == ([7],)


def test_linked_input_that_was_not_evaluated_is_none():
    spec = toy("Lazy", lambda a: a, lazy=("a",))

    assert called(spec, node(spec, links={"a": Link("up", 0)}), {}) == ([None],)


def test_raw_link_is_given_as_it_is():
    spec = toy("Peek", lambda a: a, raw=("a",))

    assert called(spec, node(spec, links={"a": Link("up", 2)}), {}) == ([Link("up", 2)],)


def test_output_is_chosen_by_its_index():
    given = node(ADD, links={"a": Link("up", 1)}, b=0)

    assert called(ADD, given, {"up": Outputs(([1], [2]))}) == ([2],)


def test_items_of_a_growing_input_come_as_one_dict():
    item = InputSpec("", "INT")
    grows = InputSpec("n", "INT", dynamic=Growing(item, prefix="n"))
    spec = NodeSpec("Total", lambda n: sum(n.values()), (grows,), (OutputSpec("INT", "INT"),))
    given = node(spec, links={"n.n0": Link("a", 0), "n.n1": Link("b", 0)})

    lists = called(spec, given, {"a": Outputs(([1, 2],)), "b": Outputs(([10],))})

    assert lists == ([11, 12],)


# blockers


def test_call_with_a_blocked_input_is_left_out():
    wall = Blocker("no")

    (values,) = mapped(ADD, a=[1, wall, 3], b=[0])

    assert values == [1, Blocker(), 3]


def test_blocker_is_told_for_each_call():
    told: list[Blocker] = []
    call = Call({"a": [Blocker("x"), Blocker("y")]}, {}, 2)

    call_all(ADD, call, ADD.function, {}, told.append)

    assert told == [Blocker("x"), Blocker("y")]


def test_blocker_in_a_whole_list_blocks_the_call():
    spec = toy("Sum", sum_of, lists=("numbers",))

    assert mapped(spec, numbers=[1, Blocker()]) == ([Blocker()],)


def test_blocker_may_stand_for_all_outputs():
    spec = toy("Wall", lambda: Blocker("x"), outputs=("INT", "INT"))

    assert called(spec, node(spec), {}) == ([Blocker("x")], [Blocker("x")])


def test_blocker_may_stand_for_one_output():
    spec = toy("Half", lambda: (1, Blocker()), outputs=("INT", "INT"))

    assert called(spec, node(spec), {}) == ([1], [Blocker()])


def test_blocker_may_stand_for_a_list():
    spec = toy("Wall", lambda: Blocker(), outputs=("list:INT",))

    assert called(spec, node(spec), {}) == ([Blocker()],)


# lazy inputs


def test_wanted_inputs_of_all_places_are_gathered_once():
    spec = toy("Pick", lambda on, a, b: a, lazy=("a", "b"))
    call = Call({"on": [True, False, True]}, {"a": None, "b": None}, 3)

    wanted = lazy_inputs_wanted(spec, call, lambda on, a, b: ["a"] if on else ["b"])

    assert wanted == ["a", "b"]


def test_blocked_places_want_nothing():
    spec = toy("Pick", lambda on, a: a, lazy=("a",))
    call = Call({"on": [Blocker()]}, {"a": None}, 1)

    assert lazy_inputs_wanted(spec, call, lambda on, a: ["a"]) == []


def test_check_may_answer_none():
    spec = toy("Pick", lambda a: a, lazy=("a",))

    assert lazy_inputs_wanted(spec, Call({}, {"a": None}, 1), lambda a: None) == []


# return forms

ONE = toy("One", lambda: 1)
TWO = toy("Two", lambda: (1, 2), outputs=("INT", "INT"))
SINK = toy("Sink", lambda: None, outputs=())


@pytest.mark.parametrize(
    ("spec", "result", "values"),
    [
        (ONE, 1, (1,)),
        (ONE, None, (None,)),
        (ONE, (1, 2), ((1, 2),)),
        (ONE, [1, 2], ([1, 2],)),
        (TWO, (1, 2), (1, 2)),
        (TWO, Pair(1, 2), (1, 2)),
        (TWO, [1, 2], [1, 2]),
        (SINK, None, ()),
        (ONE, NodeResult(values=(1,)), (1,)),
        (TWO, NodeResult(values=(1, 2)), (1, 2)),
    ],
)
def test_forms_that_a_function_may_return(spec: NodeSpec, result: Any, values: Any):
    assert unify(spec, result).values == values


@pytest.mark.parametrize(
    ("spec", "result", "got"),
    [
        (TWO, (1,), "1 values"),
        (TWO, 7, "one value"),
        (TWO, None, "0 values"),
        (SINK, (1,), "1 values"),
        (ONE, NodeResult(values=(1, 2)), "2 values"),
    ],
)
def test_result_that_is_not_what_is_declared(spec: NodeSpec, result: Any, got: str):
    with pytest.raises(NodeError, match=f"but gave {got}"):
        unify(spec, result)


def test_list_output_that_is_no_list():
    spec = toy("Odd", lambda: 5, outputs=("list:INT",))

    with pytest.raises(NodeError, match="declares a list output, but gave one value"):
        called(spec, node(spec), {})


def test_what_is_shown_by_several_calls_is_put_together():
    raws = [Raw((), {"text": ["a"]}), Raw((), {"text": ["b"], "other": ["c"]})]

    assert merge(SINK, raws, {}).ui == {"text": ["a", "b"]}


def test_node_that_shows_nothing_has_no_ui():
    assert merge(SINK, [Raw(()), Raw(())], {}).ui is None


def test_links_of_an_expansion_are_replaced_by_what_they_lead_to():
    new = {"x": NewNode("Number")}

    merged = merge(TWO, [Raw((Link("x", 0), 9), None, new)], {"x": Outputs(([1, 2],))})

    assert merged.lists == ([1, 2], [9])


def test_link_without_an_expansion_is_a_value():
    assert merge(ONE, [Raw((Link("x", 0),))], {}).lists == ([Link("x", 0)],)
