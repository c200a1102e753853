"""The websockets that are open, and whose: not too many, and none for longer than its token."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.errors import QuotaExceeded

if TYPE_CHECKING:
    from engine.server.auth import Auth, Identity

#: A websocket whose token is revoked ends within so long.
LOOK_EVERY_S = 1.0


class Sockets:
    """Knows the open websockets."""

    def __init__(self, auth: Auth, most: int) -> None:
        self._auth = auth
        self._most = most
        self._held: dict[asyncio.Task[object], Identity] = {}

    @contextmanager
    def one_more(self, identity: Identity) -> Generator[None]:
        """Count the websocket that the present task serves.

        Raises:
            QuotaExceeded: the user has as many as they may.
        """
        name = identity.user.name
        if sum(each.user.name == name for each in self._held.values()) >= self._most:
            raise QuotaExceeded(
                f"There are {self._most} open websockets of this user. Close some first."
            )
        task = asyncio.current_task()
        assert task is not None
        self._held[task] = identity
        try:
            yield
        finally:
            del self._held[task]

    async def watch(self) -> None:
        """End websockets whose token is no longer valid, for ever."""
        version = self._auth.keyring.version()
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            if version != (version := self._auth.keyring.version()):
                self.end_invalid()

    def end_invalid(self) -> None:
        """End websockets whose token is no longer valid."""
        for task, identity in list(self._held.items()):
            if not self._auth.is_valid(identity):
                task.cancel()
