"""Seconds that commands take from start to end, the median of several; a warm disk cache.

python -m benchmarks startup
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 7
COMMANDS = {
    "main.py --help": ["main.py", "--help"],
    "main.py nodes": ["main.py", "nodes"],
    "import engine": ["-c", "import engine"],
    "python alone": ["-c", "pass"],
}


def seconds(arguments: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main(arguments: list[str]) -> None:
    print("asked for: main.py --help in under 0.3 s")
    for name, command in COMMANDS.items():
        times = [seconds(command) for _ in range(ROUNDS)]
        print(f"{name:<16} {statistics.median(times):.3f} s  (slowest {max(times):.3f})")


if __name__ == "__main__":
    main(sys.argv[1:])
