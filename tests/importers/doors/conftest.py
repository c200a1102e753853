"""What is here when files come through the door."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.paths import Folders
from engine.registry import Registry
from engine.spec import InputSpec
from engine.widgets import Choice, Int
from tests.fakes import toy
from tests.importers.doors.opening import file_input


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
