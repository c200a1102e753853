"""How fast this CPU is in bf16, measured once and remembered: a choice that changed from run to
run with the load of the machine would change pictures with it."""

from __future__ import annotations

import json
import logging
import math
import time
from pathlib import Path

logger = logging.getLogger(__name__)

ROUNDS = 7
SIDE = 512


def bf16_speed(processor: str, remembered: Path | None) -> float:
    """Return how many times faster a bf16 matrix product is than the same in fp32.

    Args:
        processor: names what was measured.
        remembered: file of measurements by processor and torch version; None forgets.
    """
    import torch

    name = f"{processor}, torch {torch.__version__}"
    known = _read(remembered)
    if name not in known:
        known[name] = _measure()
        _write(remembered, known)
    return known[name]


def _measure() -> float:
    """Take the products in turns, so that other work on the machine slows both; about 50 ms."""
    import torch

    best = {torch.float32: math.inf, torch.bfloat16: math.inf}
    for _ in range(ROUNDS):
        for dtype in best:
            matrix = torch.ones(SIDE, SIDE, dtype=dtype)
            started = time.perf_counter()
            torch.nn.functional.linear(matrix, matrix)
            best[dtype] = min(best[dtype], time.perf_counter() - started)
    return best[torch.float32] / best[torch.bfloat16]


def _read(path: Path | None) -> dict[str, float]:
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError):
        return {}
    return {name: speed for name, speed in dict(found).items() if isinstance(speed, float)}


def _write(path: Path | None, known: dict[str, float]) -> None:
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.part")
        beside.write_text(json.dumps(known), encoding="utf-8")
        beside.replace(path)
    except OSError as problem:
        logger.debug("%s can not be written: %s", path, problem)
