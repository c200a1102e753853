"""Nothing that a user typed or drew is lost, in the document and after a round trip of its file."""

import pytest

from benchmarks.losses import losses
from engine.document import read_document, write_document
from engine.importers.ui import read_ui
from engine.importers.ui.read import OWN
from engine.registry import Registry
from tests.saved import INPUT, PLAIN, Json, Saved, made, out, read, whole

SEEDED = made("Seeded", whole("seed"), whole("steps"))


def drawn() -> Json:
    """Return a workflow with something of everything."""
    inside = Saved()
    inside.node(7, "Source", [5, "inside"], pos=[1, 2], size=[3, 4])
    inside.node(8, "Unknown", ["a", None, {"b": 1}], properties={"ver": "1"})
    inside.node(2, "Reroute")
    inside.link(INPUT, 0, 2, "")
    inside.link(2, 0, 7, "value")
    out(inside, 7, 0, 0)
    out(inside, INPUT, 0, 1)
    g = Saved()
    g.node(1, "Seeded", [2**64 - 1, "randomize", 20], pos={"0": 1, "1": 2}, size=[200, 100])
    g.node(2, "PrimitiveNode", [99, "increment"], pos=[5, 6], size=[7, 8], color="#322")
    g.link(2, 0, 1, "steps")
    g.node(3, "Unknown", {"x": 1, "y": [2]}, title="Mine", flags={"collapsed": True})
    g.link(1, 0, 3, "any", ["A", "B"])
    g.node(4, "sub", [31], widgets_values_named={"number": 31}, mode=4)
    g.link(3, 2, 4, "number")
    g.node(5, "Note", ["why"], pos=[0, 0], size=[9, 9])
    g.node(6, "Sink", [0, "surplus"], order=4)
    g.link(4, 1, 6, "value")
    g.links.append([77, 55, 0, 6, 0, "*"])
    definition = inside.definition("sub", ["number"], ["one", "two"], category="mine")
    return g.document(
        definitions={"subgraphs": [definition]},
        groups=[{"title": "G", "bounding": [0, 0, 9, 9], "font_size": 24}, {"title": "odd"}],
        extra={"ds": {"scale": 1, "offset": [0, 0]}, "node_versions": {"a": "1"}},
        last_node_id=6,
    )


def test_everything_of_a_workflow_is_found_again():
    raw = drawn()
    raw["groups"].pop()

    assert losses(raw, read(raw, SEEDED)) == []


def test_and_in_the_documents_file():
    raw = drawn()
    raw["groups"].pop()
    raw["nodes"][0]["widgets_values"][0] = 7
    document = read(raw, SEEDED)

    again = read_document(write_document(document))

    assert again == document
    assert losses(raw, again) == []


def test_the_largest_seed_is_kept():
    assert read(drawn(), SEEDED).nodes["1"].values["seed"] == 2**64 - 1


def test_a_group_that_cannot_be_read_is_kept():
    assert read(drawn(), SEEDED).extra["comfyui"]["unread"]["groups"] == [{"title": "odd"}]


def test_reading_leaves_the_source_as_it_is():
    raw = drawn()

    read(raw, SEEDED)

    assert raw == drawn()


@pytest.mark.parametrize("held", ["20", 20.0, 20])
def test_numbers_written_as_text_are_kept_as_typed(held: object):
    raw = {"nodes": [{"id": 1, "type": "Seeded", "widgets_values": [1, "fixed", held]}]}

    assert read(raw, SEEDED).nodes["1"].values["steps"] == held


@pytest.mark.parametrize("held", [float("nan"), float("inf")])
def test_values_that_json_does_not_have_become_words(held: float):
    raw = {"nodes": [{"id": 1, "type": "Seeded", "widgets_values": [1, "fixed", held]}]}

    assert read(raw, SEEDED).nodes["1"].values["steps"] == str(held)


def test_a_note_is_given_once():
    g = Saved()
    g.node(1, "Sink", [0])
    g.links += [[key, 55, 0, 1, 0, "*"] for key in (1, 2, 3)]

    assert len(read_ui(g.document(), Registry(PLAIN))[1]) == 1


def test_models_of_nodes_in_definitions_name_definition_and_node():
    inside = Saved()
    inside.node(7, "Source", properties={"models": [{"name": "a.pt", "url": "https://x"}]})
    raw = {"nodes": [], "definitions": {"subgraphs": [inside.definition("sub", [], [])]}}

    (model,) = read(raw).extra["models"]
    assert (model["name"], model["nodes"]) == ("a.pt", ["sub/7"])


def test_a_file_that_we_exported_brings_its_exposed_inputs_back():
    own = {"title": "Mine", "inputs": [{"name": "n", "targets": [["1", "value"]]}]}
    raw = {"nodes": [{"id": 1, "type": "Source"}], "extra": {OWN: own, "x": 1}}

    document = read(raw)

    assert document.title == "Mine"
    assert [each.name for each in document.inputs] == ["n"]
    assert document.extra["comfyui"]["extra"] == {"x": 1}


def test_the_name_of_the_file_is_the_title():
    assert read({"nodes": []}).title == "saved"


def test_a7_rule9_a_workflow_from_a_picture_lacks_unlinked_widget_inputs():
    inside = Saved()
    inside.node(7, "Source", [5, "x"])
    for slot, name in enumerate(["value", "text"]):
        inside.link(INPUT, slot, 7, name)
        inside.nodes[0]["inputs"][slot]["widget"] = {"name": name}
    root = Saved()
    root.node(1, "PrimitiveNode", ["linked"])
    root.node(4, "sub", [31, "own"])
    root.link(1, 0, 4, "words")
    definition = inside.definition("sub", ["number", "words"], [])
    raw = root.document(definitions={"subgraphs": [definition]})

    assert read(raw).nodes["4"].values == {"number": 31, "words": "linked"}


def test_a7_rule8_seed_control_is_the_documents():
    assert read(drawn(), SEEDED).nodes["1"].controls == {"seed": "randomize", "steps": "increment"}
