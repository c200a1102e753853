"""Questions about the device that networks run on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.code_identity import LIBRARIES, library_version
from engine.worker.questions.registry import question
from engine.worker.usage import device_of, resident_bytes

if TYPE_CHECKING:
    from engine.engine import Engine


@question("device")
def device(engine: Engine) -> dict[str, Any]:
    """Return the device with its memory, the formats it computes in, and versions."""
    about = engine.runtime.devices.describe()
    return {
        **device_of(engine),
        "dtypes": about["dtypes"],
        "reason": about["reason"],
        "weights_budget_bytes": engine.runtime.memory.budget_bytes,
        "resident_bytes": resident_bytes(),
        "libraries": {name: library_version(name) or "missing" for name in LIBRARIES},
    }
