"""The same pictures on an NVIDIA or AMD card; `make gpu` runs this."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from engine import Workflow
from engine.engine import Engine, Settings
from engine.paths import Folders

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no such card"),
]


def picture(base: Path, **settings: Any) -> torch.Tensor:
    """Return what text_to_image draws, (1, H, W, 3)."""
    folders = Folders.at(base)
    (base / "models").symlink_to(ROOT / "models")
    engine = Engine.with_built_ins(folders, Settings(cache_disk_bytes=0, **settings))
    workflow = Workflow.load(ROOT / "workflows" / "text_to_image.json", engine)
    image = workflow.run(steps=8, seed=3, sampler="euler").outputs["images"][0]
    engine.close()
    return image


@pytest.fixture
def expected(tmp_path: Path) -> torch.Tensor:
    (tmp_path / "cpu").mkdir()
    return picture(tmp_path / "cpu", device="cpu", precision="fp32")


@pytest.mark.parametrize(("precision", "tolerance"), [("fp32", 5e-3), ("fp16", 0.1), ("bf16", 0.3)])
def test_a_picture_is_the_same_as_on_the_processor(
    precision: str, tolerance: float, expected: torch.Tensor, tmp_path: Path
):
    (tmp_path / "cuda").mkdir()

    image = picture(tmp_path / "cuda", device="cuda", precision=precision)

    assert (image.cpu() - expected).abs().mean() < tolerance
