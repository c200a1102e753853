"""One client at ComfyUI's websocket: what it still has to be sent, bounded.

A client that reads slowly gets the newest preview only; then progress is left out; then it is let
go, and may connect again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.server.comfyui import frames

if TYPE_CHECKING:
    from engine.server.outgoing import Outgoing

#: From here on progress is left out.
BEHIND_BYTES = 2 * 2**20
#: From here on the client is let go.
MOST_BYTES = 8 * 2**20
#: A client that takes nothing for so long is gone.
DRAIN_S = 20.0
#: Messages that are sent together, at most.
AT_ONCE = 50
#: What may be left out.
_PASSING = frozenset(("progress", "progress_state"))
#: The close code that says "try again later" (RFC 6455 registry).
TRY_AGAIN = 1013


@dataclass(eq=False)
class Listener:
    """A client and what waits for it.

    Attributes:
        owner: whose jobs it hears of.
        client_id: as it calls itself.
        status: returns the present `status` message; asked when it is sent.
        wants_facts: previews come with the node that they are of.
    """

    owner: str
    client_id: str
    status: Callable[[], str]
    wants_facts: bool = False
    is_lost: bool = False
    #: None stands for the status at the time of sending
    _waiting: deque[str | None] = field(default_factory=deque["str | None"])
    _previews: dict[str, bytes] = field(default_factory=dict[str, bytes])
    _bytes: int = 0
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, kind: str, message: str) -> None:
        """Have a message sent."""
        if self.is_lost or (self._bytes > BEHIND_BYTES and kind in _PASSING):
            return
        self._waiting.append(message)
        self._bytes += len(message)
        self.is_lost = self._bytes > MOST_BYTES
        self._wake.set()

    def put_status(self) -> None:
        """Have the status sent, once for all changes until then."""
        if not self._waiting or self._waiting[-1] is not None:
            self._waiting.append(None)
            self._wake.set()

    def put_preview(self, node_id: str, frame: bytes) -> None:
        """Have a preview sent as soon as nothing else waits, instead of an older one."""
        self._previews[node_id] = frame
        self._wake.set()

    async def serve(self, out: Outgoing) -> None:
        """Send all that comes, until the client can not keep up.

        Raises:
            TimeoutError: it takes nothing any more.
        """
        while not self.is_lost:
            if not self._waiting and not self._previews:
                self._wake.clear()
                await self._wake.wait()
            async with asyncio.timeout(DRAIN_S):
                await out.send(self._taken())
        await out.close(TRY_AGAIN, b"too far behind")

    def _taken(self) -> list[str | bytes]:
        """Take messages out; previews come when nothing else waits."""
        if not self._waiting:
            return [self._previews.pop(next(iter(self._previews)))]
        taken: list[str | bytes] = []
        while self._waiting and len(taken) < AT_ONCE:
            message = self._waiting.popleft()
            self._bytes -= len(message or "")
            taken.append(self.status() if message is None else message)
        return taken

    def hear(self, message: Any, flags: dict[str, Any]) -> None:
        """Take what the client says: which features it has, answered with the server's."""
        if not isinstance(message, dict) or message.get("type") != "feature_flags":
            return
        given = message.get("data")
        self.wants_facts = isinstance(given, dict) and bool(given.get("supports_preview_metadata"))
        self.put("feature_flags", frames.text("feature_flags", flags))
