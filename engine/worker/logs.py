"""The worker's log: one JSON object a line of standard error, which the host reads again.

Lines that are none come from packs and libraries, and from a crash.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec


class Line(msgspec.Struct, frozen=True):
    """One record of the log; `job` is the one that ran."""

    level: str
    logger: str
    message: str
    job: str = ""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Line)
_BEGIN = b'{"level":'


class Lines(logging.Formatter):
    """Writes records as lines that `read_line` reads."""

    def __init__(self, job: Callable[[], str]) -> None:
        super().__init__()
        self._job = job

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        text = super().format(record).encode("utf-8", "replace").decode()
        line = Line(record.levelname, record.name, text, self._job())
        return _encoder.encode(line).decode()


def log_to_stderr(level: int, job: Callable[[], str]) -> None:
    """Have all records of this process written as lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines(job))
    logging.basicConfig(level=level, handlers=[handler], force=True)


def read_line(line: bytes) -> Line:
    """Return the record that a line holds; any other line is one of the worker itself."""
    if line.startswith(_BEGIN):
        try:
            return _decoder.decode(line)
        except msgspec.DecodeError:
            pass  # a pack may write what looks alike
    return Line("INFO", "worker", line.decode("utf-8", "replace").rstrip("\r"))
