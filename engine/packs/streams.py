"""Keeps packs away from standard output and input.

What a pack prints goes to standard error, so that a program that reads our output gets nothing
else; what it reads is at its end. `sys.stdout` and `sys.stdin` become stand-ins that look who asks:
the main thread gets the real ones, unless a pack's code is at work on it.
"""

from __future__ import annotations

import inspect
import io
import os
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from engine.registry import PACK_PREFIX


class _StandIn:
    """A stream that is one thing to us and another to packs."""

    def __init__(self, real: Any, for_packs: Callable[[], Any]) -> None:
        self._real = real
        self._for_packs = for_packs

    def __getattr__(self, name: str) -> Any:
        if not _is_pack_code():
            return getattr(self._real, name)
        return _stay_open if name == "close" else getattr(self._for_packs(), name)

    def __iter__(self) -> _StandIn:
        return self

    def __next__(self) -> str:
        return next(self._for_packs() if _is_pack_code() else self._real)

    def __repr__(self) -> str:
        return f"<stand-in of {self._real!r}>"


def install() -> None:
    """Put the stand-ins in place, unless they are there."""
    if not isinstance(sys.stdout, _StandIn):
        sys.stdout = cast("Any", _StandIn(sys.stdout, lambda: sys.stderr))
    if not isinstance(sys.stdin, _StandIn):
        nothing = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        sys.stdin = cast("Any", _StandIn(sys.stdin, lambda: nothing))


@contextmanager
def kept() -> Generator[None]:
    """Put back the streams that a pack's code replaces meanwhile, and the working directory."""
    there, directory = (sys.stdin, sys.stdout, sys.stderr), Path.cwd()
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = there
        os.chdir(directory)


def _stay_open() -> None:
    """Do nothing: others use the stream too."""


def _is_pack_code() -> bool:
    """Say whether a pack may be asking: on other threads always, else if it has called us.

    What is logged is never our output: a pack may have given all logs this stream.
    """
    if threading.current_thread() is not threading.main_thread():
        return True
    frame = inspect.currentframe()
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module == "logging" or module.startswith(PACK_PREFIX):
            return True
        frame = frame.f_back
    return False
