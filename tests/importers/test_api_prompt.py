"""API prompts read and written: values, links, ids and titles, without loss."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.declare import specs_in
from engine.document import Document, LinkSource, Node, Subgraph, read_document, write_document
from engine.document.model import ExposedInput, ExposedOutput
from engine.errors import WorkflowError
from engine.importers.api_prompt import read_api
from engine.importers.layout import with_places
from engine.importers.report import Note
from engine.importers.write_api import write_api
from engine.registry import Registry
from tests import fakes, strategies
from tests.fakes import toy, whole
from tests.graphs import Graphs

TOYS = Registry(specs_in(fakes))


def node(kind: str, title: str = "", **inputs: Any) -> dict[str, Any]:
    meta = {"_meta": {"title": title}} if title else {}
    return {"class_type": kind, "inputs": inputs, **meta}


def read(prompt: dict[str, Any], registry: Registry = TOYS) -> Document:
    return read_api(prompt, registry, "a")[0]


def written_again(prompt: dict[str, Any]) -> dict[str, Any]:
    return write_api(read_document(write_document(read(prompt))), TOYS)


# reading


def test_values_and_links_go_by_name():
    document = read({"1": node("Number", value=3), "2": node("Show", value=["1", 0])})

    assert document.nodes["1"].values == {"value": 3}
    assert document.nodes["2"].links == {"value": LinkSource("1", 0, "INT")}


def test_title_is_kept():
    assert read({"1": node("Number", "Seven")}).nodes["1"].title == "Seven"


def test_wrapped_list_is_unwrapped():
    prompt = {"1": node("Odd", points={"__type__": "CURVE", "__value__": [[0, 1]]})}

    assert read(prompt).nodes["1"].values == {"points": [[0, 1]]}


def test_slot_may_be_text_and_an_id_a_number():
    document = read({"1": node("Number"), "2": node("Add", a=[1, 0], b=["1", "0"])})

    assert set(document.nodes["2"].links.values()) == {LinkSource("1", 0, "INT")}


@pytest.mark.parametrize(
    "value", [[7, 2], ["1"], ["1", 0, 0], ["1", True], ["1", 0.5], ["a", "b"], [], ["1", 2**40]]
)
def test_list_that_is_no_link_is_a_value(value: list[Any]):
    document = read({"1": node("Odd", x=value)})

    assert document.nodes["1"].values == {"x": value}


def test_id_with_colons_becomes_a_plain_one_that_nobody_has():
    document = read({"12_7": node("Number"), "12:7": node("Number"), "": node("Number")})

    assert list(document.nodes) == ["12_7", "12_7_2", "node"]


def test_links_follow_ids_that_change():
    document = read({"1:2": node("Number"), "3": node("Show", value=["1:2", 0])})

    assert document.nodes["3"].links["value"].node == "1_2"


def test_link_to_a_node_that_is_not_there_is_kept_and_noted():
    document, notes = read_api({"3": node("Show", value=["9", 0])}, TOYS, "a")

    assert document.nodes["3"].links == {"value": LinkSource("9", 0)}
    assert notes == [
        Note("3", "value", 'It is linked to node "9", which is not there. Link it anew.'),
    ]


def test_unknown_type_keeps_its_values():
    document = read({"1": node("Odd", "Odd one", text="a", size=3)})

    assert document.nodes["1"].type == "Odd"
    assert document.nodes["1"].values == {"text": "a", "size": 3}


@pytest.mark.parametrize("raw", [{"class_type": 3, "inputs": {}}, {"class_type": "A", "inputs": 3}])
def test_node_that_is_none_is_refused(raw: dict[str, Any]):
    with pytest.raises(WorkflowError, match='Node "1" of "a" is no node'):
        read({"1": raw})


def test_nodes_are_laid_out_in_columns_without_overlap():
    prompt = {str(index): node("Number", value=1) for index in range(9)}
    prompt |= {f"a{index}": node("Add", a=[str(index), 0], b=["8", 0]) for index in range(8)}

    places = [node.place for node in read(prompt).nodes.values()]

    assert len({x for x, *_ in places}) == 2
    assert not [(a, b) for a in places for b in places if a is not b and overlap(a, b)]


def test_a_prompt_that_nobody_looks_at_is_laid_out_later():
    prompt = {"1": node("Number", value=1), "2": node("Show", value=["1", 0])}

    document, _ = read_api(prompt, TOYS, "a", placed=False)

    assert not any(each.place for each in document.nodes.values())
    assert with_places(document, TOYS.get) == read(prompt)


def test_places_that_are_there_stay():
    document = Document(nodes={"1": Node("Number", place=(1, 2, 3, 4)), "2": Node("Number")})

    assert with_places(document, TOYS.get) == document


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    beside = a[0] + a[2] <= b[0] or b[0] + b[2] <= a[0]
    return not (beside or a[1] + a[3] <= b[1] or b[1] + b[3] <= a[1])


def test_nodes_in_a_circle_have_places_too():
    document = read({"1": node("Add", a=["2", 0]), "2": node("Add", a=["1", 0])})

    assert all(each.place for each in document.nodes.values())


# writing


def test_values_of_all_inputs_with_defaults_are_written():
    g = Graphs()
    g.node("Add", at="1", a=g.node("Number", at="2"))

    assert write_api(g.document(), TOYS) == {
        "2": node("Number", "Number", value=0),
        "1": node("Add", "Add", a=["2", 0], b=0),
    }


def test_list_is_wrapped_because_a_pair_means_a_link():
    document = Document(nodes={"1": Node("Odd", values={"size": [1, 2]})})

    assert write_api(document, TOYS)["1"]["inputs"] == {"size": {"__value__": [1, 2]}}


def test_large_number_is_a_number_again():
    document = Document(nodes={"1": Node("Number", values={"value": str(2**63)})})
    registry = Registry([replace_inputs("Number", whole("value", max=2**64))])

    assert write_api(document, registry)["1"]["inputs"] == {"value": 2**63}


def replace_inputs(kind: str, *inputs: Any) -> Any:
    import dataclasses

    return dataclasses.replace(toy(kind, lambda: 0), inputs=inputs)


def test_subgraph_is_unfolded_to_ids_with_colons():
    inner = Subgraph(
        nodes={"7": Node("Add", values={"a": 1, "b": 2})},
        inputs=[ExposedInput("first", [("7", "a")])],
        outputs=[ExposedOutput("sum", ("7", 0))],
    )
    nodes = {
        "12": Node("subgraph:x", values={"first": 5}),
        "3": Node("Show", links={"value": LinkSource("12", 0)}),
    }

    prompt = write_api(Document(nodes=nodes, subgraphs={"x": inner}), TOYS)

    assert prompt["12:7"]["inputs"] == {"a": 5, "b": 2}
    assert prompt["3"]["inputs"] == {"value": ["12:7", 0]}


def test_muted_and_bypassed_nodes_are_left_out():
    g = Graphs()
    first = g.node("Number", at="1", value=1)
    passed = g.node("Add", at="2", state="bypass", a=first)
    muted = g.node("Number", at="3", state="mute")
    g.node("Add", at="4", a=passed, b=muted)

    prompt = write_api(g.document(), TOYS)

    assert list(prompt) == ["1", "4"]
    assert prompt["4"]["inputs"] == {"a": ["1", 0], "b": 0}


def test_link_to_a_node_that_is_not_there_is_left_out():
    document = Document(nodes={"1": Node("Show", links={"value": LinkSource("9", 0)})})

    assert write_api(document, TOYS)["1"]["inputs"] == {}


def test_id_that_somebody_took_meanwhile_is_not_given_twice():
    document = read({"1:2": node("Number", value=1)})
    both = replace(document, nodes={**document.nodes, "x": document.nodes["1_2"]})

    assert list(write_api(both, TOYS)) == ["1_2", "x"]


def test_changed_value_takes_the_form_of_the_old_one():
    document = read({"1": node("Odd", curve={"__type__": "CURVE", "__value__": [1]})})

    changed = document.with_value("1", "curve", [2])

    written = write_api(changed, TOYS)["1"]["inputs"]
    assert written == {"curve": {"__type__": "CURVE", "__value__": [2]}}


def test_changed_title_is_written():
    document = read({"1": node("Number", "Old", value=1)})
    renamed = replace(document, nodes={"1": replace(document.nodes["1"], title="New")})

    assert write_api(renamed, TOYS)["1"]["_meta"] == {"title": "New"}


# there and back


@pytest.mark.parametrize(
    "raw",
    [
        node("Number", value=3),
        node("Number"),
        node("Number", "Seven", value="7"),
        node("Odd", seed=2**63),
        node("Odd", big=str(2**63)),
        node("Odd", points={"__type__": "CURVE", "__value__": [[0, 1]]}),
        node("Odd", bare=[1, 2, 3]),
        node("Odd", one={"__value__": 1}),
        node("Odd", deep={"__value__": {"__value__": 2}}),
        {**node("Odd"), "_meta": {"title": "", "cnr_id": "pack"}},
        {**node("Odd"), "_meta": None, "is_changed": [1]},
    ],
)
def test_prompt_is_the_same_after_reading_saving_and_writing(raw: dict[str, Any]):
    assert written_again({"5:1": raw}) == {"5:1": raw}


ids = st.text("0123456789:_.a", max_size=4)
kinds = st.sampled_from([*(spec.id for spec in TOYS), "Odd", "Strange"])
sockets = st.sampled_from(["value", "a", "b", "text", "on", "numbers", "x", "y"])
bare = st.lists(strategies.scalars | st.lists(strategies.scalars, max_size=2), max_size=3)
forms = (
    strategies.scalars
    | bare.map(lambda items: {"__value__": items})
    | bare.filter(lambda items: len(items) != 2)
    | st.dictionaries(strategies.names, strategies.scalars, max_size=2)
    | st.integers(-(2**64), 2**64)
    | st.integers().map(str)
)
metas = st.dictionaries(st.sampled_from(["title", "cnr_id"]), st.text(max_size=3))


@st.composite
def prompts(draw: st.DrawFn) -> dict[str, Any]:
    keys = draw(st.lists(ids, max_size=5, unique=True))
    links = st.builds(list, st.tuples(st.sampled_from(keys), st.integers(0, 3))) if keys else forms
    nodes = st.fixed_dictionaries(
        {"class_type": kinds, "inputs": st.dictionaries(sockets, forms | links, max_size=4)},
        optional={"_meta": metas, "is_changed": strategies.values},
    )
    return {key: draw(nodes) for key in keys}


@given(prompts())
def test_any_prompt_is_the_same_after_reading_and_writing(prompt: dict[str, Any]):
    assert write_api(read(prompt), TOYS) == prompt
