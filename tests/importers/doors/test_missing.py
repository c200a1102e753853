"""What comes through the door is put to what is here: node types and models."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.document import Document, Node, Subgraph
from engine.document.model import ExposedInput
from engine.importers import complete
from engine.importers.report import MissingType, Note
from engine.paths import Folders
from engine.registry import Registry
from engine.spec import InputSpec
from engine.widgets import Int
from tests.fakes import toy
from tests.importers.doors.opening import node, opened

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
