from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from engine.document import (
    Document,
    ExposedInput,
    LinkSource,
    Node,
    document_from,
    load_document,
    read_document,
    write_document,
)
from engine.document.schema import document_schema
from engine.errors import WorkflowError
from tests.graphs import Graphs
from tests.strategies import documents

HEAD = {"format": "sfumato", "version": 1}
SCHEMA = Draft202012Validator(document_schema())


def refusal(text: bytes | str, name: str = "a.json") -> str:
    with pytest.raises(WorkflowError) as caught:
        read_document(text, name)
    return caught.value.message


def raw(**more: Any) -> str:
    return json.dumps({**HEAD, **more})


def written(document: Document) -> dict[str, Any]:
    return json.loads(write_document(document))


# laws


@settings(max_examples=50)
@given(documents)
def test_what_is_written_is_read_again(document: Document):
    assert read_document(write_document(document)) == document


@settings(max_examples=50)
@given(documents)
def test_what_is_written_fits_the_schema(document: Document):
    assert list(SCHEMA.iter_errors(written(document))) == []


def test_whole_places_are_written_as_they_were_read():
    node = {"type": "A", "place": [320, 40.5, -7, 0]}

    assert written(read_document(raw(nodes={"1": node})))["nodes"]["1"] == node
    assert b"320," in write_document(read_document(raw(nodes={"1": node})))


def test_a_place_beyond_all_canvases_is_refused():
    with pytest.raises(WorkflowError, match="place"):
        read_document(raw(nodes={"1": {"type": "A", "place": [2**70, 0, 0, 0]}}))


# reading


def test_a_node_has_what_the_file_says():
    node = {
        "type": "KSampler",
        "version": 2,
        "mode": "mute",
        "title": "Sampler",
        "place": [320, 40, 260, 0],
        "values": {"seed": "7", "cfg": 4.0},
        "links": {"model": ["1", 0, "MODEL"], "positive": ["2", 1]},
        "controls": {"seed": "fixed"},
        "foreign": {"widgets_values": [1, None]},
    }

    assert read_document(raw(nodes={"4": node})).nodes["4"] == Node(
        type="KSampler",
        version=2,
        mode="mute",
        title="Sampler",
        place=(320, 40, 260, 0),
        values={"seed": "7", "cfg": 4.0},
        links={"model": LinkSource("1", 0, "MODEL"), "positive": LinkSource("2", 1)},
        controls={"seed": "fixed"},
        foreign={"widgets_values": [1, None]},
    )


def test_an_empty_document_is_a_document():
    assert read_document(raw()) == Document()


def test_text_and_bytes_are_read():
    assert read_document(raw(title="ü")) == read_document(raw(title="ü").encode())


def test_a_file_is_read(tmp_path: Path):
    path = tmp_path / "a.json"
    path.write_text(raw(title="A"))

    assert load_document(path).title == "A"


LEVELS: list[dict[str, Any]] = [
    {},
    {"nodes": {"1": {"type": "A"}}},
    {"inputs": [{"name": "a"}]},
    {"outputs": [{"name": "a", "source": ["1", 0]}]},
    {"subgraphs": {"s": {}}},
    {"subgraphs": {"s": {"nodes": {"1": {"type": "A"}}}}},
    {"subgraphs": {"s": {"inputs": [{"name": "a"}]}}},
    {"subgraphs": {"s": {"outputs": [{"name": "a", "source": ["1", 0]}]}}},
]


def with_keys(tree: Any, keys: dict[str, Any]) -> Any:
    """Return a tree with keys added to its innermost object that is no map by id."""
    (name, below), *_ = tree.items() if tree else [("", None)]
    if isinstance(below, list):
        return {name: [{**below[0], **keys}]}
    if isinstance(below, dict):
        return {name: {key: with_keys(each, keys) for key, each in below.items()}}
    return {**tree, **keys}


@pytest.mark.parametrize("level", LEVELS, ids=json.dumps)
@pytest.mark.parametrize("value", [5, None, [1], {"a": {"b": [1, None]}}])
def test_unknown_keys_survive_at_every_level(level: dict[str, Any], value: Any):
    tree = {**HEAD, **with_keys(level, {"new": value, "unknown": value, "tint": "red"})}

    assert written(document_from(tree)) == tree


@pytest.mark.parametrize("number", [2**53, -(2**53), 2**64 - 1, 10**40])
def test_integers_that_javascript_cannot_hold_are_written_as_strings(number: int):
    values = {"seed": number, "list": [{"deep": number}]}

    node = written(Document(nodes={"1": Node(type="A", values=values)}))["nodes"]["1"]

    assert node["values"] == {"seed": str(number), "list": [{"deep": str(number)}]}


@pytest.mark.parametrize("number", [2**53 - 1, -(2**53) + 1, True, 1.5, 1e300])
def test_other_numbers_are_written_as_they_are(number: float):
    node = written(Document(nodes={"1": Node(type="A", values={"n": number})}))["nodes"]["1"]

    assert node["values"]["n"] is number or node["values"]["n"] == number


def test_integers_of_any_size_are_read():
    node = '{"type": "A", "values": {"n": 123456789012345678901234567890}}'

    document = read_document(f'{{"format": "sfumato", "version": 1, "nodes": {{"1": {node}}}}}')

    assert document.nodes["1"].values["n"] == 123456789012345678901234567890


# what is refused


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", '"a.json" is not JSON'),
        ("{", '"a.json" is not JSON'),
        (b"\xff\xfe", '"a.json" is not JSON'),
        ('{"format": "sfumato", "version": 1, "n": NaN}', "NaN and Infinity are not JSON either"),
        ('{"format": "sfumato", "version": 1, "n": 1e999}', '"a.json" is not JSON'),
        ('{"format": "sfumato", "version": 1, "title": "\\ud800"}', '"a.json" is not JSON'),
        ("[]", '"format" is not "sfumato"'),
        ("{}", '"format" is not "sfumato". Save it from Sfumato, or import it.'),
        ('{"3": {"class_type": "KSampler"}}', '"format" is not "sfumato"'),
        ('{"format": "sfumato"}', 'has no version. A workflow says "version": 1'),
    ],
)
def test_what_is_no_workflow_is_refused(text: bytes | str, said: str):
    assert said in refusal(text)


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"nodes": []}, "Expected `object`, got `array` - at `$.nodes`"),
        ({"nodes": {"1": {}}}, "missing required field `type` - at `$.nodes[...]`"),
        ({"nodes": {"1": {"type": 5}}}, "at `$.nodes[...].type`"),
        ({"nodes": {"1": {"type": "A", "mode": "off"}}}, "at `$.nodes[...].mode`"),
        ({"nodes": {"1": {"type": "A", "links": {"a": ["1"]}}}}, "at `$.nodes[...].links[...]`"),
        ({"inputs": [{"name": "a", "targets": [["1"]]}]}, "at `$.inputs[0].targets[0]`"),
        ({"subgraphs": {"s": 1}}, "at `$.subgraphs[...]`"),
    ],
)
def test_a_wrong_part_is_named_by_its_place(more: dict[str, Any], place: str):
    message = refusal(raw(**more))

    assert message.startswith('"a.json" is not a workflow: ')
    assert place in message


def test_a_document_that_is_too_large_is_refused():
    assert "is too large: 70 MB, at most 64 MB are read" in refusal(b" " * (70 * 2**20))


def nested(depth: int) -> str:
    """Return a document whose containers lie `depth` deep."""
    return raw(extra={"x": 0}).replace("0}", "[" * (depth - 2) + "]" * (depth - 2) + "}")


def test_a_document_may_be_200_levels_deep():
    assert "x" in read_document(nested(200)).extra


@pytest.mark.parametrize("depth", [202, 5_000, 100_000])
def test_a_deeper_document_is_refused(depth: int):
    assert "nested too deeply: at most 200 levels" in refusal(nested(depth))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(WorkflowError, match=r'a.json" can not be read: No such file or directory'):
        load_document(tmp_path / "a.json")


# changes


def test_a_value_is_changed_in_a_new_document():
    g = Graphs()
    g.node("Add", at="sum", a=1, b=2)
    document = g.document()

    changed = document.with_value("sum", "b", 5)

    assert changed.nodes["sum"].values == {"a": 1, "b": 5}
    assert document.nodes["sum"].values == {"a": 1, "b": 2}


def test_a_value_takes_the_place_of_a_link():
    g = Graphs()
    g.node("Add", at="sum", a=g.node("Number"), b=g.node("Number"))

    changed = g.document().with_value("sum", "a", 5)

    assert changed.nodes["sum"].values == {"a": 5}
    assert list(changed.nodes["sum"].links) == ["b"]


def test_a_node_that_is_not_there_is_refused_with_those_there_are():
    g = Graphs()
    g.node("Number", at="one")
    g.node("Number", at="two")

    with pytest.raises(WorkflowError, match=r'no node "three". Nodes here: one, two'):
        g.document().with_value("three", "value", 1)


def instances() -> Document:
    """Return a document where "a" and "b" are instances of a subgraph; "b" gives its input."""
    inner = Graphs()
    inner.node("Number", at="n", value=1)
    outer = Graphs()
    outer.subgraphs["s"] = inner.subgraph(inputs={"amount": [("n", "value")]})
    outer.node("subgraph:s", at="a")
    outer.node("subgraph:s", at="b", amount=2)
    return outer.document()


def test_a_path_leads_into_the_definition():
    changed = instances().with_value("a:n", "value", 7)

    assert changed.subgraphs["s"].nodes["n"].values == {"value": 7}
    assert changed.nodes == instances().nodes
    assert [each.name for each in changed.subgraphs["s"].inputs] == ["amount"]


def test_an_input_that_an_instance_gives_is_changed_there():
    changed = instances().with_value("b:n", "value", 7)

    assert changed.nodes["b"].values == {"amount": 7}
    assert changed.subgraphs == instances().subgraphs


def deep(*, outer_gives: bool) -> Document:
    """Return an instance of a subgraph that holds an instance, which gives the inner input."""
    document = instances()
    g = Graphs(subgraphs={**document.subgraphs, "t": Graphs(nodes=document.nodes).subgraph()})
    g.subgraphs["t"].inputs.append(ExposedInput("total", [("b", "amount")]))
    g.node("subgraph:t", at="top", **({"total": 3} if outer_gives else {}))
    return g.document()


def test_the_outermost_instance_that_gives_an_input_counts():
    changed = deep(outer_gives=True).with_value("top:b:n", "value", 7)

    assert changed.nodes["top"].values == {"total": 7}


def test_an_instance_inside_a_definition_is_changed_there():
    changed = deep(outer_gives=False).with_value("top:b:n", "value", 7)

    assert changed.subgraphs["t"].nodes["b"].values == {"amount": 7}
    assert changed.nodes["top"].values == {}


@pytest.mark.parametrize("path", ["a:none", "none:n", "a:n:n", "top", "a:none:n"])
def test_a_path_that_leads_nowhere_is_refused(path: str):
    with pytest.raises(WorkflowError, match="There is no node"):
        instances().with_value(path, "value", 1)


def exposing() -> Document:
    g = Graphs()
    g.node("Add", at="x", a=1)
    g.node("Add", at="y", a=1)
    return g.document(inputs={"all": [("x", "a"), ("y", "a")], "one": [("x", "b")], "none": []})


def test_an_exposed_input_sets_every_target():
    changed = exposing().with_inputs({"all": 5, "none": 1})

    assert [node.values for node in changed.nodes.values()] == [{"a": 5}, {"a": 5}]


def test_an_input_that_is_not_exposed_is_refused_with_those_that_are():
    with pytest.raises(WorkflowError, match=r'exposes no input "two". Exposed: "all", "one"'):
        exposing().with_inputs({"two": 5})


def test_a_workflow_without_inputs_says_so():
    with pytest.raises(WorkflowError, match="Exposed: none"):
        Document().with_inputs({"two": 5})
