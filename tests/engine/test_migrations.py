from __future__ import annotations

from typing import Any

import pytest

from engine.document.migrations import MIGRATIONS, migrate
from engine.document.model import VERSION
from engine.errors import WorkflowError


def renamed(raw: dict[str, Any]) -> dict[str, Any]:
    """Migrate 1 to 2: `name` was called `label`."""
    return {**raw, "version": 2, "name": raw["label"]}


def shouted(raw: dict[str, Any]) -> dict[str, Any]:
    """Migrate 2 to 3: names are upper case."""
    return {**raw, "version": 3, "name": raw["name"].upper()}


STEPS = {1: renamed, 2: shouted}


def test_a_document_of_the_present_version_stays_as_it_is():
    raw = {"version": VERSION, "title": "A"}

    assert migrate(raw, "a.json") is raw


def test_an_old_document_goes_through_every_version():
    assert migrate({"version": 1, "label": "a"}, "a.json", STEPS, 3)["name"] == "A"


def test_migration_begins_at_the_documents_version():
    assert migrate({"version": 2, "name": "b"}, "a.json", STEPS, 3)["name"] == "B"


def test_the_given_document_is_not_changed():
    raw = {"version": 1, "label": "a"}
    migrate(raw, "a.json", STEPS, 3)

    assert raw == {"version": 1, "label": "a"}


@pytest.mark.parametrize("version", [None, 0, -1, "1", 1.0, True, [1]])
def test_a_document_without_a_version_is_refused(version: Any):
    with pytest.raises(WorkflowError, match=r'"a.json" has no version. A workflow says "version"'):
        migrate({"version": version}, "a.json")


def test_a_newer_document_is_refused_with_the_way_out():
    with pytest.raises(
        WorkflowError, match=f"has version 99; this program reads up to {VERSION}. Update Sfumato"
    ):
        migrate({"version": 99}, "a.json")


def test_a_version_that_nothing_migrates_is_refused():
    with pytest.raises(WorkflowError, match=r'"a.json" has version 1, which nothing migrates'):
        migrate({"version": 1}, "a.json", {2: shouted}, 3)


def test_every_version_before_the_present_one_has_a_migration():
    assert sorted(MIGRATIONS) == list(range(1, VERSION))
