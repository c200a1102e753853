"""What the server writes down: one line an event, as text or as JSON, and never a token."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TextIO

from aiohttp.http import HttpProcessingError
from aiohttp.web import RequestPayloadError

if TYPE_CHECKING:
    from engine.server.settings import LogFormat

#: What is known of the present request or job: `request`, `user`, `job`.
context: ContextVar[dict[str, str]] = ContextVar("log_context")

#: A token in an address, in a query, in a header, or anywhere.
_SECRETS = (
    (re.compile(r"/t/[^/\s\"'?#]+"), "/t/…"),
    (re.compile(r"(token=)[^&\s\"']+", re.IGNORECASE), r"\1…"),
    (re.compile(r"(bearer\s+)[^\s\"',]+", re.IGNORECASE), r"\1…"),
    (re.compile(r"sfm_[\w-]+"), "sfm_…"),
)
_PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


def redacted(text: str) -> str:
    """Return a text without tokens."""
    for secret, shown in _SECRETS:
        text = secret.sub(shown, text)
    return text


def note(**known: str) -> None:
    """Say what the log lines of this request or job are about, from here on."""
    context.set({**context.get({}), **known})


class TextFormatter(logging.Formatter):
    """Lines for people."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of an event."""
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        about = " ".join(f"{key}={value}" for key, value in context.get({}).items())
        line = f"{clock} {record.levelname} {record.getMessage()}"
        if about:
            line = f"{line} [{about}]"
        return redacted(line + _trace(self, record))


class JsonFormatter(logging.Formatter):
    """Lines for programs."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of an event."""
        facts: dict[str, Any] = {
            "time": round(record.created, 3),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **context.get({}),
            **{key: value for key, value in vars(record).items() if key not in _PLAIN},
        }
        if trace := _trace(self, record):
            facts["trace"] = trace.strip()
        return redacted(json.dumps(facts, default=str, ensure_ascii=False))


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    return f"\n{formatter.formatException(record.exc_info)}" if record.exc_info else ""


def _calm(record: logging.LogRecord) -> bool:
    """Make one line of what is no HTTP; strangers may send much of it."""
    problem = record.exc_info[1] if record.exc_info else None
    if isinstance(problem, HttpProcessingError | RequestPayloadError):
        record.exc_info = None
        record.levelno, record.levelname = logging.INFO, "INFO"
        record.msg, record.args = "No HTTP: %s", (type(problem).__name__,)
    return True


def set_up(style: LogFormat, *, debug: bool = False, stream: TextIO | None = None) -> None:
    """Have everything that is logged written to `stream`, standard error if none is given."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    logging.getLogger("aiohttp.server").addFilter(_calm)
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.DEBUG if debug else logging.INFO)
