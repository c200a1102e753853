"""Seconds that listing 50,000 model files in 2,000 folders takes, in a process of its own.

python -m benchmarks model_folders [FILES FOLDERS]
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from engine.paths import Folders

FILES, FOLDERS = 50_000, 2_000
ROUNDS = 9
LONG_AGO = 1_600_000_000
LIMITS = {"first list": 3.0, "later list": 0.2, "list after a new file": 0.2}


def fill(loras: Path, files: int, folders: int) -> None:
    """Make empty files in folders two deep, all of them old."""
    for number in range(folders):
        folder = loras / f"set {number % 40:02d}" / f"folder {number:04d}"
        folder.mkdir(parents=True)
        for each in range(files // folders):
            (folder / f"model {number:04d} {each:02d}.safetensors").touch()
        os.utime(folder, (LONG_AGO, LONG_AGO))
    for folder in (*loras.iterdir(), loras):
        os.utime(folder, (LONG_AGO, LONG_AGO))


def measure(base: Path) -> dict[str, list[float]]:
    folders = Folders.at(base)
    times: dict[str, list[float]] = {name: [] for name in LIMITS}
    times["first list"].append(seconds(folders, there=""))
    for number in range(ROUNDS):
        times["later list"].append(seconds(folders, there=""))
        name = f"set {number:02d}/new.safetensors"
        (folders.roots("loras")[0] / name).touch()
        times["list after a new file"].append(seconds(folders, there=name))
    return times


def seconds(folders: Folders, *, there: str) -> float:
    started = time.perf_counter()
    names = folders.names("loras")
    took = time.perf_counter() - started
    assert not there or there in names
    return took


def main(arguments: list[str]) -> None:
    files, count = [int(each) for each in arguments] or (FILES, FOLDERS)
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder) / "models" / "loras", files, count)
        print(f"{files:,} files in {count:,} folders, the operating system's cache warm")
        for name, times in measure(Path(folder)).items():
            slowest = f"slowest {max(times):.3f}, asked for {LIMITS[name]:.1f}"
            print(f"{name:<22} {statistics.median(times):.3f} s  ({slowest})", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
