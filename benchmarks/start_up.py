"""Seconds from the start of a server's process to its first answer and to its first queued prompt,
and its memory: idle, and after its first job. Medians with a warm disk cache, and with the bytecode
that Python keeps of modules, as every start but the first after an installation has it.

    python -m benchmarks start_up [ROUNDS]
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.serving import serving, trivial, wait_for_worker

ROUNDS = 7
#: Asked for; and ComfyUI 0.3.64 on two cores, warm.
LIMITS_S = {"first answer": 0.8, "first prompt": 1.0}
COMFYUI_S, COMFYUI_MIB = 8.5, 506
#: The variable that has Python compile every module at every start.
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"


def measure(base: Path) -> dict[str, float]:
    """Start a server once; return the seconds to its first answer and first queued prompt."""
    with serving(base=base) as server:
        answered = server.wait_for()
        server.ask("POST", "/prompt", {"prompt": trivial(time.time_ns())})
        return {"first answer": answered, "first prompt": time.perf_counter() - server.started}


def memory(base: Path) -> None:
    with serving(base=base) as server:
        wait_for_worker(server)
        show("idle", server.resident_mib())
        job = server.ask("POST", "/prompt", {"prompt": trivial(time.time_ns())})
        assert job
        while server.get("/prompt")["exec_info"]["queue_remaining"]:
            time.sleep(0.01)
        show("after a job", server.resident_mib())


def show(name: str, held: dict[str, float]) -> None:
    parts = ", ".join(f"{who} {mib:.0f}" for who, mib in held.items())
    print(f"{name:<14}{sum(held.values()):8.0f} MiB: {parts}  (ComfyUI {COMFYUI_MIB} MB)")


def main(arguments: list[str]) -> None:
    rounds = int(arguments[0]) if arguments else ROUNDS
    os.environ.pop(NO_BYTECODE, None)
    with tempfile.TemporaryDirectory() as folder:
        memory(Path(folder))  # makes the database and the bytecode, reads the files
        times = [measure(Path(folder)) for _ in range(rounds)]
        for name, limit in LIMITS_S.items():
            its = [each[name] for each in times]
            told = f"{statistics.median(its):8.3f} s, slowest {max(its):.3f}"
            print(f"{name:<14}{told}  (at most {limit}; ComfyUI {COMFYUI_S})")


if __name__ == "__main__":
    main(sys.argv[1:])
