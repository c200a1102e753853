"""Who uses an installation: named users with a role. What proves who asks is in the store."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from engine.errors import SettingError

RoleName = Literal["admin", "user", "viewer"]
#: From the least to the most.
ROLES: tuple[RoleName, ...] = ("viewer", "user", "admin")
#: The user of an installation that has no others; its files lie where a single person expects them.
DEFAULT_USER = "default"

#: A user's name is the name of a folder, on every file system.
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)")  # folders that Windows can not make


class User(msgspec.Struct, frozen=True, kw_only=True):
    """One user.

    Attributes:
        max_queued: jobs that may wait or run at once; None has no limit.
        max_disk_bytes: of input, output and user data together; None has no limit.
    """

    name: str
    role: RoleName = "user"
    max_queued: int | None = None
    max_disk_bytes: int | None = None

    def may(self, role: RoleName | Literal["open"]) -> bool:
        """Say whether the user's role is `role` or one that may do more."""
        return role == "open" or self.role in ROLES[ROLES.index(role) :]


def check_name(name: str) -> str:
    """Return a name that a new user may have.

    Raises:
        SettingError: it would be no good name of a folder.
    """
    if not _NAME.fullmatch(name) or _DEVICES.fullmatch(name):
        raise SettingError(
            f'"{name}" can not be the name of a user. Take small letters, digits, - and _, '
            "32 at most, and begin with a letter or digit."
        )
    return name
