from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from engine.config import Config
from engine.engine import Engine, Settings
from engine.errors import PackError
from engine.packs.shelf import registry_with_packs
from engine.paths import Folders
from engine.registry import PACK_PREFIX, Registry
from tests.graphs import Graphs
from tests.packs.conftest import Write, declared


@pytest.fixture
def engine(folders: Folders, registry: Registry) -> Iterator[Engine]:
    both, packs = registry_with_packs(folders, registry, Config())
    engine = Engine(both, folders, Settings(cache_disk_bytes=0), packs)
    engine._runtime = cast("Any", SimpleNamespace(devices=SimpleNamespace(numerics=dict)))
    yield engine
    engine.close()


@pytest.fixture
def run(engine: Engine) -> Callable[..., Any]:
    """Return a runner of nodes of packs, each by its type's name."""

    def run_all(*kinds: str) -> Any:
        g = Graphs()
        for kind in kinds:
            g.node("Show", at=f"show {kind}", value=g.node(kind, at=kind))
        return engine.run(g.document())

    return run_all


def test_a_changed_pack_gives_what_it_now_declares(
    write: Write, engine: Engine, run: Callable[..., Any]
):
    write("a", declared("A", gives=1))
    run("A")
    write("a", declared("A", gives=2))

    engine.reload_pack("a")

    assert run("A").ui["show A"] == {"text": ["2"]}


def test_results_of_other_packs_are_reused_and_its_own_are_not(
    write: Write, engine: Engine, run: Callable[..., Any]
):
    write("a", declared("A", gives=1))
    write("b", declared("B", gives=1))
    run("A", "B")
    write("a", declared("A", gives=2))

    engine.reload_pack("a")
    report = run("A", "B")

    assert set(report.ran) == {"A", "show A"}


def test_an_unchanged_packs_results_are_reused(
    write: Write, engine: Engine, run: Callable[..., Any]
):
    write("a", declared("A"))
    run("A")

    engine.reload_pack("a")

    assert run("A").ran == []


def test_submodules_are_read_again(write: Write, engine: Engine, run: Callable[..., Any]):
    write("a", "from .sub import a", sub__py=declared("A", gives=1))
    run("A")
    write("a", "from .sub import a", sub__py=declared("A", gives=2))

    engine.reload_pack("a")

    assert run("A").ui["show A"] == {"text": ["2"]}


def test_nodes_that_are_gone_are_gone(write: Write, engine: Engine):
    write("a", declared("Old"))
    assert "Old" in engine.registry
    write("a", declared("New"))

    engine.reload_pack("a")

    assert "New" in engine.registry
    assert "Old" not in engine.registry


def test_the_old_version_stays_where_the_new_one_fails(
    write: Write, engine: Engine, run: Callable[..., Any]
):
    write("a", "from .sub import a", sub__py=declared("A", gives=1))
    run("A")
    modules = {name for name in sys.modules if name.startswith(PACK_PREFIX)}
    path = write("a", "from .sub import a\n1 / 0", sub__py=declared("A", gives=2))

    with pytest.raises(PackError, match=r'Pack "a" stays as it was\..*__init__\.py:2: .*division'):
        engine.reload_pack("a")

    assert run("A").ran == []
    assert {name for name in sys.modules if name.startswith(PACK_PREFIX)} == modules
    assert path.is_dir()


COUNTS = """
class Counter:
    CATEGORY = "toy"
    FUNCTION = "count"
    RETURN_TYPES = ("INT",)

    def __init__(self):
        self.calls = {start}

    @classmethod
    def INPUT_TYPES(cls):
        return {{}}

    @classmethod
    def IS_CHANGED(cls):
        return float("nan")

    def count(self):
        self.calls += 1
        return (self.calls,)


NODE_CLASS_MAPPINGS = {{"Counter": Counter}}
"""


def test_kept_instances_of_its_classes_are_forgotten(
    write: Write, engine: Engine, run: Callable[..., Any]
):
    write("a", COUNTS.format(start=0))
    run("Counter")
    assert run("Counter").ui["show Counter"] == {"text": ["2"]}
    write("a", COUNTS.format(start=10))

    engine.reload_pack("a")

    assert run("Counter").ui["show Counter"] == {"text": ["11"]}
    assert len(engine._around.instances) == 1


def test_a_repaired_pack_is_read(write: Write, engine: Engine):
    write("a", "1 / 0")
    assert "A" not in engine.registry
    write("a", declared("A"))

    engine.reload_pack("a")

    assert "A" in engine.registry


def test_a_new_pack_is_read(write: Write, engine: Engine):
    write("a", declared("A"))
    assert "B" not in engine.registry
    write("b", declared("B"))

    engine.reload_pack("b")

    assert "B" in engine.registry
    assert "A" in engine.registry


def test_a_pack_that_is_not_there_is_told(write: Write, engine: Engine):
    write("alpha", declared("A"))

    with pytest.raises(PackError, match=r'There is no pack "alpa" to read\. Similar: alpha'):
        engine.reload_pack("alpa")


def test_a_pack_that_is_gone_is_told(write: Write, engine: Engine):
    path = write("a.py", declared("A"))
    assert "A" in engine.registry
    path.unlink()

    with pytest.raises(PackError, match='Pack "a" can not be read'):
        engine.reload_pack("a")


def test_an_engine_without_packs_says_so(registry: Registry, folders: Folders):
    with pytest.raises(PackError, match="built-in nodes alone"):
        Engine(registry, folders).reload_pack("a")
