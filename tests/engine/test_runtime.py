from __future__ import annotations

from pathlib import Path

import pytest

from engine import devices
from engine.commands.worker import worker_command
from engine.engine import Engine, Settings
from engine.paths import Folders
from engine.registry import Registry
from engine.runtime import Runtime

GIB = 2**30


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the device have 10 GiB."""
    monkeypatch.setattr(devices, "_memory_bytes", lambda device: 10 * GIB)


def detected(base: Path, memory_bytes: int | None) -> Runtime:
    folders = Folders.at(base)
    return Runtime.detect(folders, precision="fp32", device="cpu", memory_bytes=memory_bytes)


@pytest.mark.parametrize(
    ("asked", "weights", "room"),
    [
        (None, 6 * GIB, 4 * GIB),
        (4 * GIB, 4 * GIB, 4 * GIB),
        (8 * GIB, 8 * GIB, 2 * GIB),
        (1000, 1000, GIB // 4),
        (20 * GIB, 20 * GIB, GIB // 4),
    ],
)
def test_memory_is_shared_between_weights_and_what_is_computed(
    tmp_path: Path, asked: int | None, weights: int, room: int
):
    runtime = detected(tmp_path, asked)

    assert (runtime.memory.budget_bytes, runtime.room_bytes) == (weights, room)


def test_without_a_known_memory_nothing_is_said_of_the_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(devices, "_memory_bytes", lambda device: 0)

    assert detected(tmp_path, None).room_bytes == 0
    assert detected(tmp_path, GIB).room_bytes == GIB


def test_an_engine_takes_the_budget_of_its_settings(tmp_path: Path):
    settings = Settings(precision="fp32", device="cpu", memory_bytes=123)

    engine = Engine(Registry(), Folders.at(tmp_path), settings)

    assert engine.runtime.memory.budget_bytes == 123


def test_a_worker_is_started_with_the_budget_of_the_server(tmp_path: Path):
    command = worker_command(tmp_path, memory_bytes=4 * GIB)

    assert command[command.index("--memory") + 1] == str(4 * GIB)
    assert "--memory" not in worker_command(tmp_path)
