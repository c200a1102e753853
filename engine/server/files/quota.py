"""How much of the disk a user may fill: input, output and user data together."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import QuotaExceeded
from engine.server.files.user_data import home

if TYPE_CHECKING:
    from engine.paths import Folders
    from engine.server.services import Services
    from engine.users import User


async def check_disk_quota(services: Services, user: User, more_bytes: int = 0) -> None:
    """Refuse what would not fit into what a user may fill.

    Args:
        more_bytes: what is not on the disk yet.

    Raises:
        QuotaExceeded: it would not.
    """
    if user.max_disk_bytes is None:
        return
    used = more_bytes + await asyncio.to_thread(used_bytes, services.folders, user.name)
    if used > user.max_disk_bytes:
        raise QuotaExceeded(
            f"Your files would take {used:,} bytes, and you may have {user.max_disk_bytes:,}. "
            "Delete some files first.",
            details={"used_bytes": used, "max_bytes": user.max_disk_bytes},
        )


def used_bytes(folders: Folders, user: str) -> int:
    """Return how many bytes a user's files have."""
    own = folders.of(user)
    return sum(_size(root) for root in (own.input, own.output, home(folders, user)))


def _size(root: Path) -> int:
    total = 0
    waiting = [str(root)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:  # gone meanwhile
            continue
    return total
