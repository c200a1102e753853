"""A workflow with less memory than its networks take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine import Workflow
from engine.engine import Engine, Settings
from engine.paths import Folders

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["text_to_image", "controlnet"])
def test_a_picture_is_the_same_byte_for_byte_while_its_networks_are_streamed(
    base: Path, load: Callable[[str], Workflow], name: str
):
    expected = load(name).run(steps=1, width=64, height=64, seed=5).files[0]
    settings = Settings(precision="fp32", device="cpu", memory_bytes=6 * 2**20, cache_disk_bytes=0)
    folders = Folders.at(base, output=base / "elsewhere")
    engine = Engine.with_built_ins(folders, settings)

    workflow = Workflow.load(ROOT / "workflows" / f"{name}.json", engine)
    made = workflow.run(steps=1, width=64, height=64, seed=5).files[0]

    assert engine.runtime.memory.used_bytes <= 6 * 2**20
    assert made.read_bytes() == expected.read_bytes()
    engine.close()
