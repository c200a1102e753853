"""Every format through the one door."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.document import Document, Node, write_document
from engine.errors import EngineError
from engine.importers import open_document, read_bytes
from engine.importers.report import Note
from engine.paths import Folders
from engine.registry import Registry
from engine.workflow import Workflow
from tests import strategies
from tests.graphs import Graphs
from tests.importers.doors.opening import node, opened
from tests.importers.pictures import plain, png


def test_api_prompt_opens(registry: Registry, folders: Folders):
    imported = opened({"1": node("Number", value=3)}, registry, folders)

    assert imported.report.format == "comfyui-api"
    assert imported.document.title == "a"
    assert imported.document.nodes["1"].values == {"value": 3}


@pytest.mark.skipif(sys.platform != "linux", reason="takes only names that are UTF-8")
def test_file_whose_name_is_no_text_opens(registry: Registry, folders: Folders, tmp_path: Path):
    path = tmp_path / os.fsdecode(b"a\xff.json")
    path.write_text(json.dumps({"1": node("Number", value=3)}))

    document = open_document(path, registry, folders).document

    assert document.title == "a\ufffd"
    assert write_document(document)


def test_instance_of_a_subgraph_that_is_not_there_is_noted(registry: Registry, folders: Folders):
    report = opened({"1": node("subgraph:zzz")}, registry, folders).report

    assert report.notes == [Note("1", "", 'There is no subgraph "zzz" in the file.')]


def test_ui_workflow_opens(registry: Registry, folders: Folders):
    raw = {"version": 0.4, "nodes": [{"id": 1, "type": "Number", "widgets_values": [3]}]}

    imported = opened(raw, registry, folders)

    assert imported.report.format == "comfyui-ui"
    assert imported.document.nodes["1"].values == {"value": 3}


def test_our_document_opens(registry: Registry, folders: Folders, tmp_path: Path):
    g = Graphs()
    g.node("Number", value=3)
    path = tmp_path / "a.json"
    path.write_bytes(write_document(g.document()))

    imported = open_document(path, registry, folders)

    assert imported.document == g.document()
    assert imported.report.as_text() == "Read a Sfumato workflow; nothing is missing."


def test_marked_integers_are_numbers_again_whatever_holds_the_document(
    registry: Registry, folders: Folders
):
    text = write_document(Document(nodes={"1": Node("Number")}, extra={"at": 2**60}))
    holders = [text, text.decode().encode("utf-16"), png(plain("sfumato", text.decode()))]

    found = [read_bytes(each, "a", registry, folders).document for each in holders]

    assert [each.extra for each in found] == [{"at": 2**60}] * len(holders)


def test_in_our_own_picture_the_document_comes_first(registry: Registry, folders: Folders):
    g = Graphs()
    g.node("Number", value=3)
    prompt = plain("prompt", json.dumps({"9": node("Text")}))
    picture = png(prompt, plain("sfumato", write_document(g.document()).decode()))

    assert read_bytes(picture, "a.png", registry, folders).document == g.document()


def test_workflow_comes_before_the_prompt(registry: Registry, folders: Folders):
    raw = {"version": 0.4, "nodes": [{"id": 5, "type": "Number", "widgets_values": [3]}]}
    texts = plain("prompt", json.dumps({"9": node("Text")})), plain("workflow", json.dumps(raw))

    assert list(read_bytes(png(*texts), "a.png", registry, folders).document.nodes) == ["5"]


def test_what_can_not_be_read_makes_room_for_the_next(registry: Registry, folders: Folders):
    newer = {"format": "sfumato", "version": 99}
    texts = plain("sfumato", json.dumps(newer)), plain("prompt", json.dumps({"9": node("Text")}))

    imported = read_bytes(png(*texts), "a.png", registry, folders)

    assert list(imported.document.nodes) == ["9"]
    assert '"a.png" has version 99' in imported.report.notes[0].message


def test_notes_of_the_file_are_in_the_report(registry: Registry, folders: Folders):
    picture = png(plain("workflow", "oops"), plain("prompt", json.dumps({"9": node("Text")})))

    (note,) = read_bytes(picture, "a.png", registry, folders).report.notes

    assert '"workflow of a.png" is not JSON' in note.message


def test_library_loads_every_format(make_engine: Any, tmp_path: Path):
    path = tmp_path / "a.png"
    prompt = {"1": node("Number", value=3), "2": node("Show", value=["1", 0])}
    path.write_bytes(png(plain("prompt", json.dumps(prompt))))

    workflow = Workflow.load(path, make_engine())

    assert workflow.run().report.ui == {"2": {"text": ["3"]}}
    assert workflow.imported is not None
    assert workflow.imported.format == "comfyui-api"


keys = st.sampled_from(
    ["nodes", "links", "version", "1", "class_type", "inputs", "type", "id", "extra", "models"]
) | st.sampled_from(
    ["widgets_values", "definitions", "subgraphs", "properties", "outputs", "groups", "_meta"]
)
words = st.sampled_from(
    ["Number", "Loader", "Sampler", "Odd", "model", "value", "../x", "subgraph:1"]
)
anything = st.recursive(
    strategies.scalars | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys | words, inner, max_size=5),
    max_leaves=30,
)
prompts = st.dictionaries(
    keys | words,
    st.fixed_dictionaries({"class_type": words | anything, "inputs": anything}),
    max_size=4,
)
workflows = st.fixed_dictionaries(
    {"version": st.just(0.4), "nodes": st.lists(anything, max_size=4)},
    optional={"links": anything, "extra": anything, "definitions": anything, "groups": anything},
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=anything | prompts | workflows)
def test_any_json_is_read_or_refused(raw: Any, registry: Registry, folders: Folders):
    try:
        imported = opened(raw, registry, folders)
    except EngineError:
        return

    assert imported.report.as_text()
    assert json.dumps(imported.report.as_json())
    read_bytes(write_document(imported.document), "again", registry, folders)
