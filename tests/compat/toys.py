"""Node types for tests of ComfyUI's API: one that waits, one with bounds and choices."""

from __future__ import annotations

import threading
from typing import Annotated

from engine import Choice, Context, Float, node
from engine.results import NodeResult

#: What `Wait` waits for.
GATE = threading.Event()
MANY = tuple(f"choice {number}" for number in range(30))

Bound = Annotated[float, Float(min=1.0, max=5.0)]
Letter = Annotated[str, Choice(choices=("a", "b"))]
OneOfMany = Annotated[str, Choice(choices=MANY)]


@node(category="toy", title="Wait", lane="io", output=True)
def wait(ctx: Context, value: int = 0) -> NodeResult:
    """Wait until the test says so, or the job is cancelled."""
    ctx.progress(1, 3)
    while not GATE.wait(0.01):
        ctx.check_cancelled()
    return NodeResult(ui={"text": [str(value)]})


@node(category="toy", title="Pick", lane="inline")
def pick(bound: Bound = 1.0, letter: Letter = "a", many: OneOfMany = MANY[0]) -> int:
    """Take a number in bounds and choices."""
    return int(bound)
