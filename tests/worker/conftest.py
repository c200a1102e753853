from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.engine import Engine, Settings
from engine.paths import Folders
from engine.registry import Registry
from tests.worker import toys
from tests.worker.talking import Talk


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Return an engine with the toy nodes of these tests."""
    toys.reset()
    engine = Engine(Registry(toys.SPECS), Folders.at(tmp_path), Settings(cache_disk_bytes=0))
    yield engine
    toys.GATE.set()
    engine.close()


@pytest.fixture
def talk(engine: Engine) -> Iterator[Talk]:
    """Return a running session of that engine."""
    talk = Talk(engine)
    talk.start()
    yield talk
    toys.GATE.set()
    talk.end()
