from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from engine import release as module
from engine.release import release


def test_version_is_that_of_the_checkout():
    project = Path(__file__).resolve().parents[2] / "pyproject.toml"

    assert release() == tomllib.loads(project.read_text())["project"]["version"]


def test_version_without_a_checkout_is_that_of_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "PROJECT", tmp_path / "pyproject.toml")
    monkeypatch.setattr(module, "library_version", lambda name: f"of {name}")

    assert release.__wrapped__() == "of sfumato"
