"""What waits for a client is bounded, and the newest counts."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, cast

from engine.jobs.events import PreviewMade
from engine.server.comfyui import frames
from engine.server.comfyui.listener import BEHIND_BYTES, MOST_BYTES, TRY_AGAIN, Listener
from engine.server.outgoing import binary_frame


class FakeSocket:
    """Takes what is sent, and stops the listener when it has so many."""

    def __init__(self, most: int = 1_000) -> None:
        self.most = most
        self.sent: list[Any] = []
        self.writes: list[list[Any]] = []
        self.code = 0
        self.is_free = True

    def write(self, frames: list[Any]) -> None:
        self.sent += frames
        self.writes.append(frames)

    async def send(self, frames: list[Any]) -> None:
        self.write(frames)
        if len(self.sent) >= self.most:
            raise ConnectionResetError

    async def close(self, code: int, message: bytes) -> None:
        self.code = code


def sent(listener: Listener, most: int) -> FakeSocket:
    socket: Any = FakeSocket(most)

    async def serve() -> None:
        with contextlib.suppress(ConnectionResetError):
            await listener.serve(socket)

    asyncio.run(serve())
    return socket


def listener() -> Listener:
    return Listener("owner", "client", lambda: b"STATUS")


async def turns() -> None:
    """Let everything run that is due."""
    for _ in range(5):
        await asyncio.sleep(0)


def test_messages_that_come_together_go_out_in_one_write():
    one, socket = listener(), FakeSocket()

    async def put() -> None:
        serving = asyncio.create_task(one.serve(cast("Any", socket)))
        await turns()
        one.put("executing", b"a")
        one.put("executed", b"b")
        await turns()
        one.put("executing", b"c")
        await turns()
        serving.cancel()

    asyncio.run(put())

    assert socket.writes == [[b"a", b"b"], [b"c"]]


def test_what_a_client_does_not_take_at_once_is_sent_after_what_it_takes():
    one, socket = listener(), FakeSocket()

    async def put() -> None:
        serving = asyncio.create_task(one.serve(cast("Any", socket)))
        await turns()
        one.put("executing", b"a")
        socket.is_free = False
        await turns()
        one.put("executing", b"b")
        socket.is_free = True
        one.put("executing", b"c")
        await turns()
        serving.cancel()

    asyncio.run(put())

    assert socket.sent == [b"a", b"b", b"c"]


def test_messages_are_sent_in_order():
    one = listener()
    one.put("executing", b"a")
    one.put("executed", b"b")

    assert sent(one, 2).sent == [b"a", b"b"]


def test_the_status_is_that_of_the_time_of_sending_and_told_once_for_many_changes():
    one = listener()
    for _ in range(5):
        one.put_status()
    one.put("executing", b"a")
    one.put_status()

    assert sent(one, 3).sent == [b"STATUS", b"a", b"STATUS"]


def test_previews_come_last_and_only_the_newest_of_a_node():
    one = listener()
    one.put_preview("1", b"old")
    one.put_preview("1", b"new")
    one.put("executing", b"a")

    assert sent(one, 2).sent == [b"a", b"new"]


def test_a_client_that_is_behind_gets_no_progress():
    one = listener()
    one.put("executed", b"x" * (BEHIND_BYTES + 1))
    one.put("progress", b"left out")
    one.put("progress_state", b"left out")
    one.put("executed", b"kept")

    assert sent(one, 2).sent[1] == b"kept"


def test_a_client_that_is_too_far_behind_is_let_go():
    one = listener()
    one.put("executed", b"x" * (MOST_BYTES + 1))

    socket = sent(one, 1)
    assert socket.sent == []
    assert socket.code == TRY_AGAIN


def test_feature_flags_of_a_client_are_noted_and_answered():
    one = listener()
    one.hear({"type": "feature_flags", "data": {"supports_preview_metadata": True}}, {"a": 1})

    assert one.wants_facts
    assert sent(one, 1).sent == [frames.text("feature_flags", {"a": 1})]


def test_other_messages_of_a_client_are_ignored():
    one = listener()
    for message in (None, [], "x", {"type": "crystools.monitor"}, {"data": 3}):
        one.hear(message, {})
    one.put("executing", b"a")

    assert sent(one, 1).sent == [b"a"]


def test_a_preview_is_a_jpeg_after_two_numbers():
    event = PreviewMade("1", "1", "image/jpeg", b"picture", 1, 1)

    assert frames.preview(event) == binary_frame(b"\0\0\0\1\0\0\0\1picture")


def test_a_preview_that_is_no_jpeg_is_not_sent_to_clients_that_take_it_for_a_result():
    assert frames.preview(PreviewMade("1", "1", "image/png", b"picture", 1, 1)) is None


def test_a_preview_with_facts_has_them_in_front_with_their_length():
    event = PreviewMade("1", "1", "image/png", b"picture", 1, 1)

    frame = frames.preview_with_facts(event, {"node_id": "1"})

    facts = b"\0\0\0\4\0\0\0\x0f" + b'{"node_id":"1"}'
    assert frame == binary_frame(facts + b"picture")
