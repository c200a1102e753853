"""Files that a command writes because the user named them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from engine.errors import SettingError

#: The name that stands for standard output.
STDOUT = "-"


def write_out(content: bytes, name: str) -> None:
    """Write a file beside its place and move it there, or write to standard output.

    Raises:
        SettingError: it can not be written there.
    """
    if name == STDOUT:
        sys.stdout.write(content.decode())
        return
    path = Path(name)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as problem:
        beside.unlink(missing_ok=True)
        reason = problem.strerror or str(problem)
        raise SettingError(
            f'"{name}" can not be written: {reason}. Name another file.'
        ) from problem
