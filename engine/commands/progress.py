"""One line on the terminal that says which node works and how far it is."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from engine.events import Event, NodeStarted, Progress, Warned

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

BAR = 24


class ProgressLine:
    """Draws events on standard error, where that is a terminal; warnings always."""

    def __init__(self, label: str = "", name_of: Callable[[str], str] = str) -> None:
        self._label = label
        self._name_of = name_of
        self._is_shown = sys.stderr.isatty()
        self._width = 0

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._draw("")

    def on_event(self, event: Event) -> None:
        """Show what an event says."""
        match event:
            case Progress(node_id=node_id, step=step, steps=steps) if steps:
                filled = BAR * step // steps
                bar = "█" * filled + "░" * (BAR - filled)
                self._draw(f"{self._label}{bar} {step}/{steps} (node {node_id})")
            case NodeStarted(node_id=node_id):
                self._draw(f"{self._label}node {node_id}")
            case Warned(node_id=node_id, message=message):
                self._draw("")
                sys.stderr.write(f"Node {self._name_of(node_id)}: {message}\n")
            case _:
                pass

    def _draw(self, text: str) -> None:
        if not self._is_shown:
            return
        text = text[: shutil.get_terminal_size().columns - 1]
        sys.stderr.write("\r" + text + " " * (self._width - len(text)) + ("" if text else "\r"))
        sys.stderr.flush()
        self._width = len(text)
