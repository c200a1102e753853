"""When to kill: a random moment of what the server is doing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Literal

from engine.paths import Folders
from engine.recordings import all_recordings
from engine.server.starting import DATABASE
from tests.chaos.client import Client

Aim = Literal["sampling", "saving", "commit", "any"]
#: How often of a round's aims each one comes.
WEIGHTS: dict[Aim, int] = {"sampling": 8, "saving": 8, "commit": 10, "any": 3}
#: A moment that does not come in so long is not waited for any more.
PATIENCE_S = 40.0
LOOK_S = 0.0005
#: Of the kills around a commit, how many come when the database's log was seen to be written.
SEEN_COMMITS = 0.6


def wait_for(aim: Aim, client: Client, random: Random) -> None:
    """Return at a random moment of what is aimed at."""
    base = client.server.base
    recordings = all_recordings(Folders.at(base))
    log = base / "user" / f"{DATABASE}-wal"
    match aim:
        case "sampling":
            for _ in ("the header", "an answer"):
                _until_more(lambda: _sizes(recordings))
            time.sleep(random.uniform(0, 0.12))
        case "saving":
            _until_more(lambda: _names(base / "output"))
            time.sleep(random.uniform(0, 0.008))
        case "commit":
            time.sleep(random.uniform(0.1, 0.8))
            _until(lambda: client.in_flight.total() > 0)
            if random.random() < SEEN_COMMITS:
                _until_more(lambda: _times(log))
            else:
                time.sleep(random.uniform(0, 0.006))
        case "any":
            time.sleep(random.uniform(0.3, 8.0))


def _until_more(look: Callable[[], set[Any]]) -> None:
    """Wait for something new; what is gone, such as leftovers of the last round, is not it."""
    before = look()
    _until(lambda: bool(look() - before))


def _until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not is_so() and time.monotonic() < end:
        time.sleep(LOOK_S)


def _times(file: Path) -> set[int]:
    """Return when a file was written last."""
    return {file.stat().st_mtime_ns} if file.exists() else set()


def _names(folder: Path) -> set[Path]:
    return set(folder.iterdir()) if folder.is_dir() else set()


def _sizes(folder: Path) -> set[tuple[str, int]]:
    found: set[tuple[str, int]] = set()
    for home, _, names in os.walk(folder):
        for name in names:
            try:
                found.add((name, Path(home, name).stat().st_size))
            except OSError:  # the job has ended meanwhile
                continue
    return {each for each in found if each[1] > 0}
