"""The last lines of the server's log, for people who look at it from a browser."""

from __future__ import annotations

import logging
from collections import deque

from engine.server.logs import TextFormatter

LINES = 1_000
#: From this status on, the line of an answer is kept; the others would push out all else.
LEAST_STATUS = 400


class RecentLines(logging.Handler):
    """Keeps what was logged last, without tokens and without answers as they should be."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(TextFormatter())
        self.lines: deque[str] = deque(maxlen=LINES)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line, unless it tells an answer as it should be."""
        if getattr(record, "status", LEAST_STATUS) >= LEAST_STATUS:
            self.lines.append(self.format(record))
