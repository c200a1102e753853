"""What the worker holds: its own memory, and that of the device once it is in use."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.engine import Engine
    from engine.runtime import Runtime

_STATM, _MEMINFO = Path("/proc/self/statm"), Path("/proc/meminfo")


def resident_bytes() -> int:
    """Return the memory of this process, 0 where the system does not tell it."""
    with suppress(OSError):
        return int(_STATM.read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def device_of(engine: Engine) -> dict[str, Any]:
    """Return name, kind, total and free bytes of the device; nothing before its first use."""
    runtime = engine.runtime_in_use
    if runtime is None:
        return {}
    total, free = _total_and_free(runtime)
    return {
        "name": runtime.devices.describe()["name"],
        "kind": runtime.devices.kind,
        "device": runtime.devices.device,
        "total_bytes": total,
        "free_bytes": free,
        "weights_bytes": runtime.memory.used_bytes,
    }


def _total_and_free(runtime: Runtime) -> tuple[int, int]:
    if runtime.devices.kind == "cuda":
        import torch

        free, total = torch.cuda.mem_get_info(runtime.devices.device)
        return total, free
    total = runtime.devices.memory_bytes
    return total, min(total, available_bytes() or total)


def available_bytes() -> int:
    """Return the machine's memory that is to be had, 0 where the system does not tell it."""
    with suppress(OSError):
        for line in _MEMINFO.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return 0
