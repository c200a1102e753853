"""Keeps standard output for what a command says, whoever else writes to the process's descriptors.

A pack may start programs (pip, git, ffmpeg) or load libraries that write to descriptor 1 and read
from 0, past `sys.stdout` and `sys.stdin`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import TextIO

STDIN, STDOUT, STDERR = range(3)


@contextmanager
def set_apart() -> Generator[None]:
    """Give `sys.stdout` a descriptor of its own; meanwhile 1 is standard error and 0 is empty.

    Where standard output is no open file of the process, as in a notebook, nothing is done.
    """
    try:
        is_ours = sys.stdout.fileno() == STDOUT and sys.stderr.fileno() == STDERR
    except (AttributeError, OSError, ValueError):  # replaced, missing or closed
        is_ours = False
    if not is_ours:
        yield
        return
    before = sys.stdout
    before.flush()
    kept = os.dup(STDIN), os.dup(STDOUT)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 only the descriptor is of use
        os.dup2(nothing.fileno(), STDIN)
    os.dup2(STDERR, STDOUT)
    sys.stdout = own = _like(before, kept[1])
    try:
        yield
    finally:
        with suppress(BrokenPipeError):  # whoever read it has enough
            own.flush()
        sys.stdout = before
        for descriptor, copy in zip((STDIN, STDOUT), kept, strict=True):
            os.dup2(copy, descriptor)
            os.close(copy)


def _like(stream: TextIO, descriptor: int) -> TextIO:
    """Return a text file on a descriptor that writes as this stream does.

    Names of files may hold what is no text: it is shown, and stops no command.
    """
    return open(
        descriptor,
        "w",
        buffering=1 if stream.isatty() else -1,
        encoding=stream.encoding,
        errors="backslashreplace" if stream.errors == "strict" else stream.errors,
        closefd=False,
    )
