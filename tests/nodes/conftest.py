from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.context import Cancellation, Context, JobContext
from engine.devices import DevicePolicy
from engine.memory import Memory
from engine.paths import Folders
from engine.runtime import Runtime


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """Return the folders of an empty installation, input/ made."""
    folders = Folders.at(tmp_path)
    folders.input.mkdir()
    return folders


@pytest.fixture
def context(folders: Folders) -> Callable[..., Context]:
    """Return a maker of contexts; `facts` go into the job."""

    def make(**facts: Any) -> Context:
        runtime = Runtime(folders, DevicePolicy("cpu", {"model": "float32"}), Memory(0))
        facts.setdefault("emit", lambda event: None)
        job = JobContext(folders, lambda: runtime, Cancellation(), **facts)
        return Context(job, "1")

    return make
