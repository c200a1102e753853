"""A document that never was a ComfyUI file opens there, and reads back as it was."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from engine.document import Document, LinkSource, Node, document_from, read_document
from engine.document.model import ExposedInput, ExposedOutput
from engine.importers.ui import read_ui
from engine.importers.ui.write import write_ui
from engine.registry import Registry
from tests.saved import made, socket, whole
from tests.written import ends, named_at_both_ends, node_of, read_again, write

BUNDLED = sorted((Path(__file__).parents[3] / "workflows").glob("*.json"))
NODES = {
    "1": Node("Source", values={"value": 5, "text": "x"}, place=(1, 2, 300, 0)),
    "9": Node("Sink", title="Shown", mode="mute", links={"value": LinkSource("1", 0, "*")}),
}


def same(node: Node) -> tuple[Any, ...]:
    """Return what of a node any file says; numbers may be text in a document."""
    values = {name: str(value) for name, value in node.values.items()}
    return node.type, node.title, node.mode, node.place, node.links, values, node.controls


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_a_bundled_workflow_written_and_read_is_the_same(path: Path):
    registry = Registry.of_packages("nodes")
    document = read_document(path.read_bytes())

    raw = json.loads(json.dumps(write_ui(document, registry)))
    again, notes = read_ui(raw, registry, "another name")

    assert notes == []
    assert {key: same(node) for key, node in again.nodes.items()} == {
        key: same(node) for key, node in document.nodes.items()
    }
    assert (again.inputs, again.outputs) == (document.inputs, document.outputs)
    assert (again.title, again.description) == (document.title, document.description)
    assert named_at_both_ends(raw)


def test_a_new_file_has_what_the_editor_asks_for():
    raw = write(Document(nodes=NODES))

    assert str(UUID(raw["id"])) == raw["id"]
    assert (raw["version"], raw["last_node_id"], raw["last_link_id"]) == (0.4, 9, 1)
    assert all(
        {"id", "type", "pos", "size", "flags", "order", "mode", "properties"} <= node.keys()
        for node in raw["nodes"]
    )
    assert node_of(raw, 9)["mode"] == 2
    assert raw["links"] == [[1, 1, 0, 9, 0, "*"]]


def test_sockets_that_may_stay_empty_are_drawn_so():
    spec = made("T", socket("model", "MODEL", required=True), socket("mask", "MASK"))

    raw = write(Document(nodes={"1": Node("T")}), spec)

    assert node_of(raw, 1)["inputs"] == [
        {"name": "model", "type": "MODEL", "link": None},
        {"name": "mask", "type": "MASK", "shape": 7, "link": None},
    ]


def test_a_node_without_a_place_goes_below_the_others():
    raw = write(Document(nodes=NODES))

    assert node_of(raw, 1)["pos"] == [1, 2]
    assert node_of(raw, 9)["pos"][1] > 2


def test_an_id_that_is_no_number_stays():
    nodes = {"a": NODES["1"], "b": Node("Sink", links={"value": LinkSource("a", 0, "*")})}

    raw = write(Document(nodes=nodes))

    assert ends(raw) == {("a", 0, "b", 0)}
    assert read_again(Document(nodes=nodes)).nodes.keys() == {"a", "b"}


def test_exposed_names_are_read_again():
    exposed = [ExposedInput("n", [("1", "value")], label="N", group="g", description="d")]
    outputs = [ExposedOutput("o", ("1", 0))]

    again = read_again(Document(nodes=NODES, title="T", inputs=exposed, outputs=outputs))

    assert (again.title, again.inputs, again.outputs) == ("T", exposed, outputs)


def test_a_node_of_an_unknown_type_has_its_values_by_name():
    nodes = {
        "1": Node("Odd", values={"n": 3}),
        "2": Node("Sink", links={"value": LinkSource("1", 2)}),
    }

    again = read_again(Document(nodes=nodes))

    assert again.nodes["1"].values == {"n": 3}
    assert again.nodes["2"].links == {"value": LinkSource("1", 2)}


def test_a_widget_that_must_be_a_socket_is_one():
    spec = made("T", whole("forced", options={"forceInput": True}), socket("a"), whole("n"))

    raw = write(Document(nodes={"1": Node("T", values={"n": 2})}), spec)

    assert [each["name"] for each in node_of(raw, 1)["inputs"]] == ["forced", "a"]
    assert node_of(raw, 1)["widgets_values"] == [2]


def test_frames_notes_and_the_viewport_of_our_editor_are_written():
    note = {"id": "5", "title": "Why", "text": "so", "format": "markdown", "place": [1, 2, 3, 4]}
    view = {"offset": [1, 2], "zoom": 0.5, "notes": [note]}
    frames = [{"title": "F", "place": [0, 0, 9, 9], "color": "#123"}]

    raw = write(Document(nodes=NODES, view=view, frames=frames))

    assert raw["extra"]["ds"] == {"scale": 0.5, "offset": [1, 2]}
    assert raw["groups"] == [{"title": "F", "bounding": [0, 0, 9, 9], "color": "#123"}]
    written = node_of(raw, 5)
    assert (written["type"], written["title"]) == ("MarkdownNote", "Why")
    assert (written["widgets_values"], written["pos"], written["size"]) == (["so"], [1, 2], [3, 4])


def test_a_note_whose_text_changed_is_written_so():
    raw = {"id": 5, "type": "Note", "widgets_values": ["old"], "title": "Old", "color": "#432"}
    note = {
        "id": "5",
        "title": "New",
        "text": "new",
        "format": "plain",
        "place": [],
        "foreign": raw,
    }

    written = node_of(write(Document(view={"notes": [note]})), 5)

    assert (written["title"], written["widgets_values"], written["color"]) == (
        "New",
        ["new"],
        "#432",
    )


def test_a_document_from_an_api_prompt_is_written():
    node = {
        "type": "Source",
        "values": {"value": 3},
        "foreign": {"format": "comfyui-api", "id": "4:2"},
    }
    document = document_from({"format": "sfumato", "version": 1, "nodes": {"4_2": node}}, "prompt")

    assert node_of(write(document), "4_2")["widgets_values"] == [3, ""]
