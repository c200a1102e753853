"""Small files that the server keeps for people, written so that they are never there in part."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from engine.errors import StorageError
from engine.hardware.machine import NO_ROOM

if TYPE_CHECKING:
    from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and rename it.

    Raises:
        OSError: the disk is full, which the server tells in one way for all.
        StorageError: it can not be written for another reason.
    """
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as problem:
        if problem.errno in NO_ROOM:
            raise
        reason = problem.strerror or problem
        raise StorageError(f'"{path.name}" can not be written: {reason}.') from problem
    finally:
        beside.unlink(missing_ok=True)
