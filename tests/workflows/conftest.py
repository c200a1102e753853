from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine import Workflow
from engine.engine import Engine, Settings
from engine.paths import Folders

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

ROOT = Path(__file__).parents[2]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A base directory with the built-in models and example pictures."""
    for kind in ("checkpoints", "controlnet", "loras", "upscale_models"):
        folder = tmp_path / "models" / kind
        folder.mkdir(parents=True)
        (folder / "emoji-mini").symlink_to(ROOT / "models" / kind / "emoji-mini")
    (tmp_path / "input").symlink_to(ROOT / "input")
    return tmp_path


@pytest.fixture
def load(base: Path) -> Generator[Callable[[str], Workflow]]:
    """Load a bundled workflow into an engine of its own."""
    engine = Engine.with_built_ins(Folders.at(base), Settings(precision="fp32", device="cpu"))
    yield lambda name: Workflow.load(ROOT / "workflows" / f"{name}.json", engine)
    engine.close()
