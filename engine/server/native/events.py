"""The websocket on which clients hear of jobs, and can be told what they missed.

`docs/api.md` has its messages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakKeyDictionary

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from engine.errors import BadRequest, EngineError
from engine.jobs.events import PreviewMade
from engine.release import release
from engine.server.native.event_messages import Frames, error_told, told
from engine.server.native.whose import Number, whose
from engine.server.outgoing import Outgoing, text_frame
from engine.server.routing import Call, Routes

if TYPE_CHECKING:
    from engine.jobs.events import Numbered
    from engine.jobs.feed import Feed, Subscription

routes = Routes("events")

HEARTBEAT_S = 30.0
#: Of one message of a client.
MAX_BYTES = 2**16
#: Messages of a client within `WINDOW_S`; more are a flood.
MOST, WINDOW_S = 30, 10.0
#: What the reason of a closing frame may have (RFC 6455, 5.5).
CLOSE_BYTES = 120

_frames: WeakKeyDictionary[Feed, Frames] = WeakKeyDictionary()


class Listen(msgspec.Struct, frozen=True, kw_only=True):
    """What a client wants to hear.

    Attributes:
        after: number of the last event that it has; without, it hears what happens from now on.
        jobs: ids, with commas between them; without, all jobs.
        previews: 1 sends pictures of what nodes have so far.
        owner: `*` is everybody's jobs, for admins.
    """

    after: Number | None = None
    jobs: str = ""
    previews: Literal[0, 1] = 0
    owner: str = ""


class Subscribe(msgspec.Struct, frozen=True, kw_only=True, tag="subscribe"):
    """A client's message: what it wants to hear from now on.

    Attributes:
        jobs: ids; None is all jobs.
        after: number of the last event that it has; without, the last one that it was sent.
    """

    jobs: list[str] | None = None
    previews: bool = False
    after: Number | None = None


class Flood(Exception):
    """A client sends too much."""


_decode_message = msgspec.json.Decoder(Subscribe).decode


@routes("GET", "/events", query=Listen, status=101)
async def listen(call: Call[None, Listen]) -> web.StreamResponse:
    """Open the websocket that tells what happens to jobs."""
    owner = whose(call.user, call.query.owner)
    socket = web.WebSocketResponse(
        heartbeat=HEARTBEAT_S, max_msg_size=MAX_BYTES, compress=False, timeout=2.0
    )
    if not socket.can_prepare(call.request).ok:
        raise BadRequest("This address is a websocket. Connect to it with ws:// or wss://.")
    await socket.prepare(call.request)
    first = Subscribe(
        jobs=call.query.jobs.split(",") if call.query.jobs else None,
        previews=bool(call.query.previews),
        after=call.query.after,
    )
    await Connection(call.services.feed, socket, call.request, owner).run(first)
    return socket


class Connection:
    """One client's websocket."""

    def __init__(
        self,
        feed: Feed,
        socket: web.WebSocketResponse,
        request: web.Request,
        owner: str | None,
    ) -> None:
        self._feed = feed
        self._frames = _frames.setdefault(feed, Frames())
        self._socket = socket
        self._out = Outgoing(socket, request)
        self._request = request
        self._owner = owner
        self._subscription: Subscription | None = None
        self._sender: asyncio.Task[None] | None = None
        self._sent: int | None = None
        self._recent: list[float] = []

    async def run(self, first: Subscribe) -> None:
        """Tell events until the client leaves."""
        try:
            await self._say(
                {
                    "type": "hello",
                    "newest": self._feed.newest,
                    "version": release(),
                }
            )
            await self._subscribe(first)
            async for message in self._socket:
                await self._take(message.type, message.data)
        except Flood as problem:
            await self._refuse(BadRequest(str(problem)), WSCloseCode.POLICY_VIOLATION)
        except (ConnectionError, TimeoutError):
            self._cut_off()
        finally:
            await self._end()

    async def _take(self, kind: WSMsgType, data: Any) -> None:
        now = asyncio.get_running_loop().time()
        self._recent = [when for when in self._recent if now - when < WINDOW_S] + [now]
        if len(self._recent) > MOST:
            raise Flood("Too many messages. Send few; events come by themselves.")
        if kind is not WSMsgType.TEXT:
            raise Flood("Only texts are taken here.")
        try:
            wanted = _decode_message(data)
        except msgspec.MsgspecError as problem:
            raise Flood(f"The message is not understood: {problem}.") from problem
        await self._subscribe(wanted)

    async def _subscribe(self, wanted: Subscribe) -> None:
        """Send what is wanted from now on, without a gap after what was sent."""
        await self._end()
        after = self._sent if wanted.after is None else wanted.after
        self._subscription = self._feed.subscribe(
            self._owner,
            None if wanted.jobs is None else frozenset(wanted.jobs),
            wants_previews=wanted.previews,
            after=after,
        )
        self._sent = self._feed.newest if after is None else after
        self._sender = asyncio.create_task(self._send(self._subscription))

    async def _end(self) -> None:
        if self._sender is not None:
            self._sender.cancel()
            with suppress(asyncio.CancelledError):
                await self._sender
        if self._subscription is not None:
            self._subscription.close()

    async def _send(self, subscription: Subscription) -> None:
        try:
            while subscription.is_behind:
                await self._tell(await subscription.catch_up())
            self._sent = subscription.heard
            latest = [told(each) for each in self._latest(subscription)]
            await self._say({"type": "caught_up", "seq": subscription.heard, "progress": latest})
            while True:
                await self._tell(await subscription.next())
        except (ConnectionError, TimeoutError):
            self._cut_off()
        except EngineError as problem:  # what was missed can not be read
            await self._refuse(problem, WSCloseCode.INTERNAL_ERROR)

    def _latest(self, subscription: Subscription) -> Iterable[Numbered]:
        return (each for each in self._feed.latest(self._owner) if subscription.hears(each))

    async def _tell(self, events: Sequence[Numbered]) -> None:
        await self._out.send(map(self._frames.of, events))
        seqs = [each.seq for each in events if not isinstance(each.event, PreviewMade)]
        self._sent = max(seqs, default=self._sent)

    async def _say(self, message: Any) -> None:
        await self._out.send([text_frame(msgspec.json.encode(message))])

    async def _refuse(self, problem: EngineError, code: WSCloseCode) -> None:
        """Say what is wrong and end the connection."""
        try:
            await self._say({"type": "error", "error": error_told(problem.as_json())})
            await self._socket.close(code=code, message=_shortened(problem.message))
        except (ConnectionError, TimeoutError):
            self._cut_off()

    def _cut_off(self) -> None:
        """Let go of a client that does not listen; closing in order would wait for it."""
        if self._request.transport is not None:
            self._request.transport.abort()


def _shortened(reason: str) -> bytes:
    return reason.encode()[:CLOSE_BYTES].decode(errors="ignore").encode()
