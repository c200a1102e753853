"""Whatever was read can be written, and says the same when it is read again."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.document import Document, read_document, write_document
from engine.errors import EngineError
from engine.importers.json_text import parse_json
from engine.importers.ui import read_ui
from tests.importers.ui.test_anything import REGISTRY, WORKFLOWS
from tests.saved import Json, Saved, read
from tests.written import essence, named_at_both_ends, read_again, usual, write, written

KINDS = ["Source", "Pass", "Sink", "Odd", "Reroute", "PrimitiveNode", "Note"]
HELD = {
    "Source": st.tuples(st.integers(-5, 5), st.text(max_size=3)).map(list),
    "Sink": st.tuples(st.integers(-5, 5)).map(list),
    "PrimitiveNode": st.tuples(st.integers(-5, 5), st.sampled_from(["fixed", "increment"])).map(
        list
    ),
    "Note": st.tuples(st.text(max_size=3)).map(list),
}
INPUTS = {"Pass": ["a", "b"], "Sink": ["value", "other", "count"], "Odd": ["x"], "Reroute": [""]}
OUTPUTS = {"Source": 1, "Pass": 2, "Odd": 1, "Reroute": 1, "PrimitiveNode": 1}


@st.composite
def files(draw: st.DrawFn) -> Json:
    """Return a file as a frontend writes it: links go from earlier nodes to later ones."""
    g = Saved()
    kinds = draw(st.lists(st.sampled_from(KINDS), max_size=8))
    for key, kind in enumerate(kinds, 1):
        outputs = [
            {"name": f"o{n}", "type": "*", "links": None} for n in range(OUTPUTS.get(kind, 0))
        ]
        mode = draw(st.sampled_from([0, 0, 0, 2, 4]))
        g.node(key, kind, draw(HELD.get(kind, st.none())), outputs=outputs, mode=mode)
        for name in INPUTS.get(kind, []):
            places = [
                (before, slot)
                for before, each in enumerate(kinds[: key - 1], 1)
                for slot in range(OUTPUTS.get(each, 0))
            ]
            place = draw(st.none() | st.sampled_from(places)) if places else None
            if place:
                output = g.nodes[place[0] - 1]["outputs"][place[1]]
                output["links"] = [*(output["links"] or []), g.link(*place, key, name)]
    return usual(g.document())


@settings(max_examples=150)
@given(files())
def test_a_file_read_and_written_says_the_same(raw: Json):
    assert essence(written(raw)) == essence(raw)


@settings(max_examples=100)
@given(files())
def test_a_document_written_and_read_is_the_same(raw: Json):
    document = read(raw)

    assert read_again(document) == document


@settings(max_examples=100)
@given(files(), st.integers(1, 8), st.sampled_from(["value", "text", "count", "a", "x"]))
def test_a_changed_value_is_read_again(raw: Json, key: int, name: str):
    document = read(raw)
    if str(key) in document.nodes:
        document = document.with_value(str(key), name, 77)

    found = read_again(document)

    assert named_at_both_ends(write(document))
    assert told(found) == told(document)


def told(document: Document) -> dict[str, Any]:
    """Return what runs of a document: values that inputs take."""
    inputs = {"Source": ["value", "text"], "Sink": ["count"]}
    return {
        key: [node.links, [node.values.get(name) for name in inputs.get(node.type, [])]]
        for key, node in document.nodes.items()
    }


@settings(max_examples=100)
@given(WORKFLOWS)
def test_whatever_was_read_is_written(raw: dict[str, Any]):
    try:
        file = parse_json(json.dumps(raw).encode(), "any").value
        document = read_document(write_document(read_ui(file, REGISTRY, "any")[0]))
    except EngineError:
        return

    once = write(document)
    again = read_again(document)

    assert {key: (node.type, node.mode, node.links) for key, node in again.nodes.items()} == {
        key: (node.type, node.mode, node.links) for key, node in document.nodes.items()
    }
    assert json.dumps(write(again), sort_keys=True) == json.dumps(once, sort_keys=True)
