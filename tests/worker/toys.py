"""Node types for tests of the worker: some wait, some show what is no data, some tell a lot."""

from __future__ import annotations

import sys
import threading
from typing import Any

from engine.context import Context
from engine.declare import node, specs_in
from engine.events import Preview
from engine.results import NodeResult
from engine.types import Anything

#: Opens what "Gate" waits at.
GATE = threading.Event()
#: Set once "Gate" waits.
WAITING = threading.Event()
#: Contexts of "Keep Context", which outlive their jobs.
KEPT: list[Context] = []


class Mute:
    """No text can be made of it."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


def reset() -> None:
    GATE.clear()
    WAITING.clear()
    KEPT.clear()


@node(category="toy", title="Number", lane="inline")
def number(value: int = 0) -> int:
    """Give a number."""
    return value


@node(category="toy", title="Show", lane="inline", output=True)
def show(value: Anything) -> NodeResult:
    """Show a value."""
    return NodeResult(ui={"text": [str(value)]})


@node(category="toy", title="Gate", lane="io", output=True)
def gate(ctx: Context, value: int = 0) -> NodeResult:
    """Wait until the gate opens or the job is stopped."""
    WAITING.set()
    while not GATE.wait(0.005):
        ctx.check_cancelled()
    return NodeResult(ui={"text": [str(value)]})


@node(category="toy", title="Odd", lane="inline", output=True)
def odd() -> NodeResult:
    """Show what no encoder takes."""
    ui: Any = {
        "objects": [object(), Mute(), 10**5000, 2**70, b"bytes", "\ud800", {1: {2}}],
        "bare": "text",
        7: [float("nan")],
    }
    return NodeResult(ui=ui)


@node(category="toy", title="Chatty", lane="io", output=True)
def chatty(ctx: Context, steps: int = 1000) -> NodeResult:
    """Tell every step, and a warning in the middle."""
    for step in range(steps):
        ctx.progress(step + 1, steps)
        if step == steps // 2:
            ctx.warn("halfway")
    return NodeResult(ui={})


@node(category="toy", title="Painter", lane="io", output=True)
def painter(ctx: Context, value: int = 0) -> NodeResult:
    """Make a preview, if one is wanted, wait at the gate, and show whether one was."""
    from PIL import Image

    is_wanted = ctx.wants_previews
    if is_wanted:
        ctx.job.emit(Preview(ctx.shown_at, Image.new("RGB", (8, 6), "red"), ctx.node_id))
    WAITING.set()
    GATE.wait()
    return NodeResult(ui={"wanted": [is_wanted]})


@node(category="toy", title="Namer", lane="io", output=True)
def namer(ctx: Context) -> NodeResult:
    """Show the names that two files get."""
    name_for = ctx.names_in("output")
    assert name_for is not None
    return NodeResult(ui={"names": [name_for("sub", "stem", ".txt", 1) for _ in range(2)]})


@node(category="toy", title="Keep Context", lane="inline", output=True)
def keep_context(ctx: Context) -> NodeResult:
    """Leave a context behind."""
    KEPT.append(ctx)
    return NodeResult(ui={})


@node(category="toy", title="Fail", lane="inline", output=True)
def fail() -> NodeResult:
    """Fail."""
    raise ValueError("no such luck")


def _ends() -> Any:
    raise SystemExit(1)


@node(category="toy", title="Ends When Checked", lane="inline", output=True, validate=_ends)
def ends_when_checked() -> NodeResult:
    """End the program while it is checked."""
    return NodeResult(ui={})


def _waits() -> str:
    GATE.wait()
    return "same"


@node(category="toy", title="Waits When Asked", lane="inline", output=True, fingerprint=_waits)
def waits_when_asked() -> NodeResult:
    """Wait at the gate when asked what it depends on."""
    return NodeResult(ui={})


SPECS = specs_in(sys.modules[__name__])
