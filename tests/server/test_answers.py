"""Answers that go out in one write are to a client what aiohttp's own are."""

from __future__ import annotations

import asyncio

import pytest

from tests.server.conftest import Client

PATH = "/healthz"


async def asked(address: str, *requests: str) -> list[bytes]:
    """Send requests on one connection, all at once, and return the answers up to its end."""
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write("".join(each.replace("HOST", f"{host}:{port}") for each in requests).encode())
    answers = (await reader.read()).split(b"HTTP/1.")
    writer.close()
    await writer.wait_closed()
    return answers[1:]


def request(method: str = "GET", version: str = "1.1", *headers: str) -> str:
    lines = (f"{method} {PATH} HTTP/{version}", "Host: HOST", *headers, "", "")
    return "\r\n".join(lines)


def headers_of(answer: bytes) -> dict[str, str]:
    lines = answer.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return {name: value for name, _, value in (each.partition(": ") for each in lines)}


def test_answer_in_one_write_has_the_headers_of_the_others(client: Client):
    first, last = client.run(
        asked(client.address, request(), request("GET", "1.1", "Connection: close"))
    )

    usual = headers_of(last)
    assert usual.pop("Connection") == "close"
    assert headers_of(first).keys() == usual.keys()
    assert {**headers_of(first), "Date": ""} == {**usual, "Date": ""}
    assert (
        first.partition(b"\r\n\r\n")[2]
        == last.partition(b"\r\n\r\n")[2]
        == b'{"ok":true,"reasons":[]}'
    )


def test_requests_that_come_at_once_are_answered_in_order(client: Client):
    refused = request().replace(PATH, "/api/v1/jobs")
    answers = client.run(
        asked(
            client.address,
            request(),
            refused,
            request(),
            request("GET", "1.1", "Connection: close"),
        )
    )

    assert [each[2:5] for each in answers] == [b"200", b"401", b"200", b"200"]


@pytest.mark.parametrize(("method", "version"), [("HEAD", "1.1"), ("GET", "1.0"), ("HEAD", "1.0")])
def test_other_requests_are_answered_as_they_need(client: Client, method: str, version: str):
    (answer,) = client.run(asked(client.address, request(method, version, "Connection: close")))

    body = b"" if method == "HEAD" else b'{"ok":true,"reasons":[]}'
    assert answer.partition(b"\r\n\r\n")[2] == body
    assert headers_of(answer)["Content-Length"] == "24"
    assert headers_of(answer)["Server"] == "Sfumato"


def test_long_answers_in_json_are_compressed_for_those_who_take_it(client: Client):
    path = "/api/v1/workflows/text_to_image"
    small = client.get(path, headers={"Accept-Encoding": "gzip"})
    plain = client.get(path, headers={"Accept-Encoding": "identity"})

    assert small.json() == plain.json()
    assert small.headers["Content-Encoding"] == "gzip"
    assert small.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in plain.headers
    assert int(small.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 2
    assert small.headers["Cache-Control"] == plain.headers["Cache-Control"] == "no-store"


def test_short_answers_in_json_are_sent_as_they_are(client: Client):
    answer = client.get(PATH, headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in answer.headers
