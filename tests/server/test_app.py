"""What every request goes through."""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import msgspec
import pytest
from aiohttp import web

from engine.server import limits, patience, running
from engine.server.routing import Call, Routes
from engine.users import User
from tests.server.conftest import Client, Serving


class Body(msgspec.Struct):
    name: str = "nobody"
    count: int = 1


class Query(msgspec.Struct):
    limit: int = 50
    tags: list[str] = []
    deep: bool = False


routes = Routes("tests")


@routes("POST", "/test/echo", body=Body, query=Query, answers=list[object], status=201)
async def echo(call: Call[Body, Query]) -> list[object]:
    """Return what was understood."""
    return [call.body, call.query]


@routes("GET", "/test/fail")
async def fail(call: Call[None, None]) -> None:
    """Fail in a way that nobody expected."""
    raise KeyError("/home/ada/secret")


@routes("GET", "/test/break")
async def break_off(call: Call[None, None]) -> web.StreamResponse:
    """Fail in the middle of an answer."""
    answer = web.StreamResponse(headers={"Content-Length": "100"})
    await answer.prepare(call.request)
    await answer.write(b"half")
    raise KeyError("half")


@routes("PUT", "/test/nothing", status=204)
async def nothing(call: Call[None, None]) -> None:
    """Do nothing."""


@pytest.fixture
def client(serving: Serving) -> Client:
    return serving(routes=routes.declared)


def test_body_is_read_whatever_its_type_is_called(client: Client):
    text = {"Content-Type": "text/plain"}
    answer = client.post("/api/v1/test/echo", data='{"name": "ada"}', headers=text)

    assert answer.status == 201
    assert answer.json()[0] == {"name": "ada", "count": 1}


@pytest.mark.parametrize("body", ["", " \n", "{}"])
def test_empty_body_has_the_defaults(client: Client, body: str):
    answer = client.post("/api/v1/test/echo", data=body)

    assert answer.json()[0] == {"name": "nobody", "count": 1}


def test_query_is_read_as_its_type(client: Client):
    answer = client.post("/api/v1/test/echo?limit=7&tags=a&tags=b&deep=true&unknown=1")

    assert answer.json()[1] == {"limit": 7, "tags": ["a", "b"], "deep": True}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "is no JSON"),
        (b'{"count": "many"}', "$.count"),
        (b"[]", "does not fit"),
        (b'{"x":' + b"[" * 100_000, "nested too deeply"),
        (b'{"name": "\xff"}', "is no JSON"),
    ],
    ids=["cut off", "wrong type", "array", "nested", "no UTF-8"],
)
def test_wrong_body_is_told(client: Client, body: bytes, words: str):
    answer = client.post("/api/v1/test/echo", data=body)

    assert answer.status == 400
    assert answer.json()["error"]["type"] == "bad_request"
    assert words in answer.json()["error"]["message"]


def test_wrong_query_is_told(client: Client):
    answer = client.post("/api/v1/test/echo?limit=many")

    assert answer.status == 400
    assert "$.limit" in answer.json()["error"]["message"]


def test_unknown_address_is_told_in_the_one_shape(client: Client):
    answer = client.get("/api/v1/nothing")

    assert answer.status == 404
    assert answer.json()["error"]["type"] == "not_found"


def test_address_with_a_line_break_is_told_in_the_one_shape(client: Client):
    answer = client.get("/api/v1/x%0d%0aSet-Cookie:%20a=b", is_escaped=True)

    assert (answer.status, answer.json()["error"]["type"]) == (404, "not_found")
    assert "Set-Cookie" not in answer.headers


def test_wrong_method_is_told_with_those_there_are(client: Client):
    answer = client.delete("/api/v1/test/echo")

    assert answer.status == 405
    assert "POST" in answer.headers["Allow"]


def test_head_is_answered_without_a_body(client: Client):
    answer = client.request("HEAD", "/api/v1/test/fail")

    assert (answer.status, answer.body) == (500, b"")


def test_answer_may_be_empty(client: Client):
    answer = client.put("/api/v1/test/nothing")

    assert (answer.status, answer.body) == (204, b"")


def test_unexpected_error_tells_nothing_of_the_machine(
    client: Client, caplog: pytest.LogCaptureFixture
):
    answer = client.get("/api/v1/test/fail")

    error = answer.json()["error"]
    assert answer.status == 500
    assert error["details"]["reference"] in caplog.text
    assert "ada" not in answer.text


def test_answer_that_fails_half_way_breaks_off(client: Client):
    with pytest.raises(aiohttp.ClientPayloadError):
        client.get("/api/v1/test/break")

    assert client.put("/api/v1/test/nothing").status == 204


def test_server_goes_on_after_an_unexpected_error(client: Client):
    client.get("/api/v1/test/fail")

    assert client.put("/api/v1/test/nothing").status == 204


def test_body_that_says_that_it_is_too_long_is_refused(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(limits, "MAX_JSON_BYTES", 100)
    client = serving(routes=routes.declared)
    answer = client.post("/api/v1/test/echo", data=b" " * 101)

    assert answer.status == 413
    assert answer.json()["error"]["details"] == {"max_bytes": 100}


def test_body_that_grows_too_long_is_refused(serving: Serving, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "MAX_JSON_BYTES", 100)
    client = serving(routes=routes.declared)

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b" " * 10

    assert client.post("/api/v1/test/echo", data=pieces()).status == 413


def test_body_that_is_packed_wrongly_is_told(client: Client):
    packed = {"Content-Encoding": "gzip"}
    answer = client.post("/api/v1/test/echo", data=b"no gzip", headers=packed)

    assert (answer.status, answer.json()["error"]["type"]) == (400, "bad_request")


def test_body_that_unpacks_to_too_much_is_refused(client: Client):
    bomb = gzip.compress(b" " * (limits.MAX_JSON_BYTES + 1))
    answer = client.post("/api/v1/test/echo", data=bomb, headers={"Content-Encoding": "gzip"})

    assert len(bomb) < 20_000
    assert answer.status == 413


def test_client_that_goes_away_is_no_error(client: Client, caplog: pytest.LogCaptureFixture):
    lines = f"POST /api/v1/test/echo HTTP/1.1\r\n{_headers(client)}Content-Length: 9\r\n\r\n{{"

    async def leave() -> None:
        _, writer = await _connection(client)
        writer.write(lines.encode())
        await asyncio.sleep(0.02)
        writer.close()
        await asyncio.sleep(0.02)

    with caplog.at_level(logging.INFO):
        client.run(leave())

    assert [each for each in caplog.records if each.levelno > logging.INFO] == []
    assert client.put("/api/v1/test/nothing").status == 204


def test_body_that_does_not_come_is_given_up(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "SILENCE_S", 0.01)
    lines = f"POST /api/v1/test/echo HTTP/1.1\r\n{_headers(client)}Content-Length: 10\r\n\r\n{{"

    assert b" 408 " in client.run(_spoken(client, lines))


@pytest.mark.parametrize(
    ("headers", "length", "status"),
    [("", 10, 401), ("token", 2**40, 413), ("token", 10, 100)],
    ids=["without a token", "too long", "welcome"],
)
def test_client_that_waits_with_its_body_is_told_first_what_is_wrong(
    client: Client, headers: str, length: int, status: int
):
    shown = _headers(client) if headers else _headers(client).split("Authorization")[0]
    lines = f"POST /api/v1/test/echo HTTP/1.1\r\n{shown}Expect: 100-continue\r\n"
    answer = client.run(_spoken(client, f"{lines}Content-Length: {length}\r\n\r\n"))

    assert f" {status} ".encode() in answer


def test_connection_on_which_nothing_is_asked_ends(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(patience, "FIRST_REQUEST_S", 0.01)

    assert client.run(_spoken(client, "GET / HT")) == b""


@pytest.mark.parametrize(("asked", "answered"), [(True, False), (False, True)])
def test_connection_above_the_most_takes_the_place_of_one_that_asks_nothing(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, *, asked: bool, answered: bool
):
    monkeypatch.setattr(running, "OWN_FILES", 2**31)  # leaves one
    client = serving(routes=routes.declared)
    lines = f"GET /healthz HTTP/1.1\r\n{_headers(client)}\r\n"

    async def second() -> bytes:
        reader, writer = await _connection(client)
        if asked:
            writer.write(lines.encode())
            await reader.readline()
        found = await _spoken(client, lines)
        writer.close()
        return found

    assert (b" 200 " in client.run(second())) is answered


def test_connection_on_which_something_was_asked_stays(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    due: list[Callable[[], object]] = []
    loop = SimpleNamespace(
        call_later=lambda _, look, connection: due.append(lambda: look(connection))
    )
    monkeypatch.setattr(patience, "asyncio", SimpleNamespace(get_running_loop=lambda: loop))
    asked = f"GET /api/v1/nothing HTTP/1.1\r\n{_headers(client)}\r\n"

    async def ask_twice() -> list[bytes]:
        reader, writer = await _connection(client)
        heads: list[bytes] = []
        for _ in range(2):
            writer.write(asked.encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].split()[0])
            await reader.readexactly(length)
            heads.append(head)
            for look in due:
                look()
        writer.close()
        return heads

    assert [head.split()[1] for head in client.run(ask_twice())] == [b"404", b"404"]
    assert due


def _headers(client: Client) -> str:
    host = client.address.removeprefix("http://")
    return f"Host: {host}\r\nAuthorization: {client.headers['Authorization']}\r\n"


async def _connection(client: Client) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = client.address.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port))


async def _spoken(client: Client, text: str) -> bytes:
    """Say something on a connection of its own, and return the first line of the answer."""
    reader, writer = await _connection(client)
    writer.write(text.encode())
    try:
        return await asyncio.wait_for(reader.readline(), 5.0)
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def test_user_with_a_full_share_of_the_disk_uploads_nothing(serving: Serving):
    client = serving().of("ada", max_disk_bytes=100)
    folder = Path(serving.base) / "users" / "ada" / "output"
    folder.mkdir(parents=True)
    (folder / "picture.png").write_bytes(b"x" * 90)
    answer = client.post("/api/upload/image", data=b"x" * 20)

    assert answer.status == 507
    assert answer.json()["error"]["details"]["used"] == 90


def test_line_about_a_request_names_user_status_and_time(
    client: Client, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.DEBUG, "engine.server.app"):
        client.get("/api/v1/nothing")

    line = next(each for each in caplog.records if each.name == "engine.server.app")
    assert line.getMessage().startswith("GET /api/v1/nothing 404 ")
    assert vars(line)["status"] == 404


def test_line_about_a_request_holds_no_token(client: Client, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.DEBUG):
        client.by_address().get("/api/v1/nothing")
        client.anonymous().get("/?token=sfm_very-secret")
        client.anonymous().get("/t/not-even-one/api/v1/me?x=1")

    assert "/t/…/api/v1/nothing" in caplog.text
    assert client.by_address().prefix not in caplog.text
    assert "secret" not in caplog.text
    assert "not-even-one" not in caplog.text


def test_role_of_a_user_is_one_of_three():
    assert User(name="ada", role="viewer").may("viewer")
    assert not User(name="ada", role="viewer").may("user")
    assert User(name="ada", role="admin").may("user")
    assert User(name="ada", role="viewer").may("open")
