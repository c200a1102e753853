"""What a job sets in its document."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from engine.declare import specs_in
from engine.document import Document, ExposedInput, LinkSource, Node, Subgraph
from engine.errors import SettingError
from engine.jobs.values import filled
from engine.registry import Registry
from tests import fakes

SPECS = Registry(specs_in(fakes)).specs
DOCUMENT = Document(
    nodes={
        "1": Node("Number", values={"value": 1}),
        "a.b": Node("Add", values={"b": 2}, links={"a": LinkSource("1", 0)}),
        "s": Node("Switch"),
        "x": Node("FromAPack", values={"known": 1}),
    },
    inputs=[
        ExposedInput("start", [("1", "value"), ("a.b", "b")]),
        ExposedInput("on", [("s", "on")]),
    ],
)


def values_of(node_id: str, **given: Any) -> dict[str, Any]:
    return filled(DOCUMENT, given, SPECS).nodes[node_id].values


def test_exposed_input_sets_all_of_its_targets():
    document = filled(DOCUMENT, {"start": 7}, SPECS)

    assert document.nodes["1"].values == {"value": 7}
    assert document.nodes["a.b"].values == {"b": 7}


def test_any_input_is_set_by_its_node():
    assert values_of("1", **{"1.value": 8}) == {"value": 8}


def test_id_may_hold_dots():
    assert values_of("a.b", **{"a.b.b": 9}) == {"b": 9}


def test_value_takes_the_place_of_a_link():
    document = filled(DOCUMENT, {"a.b.a": 3}, SPECS)

    assert document.nodes["a.b"].links == {}


def test_node_inside_a_subgraph_is_named_by_its_path():
    inner = Subgraph(nodes={"1": Node("Number", values={"value": 1})})
    outer = replace(DOCUMENT, nodes={"9": Node("subgraph:in")}, inputs=[], subgraphs={"in": inner})

    document = filled(outer, {"9:1.value": 5}, SPECS)

    assert document.subgraphs["in"].nodes["1"].values == {"value": 5}


@pytest.mark.parametrize(
    ("word", "value"), [("true", True), (" No", False), ("on", True), (True, True)]
)
def test_word_of_a_table_becomes_yes_or_no(word: Any, value: bool):
    assert values_of("s", on=word) == {"on": value}


def test_word_of_a_table_that_is_json_is_read():
    assert values_of("s", **{"s.if_true": "[1, 2]"})["if_true"] == [1, 2]
    assert values_of("s", **{"s.if_true": "plain"})["if_true"] == "plain"


def test_numbers_in_tables_are_left_to_their_widgets():
    assert values_of("1", **{"1.value": "12"}) == {"value": "12"}


def test_inputs_of_unknown_types_are_not_looked_at():
    assert values_of("x", **{"x.anything": "true"})["anything"] == "true"


@pytest.mark.parametrize("name", ["strat", "", ".", "7.value", "1", "1:2.value"])
def test_name_of_nothing_says_what_there_is(name: str):
    with pytest.raises(SettingError, match='"start", "on"') as told:
        filled(DOCUMENT, {name: 1}, SPECS)

    assert told.value.details == {"name": name, "exposed": ["start", "on"]}


def test_unknown_input_of_a_node_is_told_with_those_it_has():
    with pytest.raises(SettingError, match='has no input "c"') as told:
        filled(DOCUMENT, {"a.b.c": 1}, SPECS)

    assert told.value.node_id == "a.b"


def test_exposed_input_of_a_node_that_is_gone_is_told():
    document = replace(DOCUMENT, inputs=[ExposedInput("start", [("77", "value")])])

    with pytest.raises(SettingError, match='no node "77"'):
        filled(document, {"start": 1}, SPECS)


def test_no_values_change_nothing():
    assert filled(DOCUMENT, {}, SPECS) is DOCUMENT
