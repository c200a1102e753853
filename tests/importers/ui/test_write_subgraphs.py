"""COMPAT.md A7 backwards: definitions, and the values of instances in both layouts."""

from uuid import UUID

import pytest
from msgspec.structs import replace

from engine.document import Document, LinkSource, Node
from engine.document.model import ExposedInput, ExposedOutput, Subgraph
from tests.saved import INPUT, Json, Saved, inner, out, read
from tests.written import (
    ends,
    essence,
    graphs,
    named_at_both_ends,
    node_of,
    read_again,
    usual,
    write,
    written,
)


def body() -> Saved:
    """Return a definition's graph: input 0 feeds `value` of node 7, whose output is output 0."""
    g = Saved()
    g.node(7, "Source", [5, "inside"], outputs=[{"name": "o", "type": "INT", "links": [2]}])
    g.link(INPUT, 0, 7, "value")
    g.nodes[0]["inputs"][0]["widget"] = {"name": "value"}
    out(g, 7, 0, 0)
    return g


def host(held: object = None, **more: object) -> Saved:
    """Return a root with an instance, 12, that a sink shows."""
    g = Saved()
    outputs = [{"name": "result", "type": "*", "links": [1]}]
    g.node(12, "sub", held, outputs=outputs, **more)
    g.node(9, "Sink", [0])
    g.link(12, 0, 9, "value")
    return g


def socket(name: str, *links: int, **more: object) -> Json:
    return {"id": f"id of {name}", "name": name, "type": "*", "linkIds": list(links), **more}


def sub(**more: object) -> Json:
    boxes = {"inputNode": {"id": -10, "bounding": [0, 0, 1, 1]}, "widgets": [], "state": {
        "lastGroupId": 0, "lastNodeId": 7, "lastLinkId": 2, "lastRerouteId": 0}}  # fmt: skip
    sockets = [socket("number", 1, label="Number")], [socket("result", 2)]
    return body().definition("sub", *sockets, **boxes, **more)


def saved(root: Saved, *definitions: Json) -> Json:
    return usual(root.document(definitions={"subgraphs": list(definitions)}))


def through_a_reroute() -> Json:
    g = Saved()
    g.node(7, "Source", [5, "inside"], outputs=[{"name": "o", "type": "INT", "links": [3]}])
    g.node(8, "Reroute", outputs=[{"name": "", "type": "*", "links": [2]}])
    g.node(6, "Reroute", outputs=[{"name": "", "type": "INT", "links": [4]}])
    g.link(INPUT, 0, 8, "")
    g.link(8, 0, 7, "value")
    g.link(7, 0, 6, "", "INT")
    out(g, 6, 0, 0)
    g.links[-1][-1] = "INT"
    return g.definition("sub", [socket("number", 1)], [socket("result", 4)])


def handing_on() -> Json:
    g = Saved()
    out(g, INPUT, 0, 0)
    return g.definition("sub", [socket("number", 1)], [socket("result", 1)])


OLD = {"proxyWidgets": [["7", "text"], ["7", "value"], ["7", "$$preview"]]}
ITSELF = {"proxyWidgets": [["-1", "number"], ["7", "text"]]}
SEEN = {"scale": 1, "offset": [0, 1]}
LINKED = host()
LINKED.nodes[0]["inputs"].append({"name": "number", "type": "*", "link": None})
FILES = {
    "old layout": saved(host([], properties=OLD), sub()),
    "new layout": saved(host([31]), sub()),
    "new layout by name": saved(host([31], widgets_values_named={"number": 31}), sub()),
    "values of the instance itself": saved(host([31], properties=ITSELF), sub()),
    "surplus": saved(host([31, 7]), sub()),
    "an unlinked socket": saved(LINKED, sub()),
    "muted": saved(host([31], mode=2), sub()),
    "groups and a viewport": saved(
        host(),
        sub(groups=[{"title": "G", "bounding": [1, 2, 3, 4]}], extra={"ds": SEEN}),
    ),
    "reroutes inside": saved(host(), through_a_reroute()),
    "an output that hands on": saved(host([4]), handing_on()),
}  # fmt: skip
NAMES = sorted(FILES)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_read_and_written_says_the_same(name: str):
    assert essence(written(FILES[name])) == essence(FILES[name])


@pytest.mark.parametrize("name", NAMES)
def test_a_document_written_and_read_is_the_same(name: str):
    document = read(FILES[name])

    assert read_again(document) == document


@pytest.mark.parametrize("name", NAMES)
def test_every_link_is_named_at_both_ends(name: str):
    assert all(map(named_at_both_ends, graphs(written(FILES[name]))))


def definition(raw: Json) -> Json:
    (found,) = raw["definitions"]["subgraphs"]
    return found


def test_what_else_a_definition_says_comes_back():
    raw = saved(host(), sub())

    assert definition(written(raw)) == definition(raw) | {"groups": []}


def test_a_definitions_sockets_name_their_links():
    found = definition(written(saved(host(), sub())))

    assert [each["linkIds"] for each in (*found["inputs"], *found["outputs"])] == [[1], [2]]


def test_a_changed_value_of_an_instance_is_in_its_list():
    document = read(saved(host([31]), sub())).with_value("12", "number", 32)

    assert node_of(write(document), 12)["widgets_values"] == [32]


def test_a_changed_value_inside_is_written_inside():
    document = read(saved(host([], properties=OLD), sub())).with_value("12:7", "text", "new")

    assert definition(write(document))["nodes"][0]["widgets_values"] == [5, "new"]


def test_a_promoted_widget_with_a_value_of_its_own_becomes_a_socket():
    document = read(saved(host([], properties=OLD), sub())).with_value("12", "text", "new")

    raw = write(document)

    assert [each["name"] for each in definition(raw)["inputs"]] == ["number", "text"]
    assert node_of(raw, 12)["widgets_values"] == [5, "new"]
    assert node_of(raw, 12)["properties"]["proxyWidgets"] == [["7", "value"], ["7", "$$preview"]]
    assert read_again(document).nodes["12"].values["text"] == "new"


def test_a_definition_that_cannot_be_read_stays():
    raw = saved(host(), sub())
    raw["definitions"]["subgraphs"].append({"name": "no id"})

    assert written(raw)["definitions"]["subgraphs"][1] == {"name": "no id"}


def native() -> Document:
    """Return a document of our own with two instances of a definition inside another."""
    body = Subgraph(
        nodes={"7": Node("Source", values={"text": "inside"}), "8": Node("Sink")},
        inputs=[ExposedInput("number", [("7", "value"), ("8", "count")], label="Number")],
        outputs=[ExposedOutput("result", ("7", 0))],
        title="Body",
    )
    outer = Subgraph(
        nodes={"3": Node("subgraph:body")},
        inputs=[ExposedInput("n", [("3", "number")])],
        outputs=[ExposedOutput("r", ("3", 0))],
        title="Outer",
    )
    nodes = {
        "1": Node("subgraph:outer", values={"n": 4}),
        "2": Node("subgraph:body", links={"number": LinkSource("1", 0, "r")}),
        "9": Node("Sink", links={"value": LinkSource("2", 0, "result")}),
    }
    return Document(nodes=nodes, subgraphs={"body": body, "outer": outer})


def test_a_native_definition_has_an_id_that_comfyui_takes():
    raw = write(native())

    ids = [each["id"] for each in raw["definitions"]["subgraphs"]]
    assert [str(UUID(each)) for each in ids] == ids
    assert {node["type"] for node in raw["nodes"]} == {*ids, "Sink"}


def test_a_native_definition_is_read_again():
    document = read_again(native())

    body, outer = document.subgraphs.values()
    assert [(each.name, each.targets, each.label) for each in body.inputs] == [
        ("number", [("7", "value"), ("8", "count")], "Number")
    ]
    assert outer.outputs[0].source == ("3", 0)
    assert document.nodes["1"].values == {"n": 4}
    assert document.nodes["2"].links == {"number": LinkSource("1", 0, "r")}
    assert body.nodes["7"].values == {"value": 0, "text": "inside"}


def test_a_native_instance_has_sockets_and_values_in_the_newer_layout():
    raw = write(native())

    first = node_of(raw, 1)
    assert first["inputs"] == [{"name": "n", "type": "INT", "widget": {"name": "n"}, "link": None}]
    assert first["outputs"] == [{"name": "r", "type": "*", "links": [1]}]
    assert first["widgets_values"] == [4]
    assert ends(raw) == {(1, 0, 2, 0), (2, 0, 9, 0)}


def test_a_native_definition_has_boxes_for_its_sockets():
    found = write(native())["definitions"]["subgraphs"][0]

    assert (found["inputNode"]["id"], found["outputNode"]["id"]) == (-10, -20)
    assert len(found["inputNode"]["bounding"]) == 4
    assert found["state"]["lastNodeId"] == 8


def test_an_exposed_input_that_is_new_is_a_socket():
    document = read(saved(host([31]), sub()))
    changed = replace(
        inner(document), inputs=[*inner(document).inputs, ExposedInput("words", [("7", "text")])]
    )

    found = definition(write(replace(document, subgraphs={"sub": changed})))

    assert [each["name"] for each in found["inputs"]] == ["number", "words"]
    assert found["inputs"][1]["type"] == "STRING"
