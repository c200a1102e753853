"""New lines of the log, for clients that follow it."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from engine.server.logs import TextFormatter

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable


class LogTail(logging.Handler):
    """Hands each new line, without tokens, to a function on the event loop."""

    def __init__(self, tell: Callable[[str], None], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.setFormatter(TextFormatter())
        self._tell = tell
        self._loop = loop

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a line on; any thread may log."""
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._tell, self.format(record))


def entry(line: str) -> dict[str, str]:
    """Return a line as clients have it: when it was written, and the line."""
    return {"t": line.partition(" ")[0], "m": f"{line}\n"}
