"""How much of the disk a user's files take, and whether more may be."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from engine.errors import DiskUsedUp

if TYPE_CHECKING:
    from pathlib import Path

    from engine.paths import Folders
    from engine.users import User


def used_bytes(folders: Folders, name: str) -> int:
    """Return the size of a user's input, output and user data together."""
    own = folders.of(name)
    return sum(_size(each) for each in (own.input, own.output, folders.user / name))


async def check_disk(folders: Folders, user: User, more_bytes: int = 0) -> None:
    """Refuse to keep more for a user than they may have.

    Raises:
        DiskUsedUp: with `more_bytes` their files would take more than that.
    """
    if user.max_disk_bytes is None:
        return
    used = await asyncio.to_thread(used_bytes, folders, user.name)
    if used + more_bytes > user.max_disk_bytes:
        raise DiskUsedUp(
            f"Your files may take {user.max_disk_bytes:,} bytes. They take {used:,}, and this "
            f"would be {more_bytes:,} more. Delete some first.",
            details={"max_disk_bytes": user.max_disk_bytes, "used": used, "more": more_bytes},
        )


def _size(folder: Path) -> int:
    total = 0
    for at, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(f"{at}/{name}").st_size
            except OSError:  # it is gone
                continue
    return total
