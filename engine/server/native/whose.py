"""What many requests say: whose things they are about, and which part of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from engine.errors import Denied

if TYPE_CHECKING:
    from engine.users import User

EVERYBODY = "*"

#: Which part of a list is answered.
Limit = Annotated[int, msgspec.Meta(ge=1, le=500)]
Offset = Annotated[int, msgspec.Meta(ge=0, le=2**31)]
#: A number of an event or a revision, as the store holds it.
Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """Whose things are meant.

    Attributes:
        owner: name of a user, or `*` for everybody's; both for admins. Without, one's own.
    """

    owner: str = ""


def whose(user: User, owner: str) -> str | None:
    """Return the name of the user whose things are meant; None is everybody's.

    Raises:
        Denied: they are somebody else's, and the user is no admin.
    """
    if owner in ("", user.name):
        return user.name
    if not user.may("admin"):
        raise Denied(f'"{user.name}" may see their own things only. Leave "owner" out.')
    return None if owner == EVERYBODY else owner
