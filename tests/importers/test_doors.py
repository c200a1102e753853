"""Every format through the one door, put to what is here: types, models, values."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.document import Document, Node, Subgraph, write_document
from engine.document.model import ExposedInput
from engine.errors import EngineError
from engine.importers import Imported, complete, open_document, read_bytes
from engine.importers.report import MissingType, Note
from engine.paths import Folders
from engine.registry import Registry
from engine.spec import InputSpec
from engine.widgets import Choice, FileChoice, Int
from engine.workflow import Workflow
from tests import strategies
from tests.fakes import toy
from tests.graphs import Graphs
from tests.importers.pictures import plain, png


def file_input(name: str, kind: str, **facts: Any) -> InputSpec:
    return InputSpec(name, "COMBO", FileChoice(kind=kind, **facts), reads_files=True)


@pytest.fixture
def registry(registry: Registry) -> Registry:
    """Return the toy nodes, with a loader and one with a choice."""
    loader = replace(toy("Loader", lambda: 0), inputs=(file_input("model", "loras"),))
    picture = file_input("image", "input", upload="image")
    chooser = InputSpec("mode", "COMBO", Choice(choices=("fast", "slow")))
    steps = InputSpec("steps", "INT", Int(min=1, max=100))
    registry.add(
        loader,
        replace(toy("LoadPicture", lambda: 0), inputs=(picture,)),
        replace(toy("Sampler", lambda: 0), inputs=(chooser, steps, InputSpec("link", "LATENT"))),
    )
    return registry


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    (tmp_path / "models/loras/sub").mkdir(parents=True)
    return Folders.at(tmp_path)


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs, "_meta": {"title": kind}}


def opened(prompt: Any, registry: Registry, folders: Folders) -> Imported:
    return read_bytes(json.dumps(prompt).encode(), "a.json", registry, folders)


# formats


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


# missing types


def test_missing_type_is_told_with_its_nodes(registry: Registry, folders: Folders):
    prompt = {"1": node("Odd"), "2": node("Odd"), "3": node("Number")}

    assert opened(prompt, registry, folders).report.missing_types == [
        MissingType("Odd", ["1", "2"]),
    ]


def test_missing_type_of_comfyui_itself_is_known(registry: Registry, folders: Folders):
    (missing,) = opened({"1": node("SaveVideo")}, registry, folders).report.missing_types

    assert missing.pack == "comfy-core"


@pytest.mark.parametrize("key", ["cnr_id", "aux_id"])
def test_missing_type_is_told_with_the_pack_that_the_file_names(
    key: str, registry: Registry, folders: Folders
):
    said = {key: "a/pack", "ver": "1.2"}
    raw = {"version": 0.4, "nodes": [{"id": 5, "type": "Odd", "properties": said}]}

    assert opened(raw, registry, folders).report.missing_types == [
        MissingType("Odd", ["5"], "a/pack", "1.2"),
    ]


def test_missing_type_in_a_subgraph_is_told_with_its_path(registry: Registry, folders: Folders):
    inner = Subgraph(nodes={"3": Node("Odd")})
    document = Document(nodes={"7": Node("subgraph:x")}, subgraphs={"x": inner})

    assert complete(document, registry, folders).report.missing_types == [
        MissingType("Odd", ["7:3"]),
    ]


def test_node_takes_its_place_when_its_type_appears(registry: Registry, folders: Folders):
    raw = {"version": 0.4, "nodes": [{"id": 5, "type": "Late", "widgets_values": [3]}]}
    document = opened(raw, registry, folders).document
    late = InputSpec("value", "INT", Int(default=0), has_default=True)
    registry.add(replace(toy("Late", lambda value: value), inputs=(late,)))

    imported = complete(document, registry, folders)

    assert imported.document.nodes["5"].values == {"value": 3}
    assert imported.report.is_complete


# missing models


def loading(name: str, *models: dict[str, Any]) -> Document:
    return Document(
        nodes={"1": Node("Loader", values={"model": name})}, extra={"models": list(models)}
    )


def test_missing_model_is_told_with_its_source(registry: Registry, folders: Folders):
    listed = {
        "name": "a.safetensors",
        "directory": "loras",
        "url": "https://example.org/a",
        "hash": "ab",
        "hash_type": "SHA256",
        "nodes": ["1"],
    }
    (folders.base / "models/loras/sub/aa.safetensors").touch()

    imported = complete(loading("x\\a.safetensors", listed), registry, folders)

    (missing,) = imported.report.missing_models
    assert (missing.name, missing.directory) == ("x\\a.safetensors", "loras")
    assert (missing.url, missing.hash, missing.nodes) == ("https://example.org/a", "ab", ["1"])
    assert missing.near == ["sub/aa.safetensors"]


def test_model_in_another_subfolder_is_taken_and_noted(registry: Registry, folders: Folders):
    (folders.base / "models/loras/sub/a.safetensors").touch()

    imported = complete(loading("x\\a.safetensors"), registry, folders)

    assert imported.document.nodes["1"].values == {"model": "sub/a.safetensors"}
    assert imported.report.is_complete
    message = '"x\\a.safetensors" is here as "sub/a.safetensors", which is used.'
    assert imported.report.notes == [Note("1", "model", message)]


def test_model_under_another_name_is_found_by_its_hash(registry: Registry, folders: Folders):
    path = folders.base / "models/loras/sub/b.safetensors"
    path.write_bytes(b"weights")
    digest = hashlib.sha256(b"weights").hexdigest()
    index = Index({digest: [path]})
    listed = {"name": "a.safetensors", "hash": digest, "hash_type": "SHA256"}

    imported = complete(loading("a.safetensors", listed), registry, replace(folders, index=index))

    assert imported.document.nodes["1"].values == {"model": "sub/b.safetensors"}


class Index:
    def __init__(self, known: dict[str, list[Path]]) -> None:
        self.known = known

    def paths_with(self, sha256: str) -> list[Path]:
        return self.known.get(sha256, [])


def test_name_with_backslashes_that_is_here_is_kept(registry: Registry, folders: Folders):
    (folders.base / "models/loras/sub/a.safetensors").touch()

    imported = complete(loading("sub\\a.safetensors"), registry, folders)

    assert imported.document.nodes["1"].values == {"model": "sub\\a.safetensors"}
    assert imported.report.notes == []


def test_which_of_several_models_is_meant_is_not_guessed(registry: Registry, folders: Folders):
    (folders.base / "models/loras/other").mkdir()
    for name in ("sub/a.safetensors", "other/a.safetensors"):
        (folders.base / "models/loras" / name).touch()

    (missing,) = complete(loading("a.safetensors"), registry, folders).report.missing_models

    assert missing.near == ["other/a.safetensors", "sub/a.safetensors"]


def test_model_among_another_kind_is_pointed_at(registry: Registry, folders: Folders):
    (folders.base / "models/vae").mkdir()
    (folders.base / "models/vae/a.safetensors").touch()

    (missing,) = complete(loading("a.safetensors"), registry, folders).report.missing_models

    assert missing.near == ["vae: a.safetensors"]


def test_listed_model_of_an_unknown_type_is_missing_too(registry: Registry, folders: Folders):
    models = [{"name": "a.safetensors", "directory": "new_kind", "url": "https://example.org/a"}]
    raw = {
        "version": 0.4,
        "nodes": [{"id": 5, "type": "Odd", "properties": {"models": models}}],
    }

    (missing,) = opened(raw, registry, folders).report.missing_models

    assert (missing.name, missing.nodes) == ("a.safetensors", ["5"])


def test_listed_model_that_a_known_node_does_not_use_is_not_missing(
    registry: Registry, folders: Folders
):
    (folders.base / "models/loras/mine.safetensors").touch()
    listed = {"name": "a.safetensors", "directory": "loras", "nodes": ["1"]}

    assert complete(loading("mine.safetensors", listed), registry, folders).report.is_complete


def test_model_that_every_instance_replaces_is_not_missing(registry: Registry, folders: Folders):
    (folders.base / "models/loras/mine.safetensors").touch()
    inner = Subgraph(
        nodes={"3": Node("Loader", values={"model": "gone.safetensors"})},
        inputs=[ExposedInput("lora", [("3", "model")])],
    )
    instance = Node("subgraph:x", values={"lora": "mine.safetensors"})
    document = Document(nodes={"7": instance}, subgraphs={"x": inner})

    assert complete(document, registry, folders).report.is_complete


def test_missing_model_of_an_instance_is_told(registry: Registry, folders: Folders):
    inner = Subgraph(nodes={"3": Node("Loader")}, inputs=[ExposedInput("lora", [("3", "model")])])
    instance = Node("subgraph:x", values={"lora": "gone.safetensors"})
    document = Document(nodes={"7": instance}, subgraphs={"x": inner})

    (missing,) = complete(document, registry, folders).report.missing_models

    assert missing.nodes == ["7"]


# values that do not fit


def test_number_that_was_text_becomes_a_number(registry: Registry, folders: Folders):
    imported = opened({"1": node("Sampler", steps="20")}, registry, folders)

    assert imported.document.nodes["1"].values == {"steps": 20}
    assert imported.report.notes == [Note("1", "steps", '"20" was text and became 20.')]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("steps", 800, "It takes a whole number from 1 to 100, but is 800; it is kept."),
        ("steps", "many", 'It takes a whole number, but is "many"; it is kept.'),
        ("steps", None, "It takes a whole number, but is null; it is kept."),
        ("link", 3, "It takes a link of type LATENT, but is 3; it is kept."),
        ("mode", "warp", 'It takes one of "fast", "slow", but is "warp"; it is kept.'),
    ],
)
def test_value_that_does_not_fit_is_kept_and_noted(
    name: str, value: Any, message: str, registry: Registry, folders: Folders
):
    imported = opened({"1": node("Sampler", **{name: value})}, registry, folders)

    assert imported.document.nodes["1"].values == {name: value}
    assert imported.report.notes == [Note("1", name, message)]


def test_values_of_our_own_documents_are_left_alone(registry: Registry, folders: Folders):
    document = Document(nodes={"1": Node("Sampler", values={"steps": "20", "mode": "warp"})})

    imported = complete(document, registry, folders)

    assert imported.document == document
    assert imported.report.notes == []


def test_picture_that_is_not_there_is_noted(registry: Registry, folders: Folders):
    imported = opened({"1": node("LoadPicture", image="a.png")}, registry, folders)

    assert imported.report.is_complete
    assert imported.report.notes == [
        Note("1", "image", 'There is no "a.png" in the input folder.'),
    ]


# anything at all

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
