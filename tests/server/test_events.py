"""The websocket that tells what happens to jobs."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from engine.events import Progress
from engine.jobs.events import Numbered, PreviewMade
from engine.server import outgoing
from engine.server.native import events
from engine.server.native.event_messages import Frames, error_told, told
from engine.server.outgoing import text_frame
from tests.server.conftest import Client, Serving, Socket
from tests.server.native_parts import ENDED, submitted, toys

EVENTS = "/api/v1/events"


@pytest.fixture
def client(serving: Serving) -> Client:
    """Return a client of a server with the toy nodes."""
    return serving(toys())


def is_end(message: Any) -> bool:
    return message.get("state") in ENDED


def is_caught_up(message: Any) -> bool:
    return message["type"] == "caught_up"


def publish(client: Client, *made: Any, job: str = "j") -> None:
    """Have events told that are not stored."""

    async def tell() -> None:
        feed = client.services.feed
        first = feed.newest + 1
        feed.publish(
            [
                Numbered(seq=first + index, job=job, owner="default", time=1.0, event=each)
                for index, each in enumerate(made)
            ]
        )

    client.run(tell())


def preview(data: bytes = b"picture") -> PreviewMade:
    return PreviewMade("5", "5", "image/jpeg", data, 8, 6)


def closing(socket: Socket) -> int:
    """Return the code with which the server closes, whatever comes before."""
    while (message := socket.receive()).type is not aiohttp.WSMsgType.CLOSE:
        assert message.type is aiohttp.WSMsgType.TEXT
    return message.data


def test_first_message_says_where_the_numbers_are(client: Client):
    with client.websocket(EVENTS) as socket:
        hello, caught_up = socket.receive_json(), socket.receive_json()

    assert hello["type"] == "hello"
    assert hello["newest"] == client.services.feed.newest
    assert caught_up == {"type": "caught_up", "seq": hello["newest"], "progress": []}


def test_job_is_told_from_its_beginning_to_its_end(client: Client):
    with client.websocket(EVENTS) as socket:
        socket.receive_until(is_caught_up)
        (job,) = submitted(client)["jobs"]
        messages = socket.receive_until(is_end)

    kinds = [each["type"] for each in messages]
    assert kinds[0] == "job_changed"
    assert kinds.count("node_finished") == 3
    assert {each["job"] for each in messages} == {job["id"]}
    numbers = [each["seq"] for each in messages]
    assert numbers == sorted(set(numbers))


def test_client_that_comes_back_gets_what_it_missed(client: Client):
    with client.websocket(EVENTS) as socket:
        socket.receive_until(is_caught_up)
        submitted(client)
        heard = socket.receive_until(is_end)
    last = heard[0]["seq"]
    stored = [each for each in heard[1:] if each["type"] != "node_started"]

    with client.websocket(f"{EVENTS}?after={last}") as socket:
        missed = socket.receive_until(is_caught_up)

    assert missed[1:-1] == stored


def test_latest_progress_of_running_nodes_comes_first(client: Client):
    publish(client, Progress("5", 3, 20), Progress("5", 4, 20))

    with client.websocket(EVENTS) as socket:
        caught_up = socket.receive_until(is_caught_up)[-1]

    assert [(each["node_id"], each["step"]) for each in caught_up["progress"]] == [("5", 4)]


def test_only_wanted_jobs_are_told(client: Client):
    with client.websocket(f"{EVENTS}?jobs=b,c") as socket:
        socket.receive_until(is_caught_up)
        publish(client, Progress("1", 1, 2), job="a")
        publish(client, Progress("1", 2, 2), job="b")

        assert socket.receive_json()["job"] == "b"


def test_users_hear_of_their_own_jobs_only(client: Client):
    ada = client.of("ada")

    with ada.websocket(EVENTS) as socket:
        socket.receive_until(is_caught_up)
        submitted(client)
        (mine,) = submitted(ada)["jobs"]
        messages = socket.receive_until(is_end)

    assert {each["job"] for each in messages} == {mine["id"]}
    assert ada.get(f"{EVENTS}?owner=*").status == 403


def test_previews_are_binary_and_come_only_when_wanted(client: Client):
    with (
        client.websocket(f"{EVENTS}?previews=1") as looking,
        client.websocket(EVENTS) as listening,
    ):
        looking.receive_until(is_caught_up)
        listening.receive_until(is_caught_up)
        publish(client, preview())
        publish(client, Progress("5", 1, 2))
        frames = [looking.receive(), looking.receive()]
        heard = listening.receive_json()

    data = next(each.data for each in frames if each.type is aiohttp.WSMsgType.BINARY)
    length = int.from_bytes(data[:4], "big")
    header = json.loads(data[4 : 4 + length])
    assert (header["type"], header["node_id"], header["mime"]) == ("preview", "5", "image/jpeg")
    assert data[4 + length :] == b"picture"
    assert heard["type"] == "progress"


def test_client_changes_what_it_hears_without_a_gap(client: Client):
    with client.websocket(f"{EVENTS}?jobs=none") as socket:
        socket.receive_until(is_caught_up)
        submitted(client)
        client.run(client.services.jobs.idle())
        socket.send_json({"type": "subscribe", "previews": True})
        messages = socket.receive_until(is_end)

    assert messages[0]["type"] == "job_changed"
    assert messages[0]["state"] == "queued"


@pytest.mark.parametrize(
    "message", ['{"type": "shout"}', "{", '{"type": "subscribe", "jobs": 5}', "[]"]
)
def test_message_that_is_not_understood_ends_the_connection(client: Client, message: str):
    with client.websocket(EVENTS) as socket:
        client.run(socket.socket.send_str(message))
        messages = socket.receive_until(lambda each: each["type"] == "error")

        assert messages[-1]["error"]["type"] == "bad_request"
        assert closing(socket) == aiohttp.WSCloseCode.POLICY_VIOLATION


def test_binary_message_ends_the_connection(client: Client):
    with client.websocket(EVENTS) as socket:
        client.run(socket.socket.send_bytes(b"x"))

        assert closing(socket) == aiohttp.WSCloseCode.POLICY_VIOLATION


def test_flood_ends_the_connection(client: Client):
    with client.websocket(EVENTS) as socket:
        for _ in range(events.MOST + 1):
            socket.send_json({"type": "subscribe"})

        assert closing(socket) == aiohttp.WSCloseCode.POLICY_VIOLATION


def test_large_message_ends_the_connection(client: Client):
    with client.websocket(EVENTS) as socket:
        client.run(socket.socket.send_str("x" * (events.MAX_BYTES + 1)))

        assert closing(socket) == aiohttp.WSCloseCode.MESSAGE_TOO_BIG


def test_address_without_a_websocket_says_what_it_is(client: Client):
    answer = client.get(EVENTS)

    assert answer.status == 400
    assert "websocket" in answer.json()["error"]["message"]


@pytest.mark.parametrize("query", ["after=x", "previews=7", "after=1.5"])
def test_bad_query_is_refused(client: Client, query: str):
    assert client.get(f"{EVENTS}?{query}").status == 400


def test_client_that_does_not_read_is_cut_off_and_nobody_waits(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outgoing, "DRAIN_S", 0.2)
    host, port = client.address.removeprefix("http://").split(":")
    handshake = (
        f"GET {EVENTS}?previews=1 HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: c2Z1bWF0by10ZXN0cy0xMg==\r\n"
        f"Authorization: {client.headers['Authorization']}\r\n\r\n"
    )

    feed = client.services.feed
    others = len(feed)

    async def is_let_go() -> bool:
        reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
        writer.write(handshake.encode())
        await reader.readuntil(b'"caught_up"')
        writer.transport.pause_reading()  # pyright: ignore[reportAttributeAccessIssue] it reads, too
        listeners = len(feed)
        while len(feed) > others:
            event = preview(bytes(2**20))
            made = Numbered(seq=feed.newest + 1, job="j", owner="default", time=1.0, event=event)
            feed.publish([made])
            await asyncio.sleep(0)
        writer.transport.abort()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)
        return listeners == others + 1

    assert client.run(asyncio.wait_for(is_let_go(), 15))
    with client.websocket(EVENTS) as socket:
        assert socket.receive_json()["type"] == "hello"


def test_event_is_encoded_once_for_all_clients():
    frames = Frames(kept=2)
    made = Numbered(seq=1, job="j", owner="o", time=1.0, event=Progress("5", 1, 2))

    assert frames.of(made) is frames.of(made)
    assert frames.of(made) == text_frame(json.dumps(told(made), separators=(",", ":")).encode())
    assert told(made) == {
        "seq": 1,
        "job": "j",
        "time": 1.0,
        "type": "progress",
        "node_id": "5",
        "step": 1,
        "steps": 2,
    }


def test_preview_is_encoded_once_for_all_clients_and_makes_room_for_the_next():
    frames = Frames()
    pictures = [PreviewMade("5", "5", "image/jpeg", b"picture %d" % each, 1, 1) for each in (1, 2)]
    first, second = (
        Numbered(seq=seq, job="j", owner="o", time=1.0, event=event)
        for seq, event in enumerate(pictures, 1)
    )
    frame = frames.of(first)

    assert frames.of(first) is frame
    assert frames.of(second).endswith(b"picture 2")
    assert frames.of(first) == frame
    assert frames.of(second) != frame


def test_frames_forget_old_events():
    frames = Frames(kept=2)
    made = [
        Numbered(seq=seq, job="j", owner="o", time=1.0, event=Progress("5", seq, 9))
        for seq in range(3)
    ]
    first = frames.of(made[0])

    for each in made[1:]:
        frames.of(each)

    assert frames.of(made[0]) is not first


def test_error_that_was_cut_is_told_all_the_same():
    told = error_told({"kind": "node", "message": "No", "details": {"problems": [{}]}})

    assert told["node"] is None
    assert told["details"]["problems"][0]["message"] == ""
