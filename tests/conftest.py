from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import hypothesis
import pytest

from engine.declare import specs_in
from engine.engine import Engine, Settings
from engine.memory import Memory
from engine.paths import Folders
from engine.registry import Registry
from engine.runtime import Runtime
from tests import fakes

# how fast a test runs says nothing of what it tests
hypothesis.settings.register_profile("sfumato", deadline=None)
hypothesis.settings.load_profile("sfumato")


@pytest.fixture
def calls() -> list[str]:
    """Return the ids of the toy nodes called in this test, in order."""
    fakes.CALLS.clear()
    return fakes.CALLS


@pytest.fixture
def registry(calls: list[str]) -> Registry:
    """Return the toy nodes; `calls` counts what is called."""
    return Registry(specs_in(fakes))


@pytest.fixture
def make_engine(registry: Registry, tmp_path: Path) -> Iterator[Callable[..., Engine]]:
    """Return a maker of engines that share a folder; they are closed at the end."""
    made: list[Engine] = []

    def make(**settings: Any) -> Engine:
        chosen: dict[str, Any] = {"cache_disk_bytes": 0, "cpu_threads": 2, **settings}
        engine = Engine(registry, Folders.at(tmp_path), Settings(**chosen))
        devices = SimpleNamespace(numerics=lambda: {"device": "toy"})
        engine._runtime = Runtime(engine.folders, cast("Any", devices), Memory(0))
        made.append(engine)
        return engine

    yield make
    for engine in made:
        engine.close()


@pytest.fixture
def engine(make_engine: Callable[..., Engine]) -> Engine:
    """Return an engine with the toy nodes that keeps results in memory only."""
    return make_engine()
