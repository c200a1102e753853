"""What tests of the library share: no gradients, one small model, installations to put files in."""

import gc
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
import torch

from engine.runtime import Runtime
from tests.tiny_models import TinyModel, checkpoint_path, cpu_runtime, tiny_model, write_single_file


@pytest.fixture
def no_grad() -> Generator[None]:
    with torch.no_grad():
        yield


@pytest.fixture(scope="module")
def model() -> TinyModel:
    return tiny_model()


@pytest.fixture
def runtime(tmp_path: Path) -> Runtime:
    """Return a runtime without any files."""
    return cpu_runtime(tmp_path)


@pytest.fixture
def tiny_runtime(tmp_path: Path, model: TinyModel) -> Runtime:
    """Return one with the checkpoint "tiny.safetensors" and folders for what patches it."""
    write_single_file(model, checkpoint_path(tmp_path, "tiny.safetensors"))
    for kind in ("loras", "hypernetworks"):
        (tmp_path / "models" / kind).mkdir()
    return cpu_runtime(tmp_path)


@pytest.fixture
def large_runtime(tmp_path: Path) -> Generator[Runtime]:
    """Return one with room for a network of full size, whose files are gone afterwards."""
    yield cpu_runtime(tmp_path, budget_bytes=4 * 2**30)
    shutil.rmtree(tmp_path / "models")  # up to 1.7 GB
    gc.collect()  # what holds networks goes round in circles
