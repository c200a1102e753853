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
        status: returns the frame of the present `status`; asked when it is sent.
        wants_facts: previews come with the node that they are of.
    """

    owner: str
    client_id: str
    status: Callable[[], bytes]
    wants_facts: bool = False
    is_lost: bool = False
    #: None stands for the status at the time of sending
    _waiting: deque[bytes | None] = field(default_factory=deque["bytes | None"])
    _previews: dict[str, bytes] = field(default_factory=dict[str, bytes])
    _bytes: int = 0
    #: the way to the client, once it is served
    _out: Outgoing | None = None
    #: what waits will be sent soon
    _is_due: bool = False
    #: the way was not free, so that `serve` has to send what waits
    _is_left: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, kind: str, frame: bytes) -> None:
        """Have a message sent."""
        if self.is_lost or (self._bytes > BEHIND_BYTES and kind in _PASSING):
            return
        self._waiting.append(frame)
        self._bytes += len(frame)
        self.is_lost = self._bytes > MOST_BYTES
        self._send_soon()

    def put_status(self) -> None:
        """Have the status sent, once for all changes until then."""
        if not self._waiting or self._waiting[-1] is not None:
            self._waiting.append(None)
            self._send_soon()

    def put_preview(self, node_id: str, frame: bytes) -> None:
        """Have a preview sent as soon as nothing else waits, instead of an older one."""
        self._previews[node_id] = frame
        self._send_soon()

    async def serve(self, out: Outgoing) -> None:
        """Send all that comes, until the client can not keep up.

        Raises:
            ConnectionError: it is gone.
            TimeoutError: it takes nothing any more.
        """
        self._out = out
        while not self.is_lost:
            if self._has_more:
                await out.send(self._taken())
            else:
                self._is_left.clear()
                await self._is_left.wait()
        await out.close(TRY_AGAIN, b"too far behind")

    @property
    def _has_more(self) -> bool:
        return bool(self._waiting or self._previews)

    def _send_soon(self) -> None:
        """Have what waits sent, together with what else is put until then."""
        if self._out is not None and not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._send_now, self._out)

    def _send_now(self, out: Outgoing) -> None:
        """Send without a task what a client takes at once; `serve` sends the rest."""
        self._is_due = False
        while self._has_more and not self.is_lost and out.is_free:
            out.write(self._taken())
        if self._has_more:
            self._is_left.set()

    def _taken(self) -> list[bytes]:
        """Take messages out; previews come when nothing else waits."""
        if not self._waiting:
            return [self._previews.pop(next(iter(self._previews)))]
        taken: list[bytes] = []
        while self._waiting and len(taken) < AT_ONCE:
            frame = self._waiting.popleft()
            self._bytes -= len(frame or b"")
            taken.append(self.status() if frame is None else frame)
        return taken

    def hear(self, message: Any, flags: dict[str, Any]) -> None:
        """Take what the client says: which features it has, answered with the server's."""
        if not isinstance(message, dict) or message.get("type") != "feature_flags":
            return
        given = message.get("data")
        self.wants_facts = isinstance(given, dict) and bool(given.get("supports_preview_metadata"))
        self.put("feature_flags", frames.text("feature_flags", flags))
