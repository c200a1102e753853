"""The last lines of the server's log, for people who look at it from a browser."""

from __future__ import annotations

import logging
from collections import deque

from engine.server.logs import TextFormatter

LINES = 1_000


class RecentLines(logging.Handler):
    """Keeps what was logged last, without tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(TextFormatter())
        self.lines: deque[str] = deque(maxlen=LINES)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.lines.append(self.format(record))
