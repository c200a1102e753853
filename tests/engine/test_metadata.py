from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from engine.document import Document, write_document
from engine.document.flatten import flatten
from engine.files.metadata import Deferred, api_prompt, handles_of, picture_info, titles_of
from engine.registry import Registry
from engine.validate import check
from tests.fakes import toy
from tests.graphs import Graphs


def prompt_of(document: Document, registry: Registry) -> dict[str, Any]:
    flat = flatten(document, registry.specs)
    return api_prompt(check(flat, registry, None), titles_of(flat))


def test_a_graph_is_told_as_an_api_prompt(registry: Registry):
    g = Graphs()
    g.node("Show", at="2", value=g.node("Add", at="1", a=3, b="4"))

    assert prompt_of(g.document(), registry) == {
        "1": {"class_type": "Add", "inputs": {"a": 3, "b": 4}, "_meta": {"title": "Add"}},
        "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}, "_meta": {"title": "Show"}},
    }


def test_a_link_names_the_output(registry: Registry):
    g = Graphs()
    halves = g.node("Halve", at="1", value=5)
    g.node("Show", at="2", value=halves[1])

    assert prompt_of(g.document(), registry)["2"]["inputs"] == {"value": ["1", 1]}


def test_values_that_are_not_given_are_told_too(registry: Registry):
    g = Graphs()
    g.node("Show", at="2", value=g.node("Add", at="1", a=3))

    assert prompt_of(g.document(), registry)["1"]["inputs"] == {"a": 3, "b": 0}


def test_a_list_is_wrapped_so_that_it_is_no_link(registry: Registry):
    registry.add(toy("Any", lambda value=None: value, is_output=True))
    g = Graphs()
    g.node("Any", at="1", value=["2", 0])

    assert prompt_of(g.document(), registry)["1"]["inputs"] == {"value": {"__value__": ["2", 0]}}


def test_nodes_that_do_not_run_are_left_out(registry: Registry):
    g = Graphs()
    g.node("Number", at="1")
    g.node("Show", at="2", state="mute", value=g.node("Number", at="3"))
    g.node("Show", at="4", value=g.node("Number", at="5"))

    assert prompt_of(g.document(), registry).keys() == {"4", "5"}


def test_nodes_of_a_subgraph_have_colon_paths(registry: Registry):
    inner = Graphs()
    inner.node("Show", at="s", value=inner.node("Number", at="n"))
    g = Graphs()
    g.subgraphs["d"] = inner.subgraph()
    g.node("subgraph:d", at="7")

    prompt = prompt_of(g.document(), registry)

    assert prompt["7:s"]["inputs"] == {"value": ["7:n", 0]}


def test_a_title_that_a_person_gave_is_told(registry: Registry):
    g = Graphs()
    g.node("Show", at="1", value=g.node("Number", at="2"))
    g.nodes["1"] = replace(g.nodes["1"], title="My node")

    assert prompt_of(g.document(), registry)["1"]["_meta"] == {"title": "My node"}


def test_the_name_by_which_texts_mention_a_node_is_told(registry: Registry):
    g = Graphs()
    g.node("Show", at="1", value=g.node("Number", at="2"))
    for node_id, handle in {"1": "Show", "2": "Mine"}.items():
        foreign = {"node": {"properties": {"Node name for S&R": handle}}}
        g.nodes[node_id] = replace(g.nodes[node_id], foreign=foreign)
    flat = flatten(g.document(), registry.specs)

    prompt = api_prompt(check(flat, registry, None), titles_of(flat), handles_of(flat))

    assert prompt["2"]["_meta"] == {"title": "Number", "handle": "Mine"}
    assert prompt["1"]["_meta"] == {"title": "Show"}


def test_the_document_goes_into_the_picture_as_it_is_saved():
    g = Graphs()
    g.node("Number", at="1", value=2**64 - 1)

    info = picture_info(g.document())

    assert info == {"sfumato": json.loads(write_document(g.document()))}
    assert info["sfumato"]["nodes"]["1"]["values"] == {"value": str(2**64 - 1)}


def test_what_comfyuis_editor_opens_goes_into_the_picture_too():
    info = picture_info(Graphs().document(), lambda document: {"nodes": len(document.nodes)})

    assert info["workflow"] == {"nodes": 0}


def test_a_picture_is_saved_where_that_can_not_be_written(caplog: pytest.LogCaptureFixture):
    def broken(document: Document) -> dict[str, Any]:
        raise ValueError("no")

    info = picture_info(Graphs().document(), broken)

    assert list(info) == ["sfumato"]
    assert "could not be written for ComfyUI" in caplog.text


def test_a_deferred_mapping_is_made_once_and_only_when_looked_into():
    made: list[int] = []
    deferred = Deferred(lambda: made.append(1) or {"a": 1, "b": 2})
    before = list(made)

    assert deferred["a"] == 1
    assert list(deferred) == ["a", "b"]
    assert len(deferred) == 2
    assert (before, made) == ([], [1])


def test_a_deferred_mapping_lacks_what_it_lacks():
    with pytest.raises(KeyError):
        Deferred(dict)["a"]
