"""What comes through the door is put to what is here: values."""

from __future__ import annotations

from typing import Any

import pytest

from engine.document import Document, Node
from engine.importers import complete
from engine.importers.report import Note
from engine.paths import Folders
from engine.registry import Registry
from tests.importers.doors.opening import node, opened


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
