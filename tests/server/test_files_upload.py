"""Files that come in by the native API: whole, harmless, inside their folder, or not at all."""

from __future__ import annotations

import asyncio
import errno
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from engine.server import limits
from tests.server.conftest import Client, Serving
from tests.server.pictures import bomb_png, huge_png, png

FILES = "/api/v1/files"


def put(client: Client, name: str, content: bytes) -> Path:
    path = client.services.folders.base / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def left(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.rglob("*")) if folder.exists() else []


def test_uploaded_file_lies_in_the_input_folder(client: Client):
    answer = client.post(f"{FILES}?name=a.png", data=png())

    assert answer.status == 201
    assert answer.json()["name"] == "a.png"
    assert (client.services.folders.input / "a.png").read_bytes() == png()


def test_form_brings_its_name(client: Client):
    form = aiohttp.FormData()
    form.add_field("file", png(), filename="b.png")

    answer = client.post(f"{FILES}?subfolder=sub/deep", data=form)

    assert answer.json()["name"] == "sub/deep/b.png"


def test_same_content_under_the_same_name_is_used_again(client: Client):
    client.post(f"{FILES}?name=a.png", data=png())

    answer = client.post(f"{FILES}?name=a.png", data=png())

    assert answer.json()["name"] == "a.png"
    assert left(client.services.folders.input) == ["a.png"]


def test_other_content_under_the_same_name_gets_a_number(client: Client):
    client.post(f"{FILES}?name=a.png", data=png())
    client.post(f"{FILES}?name=a.png", data=png(colour=(1, 2, 3)))

    again = client.post(f"{FILES}?name=a.png", data=png(colour=(1, 2, 3)))

    assert again.json()["name"] == "a (1).png"
    assert left(client.services.folders.input) == ["a (1).png", "a.png"]


def test_overwriting_replaces_the_file(client: Client):
    client.post(f"{FILES}?name=a.png", data=png())

    answer = client.post(f"{FILES}?name=a.png&overwrite=true", data=png(colour=(1, 2, 3)))

    assert answer.json()["name"] == "a.png"
    assert (client.services.folders.input / "a.png").read_bytes() == png(colour=(1, 2, 3))


def test_upload_without_a_name_is_refused(client: Client):
    assert client.post(FILES, data=b"x").status == 400
    assert left(client.services.folders.input) == []


@pytest.mark.parametrize(
    "name",
    [
        *("../x", "..", "a/../../x", "/etc/x", "\\\\host\\x", "..\\..\\x", "C:\\x", "c:x", " "),
        *(".hidden", "a/.hidden/b", "a\0b", "a\nb", "a" * 256, "/", "a/" * 200 + "../" * 201 + "x"),
    ],
)
def test_name_that_leads_out_or_hides_is_refused(client: Client, name: str):
    answer = client.post(FILES, params={"name": name}, data=b"x")

    assert answer.status == 400
    assert left(client.services.folders.base / "input") == []


def test_name_in_two_spellings_of_unicode_is_one_file(client: Client):
    composed = unicodedata.normalize("NFC", "café.png")
    decomposed = unicodedata.normalize("NFD", composed)

    client.post(FILES, params={"name": decomposed}, data=png())
    client.post(FILES, params={"name": composed}, data=png())

    assert left(client.services.folders.input) == [composed]
    assert client.get(f"{FILES}/input/{decomposed}").body == png()


def test_upload_above_the_limit_leaves_nothing(serving: Serving):
    client = serving(max_upload_bytes=1000)

    async def pieces():
        for _ in range(50):
            yield bytes(100)

    assert client.post(f"{FILES}?name=a.bin", data=bytes(1001)).status == 413
    assert client.post(f"{FILES}?name=a.bin", data=pieces()).status == 413
    assert left(client.services.folders.input) == []


def test_upload_that_breaks_off_leaves_nothing(client: Client):
    folder = client.services.folders.input
    host, _, port = client.address.removeprefix("http://").partition(":")

    async def half() -> list[str]:
        _, writer = await asyncio.open_connection(host, int(port))
        token = client.headers["Authorization"]
        writer.write(
            f"POST {FILES}?name=a.png HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"Authorization: {token}\r\nContent-Length: 100000\r\n\r\n".encode()
            + bytes(5000)
        )
        await writer.drain()
        while not left(folder):
            await asyncio.sleep(0)
        during = left(folder)
        writer.transport.abort()
        while left(folder):
            await asyncio.sleep(0)
        return during

    during = client.run(asyncio.wait_for(half(), 10))

    assert [name.startswith(".") for name in during] == [True]
    assert left(folder) == []


def test_form_that_is_damaged_leaves_nothing(client: Client):
    body = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\nhalf a file'

    answer = client.post(
        FILES, data=body, headers={"Content-Type": "multipart/form-data; boundary=x"}
    )

    assert answer.status == 400
    assert left(client.services.folders.input) == []


def test_form_that_never_begins_is_refused(client: Client):
    headers = {"Content-Type": "multipart/form-data; boundary=x"}

    answer = client.post(FILES, data=b"a" * 2**20, headers=headers)

    assert (answer.status, answer.json()["error"]["type"]) == (400, "bad_request")


@pytest.mark.parametrize("kind", ["image/png", "multipart/form-data; boundary=x"])
def test_upload_that_does_not_go_on_is_given_up(
    client: Client, monkeypatch: pytest.MonkeyPatch, kind: str
):
    monkeypatch.setattr(limits, "SILENCE_S", 0.02)
    begun = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\nhalf'

    async def begin() -> AsyncIterator[bytes]:
        yield begun
        await asyncio.Event().wait()

    answer = client.post(f"{FILES}?name=a.png", data=begin(), headers={"Content-Type": kind})

    assert answer.status == 408
    assert left(client.services.folders.input) == []


def test_second_file_of_a_form_is_left_out(client: Client):
    form = aiohttp.FormData()
    for name in ("a.txt", "b.txt"):
        form.add_field("f", name.encode(), filename=name)

    assert client.post(FILES, data=form).json()["name"] == "a.txt"
    assert left(client.services.folders.input) == ["a.txt"]


def test_form_without_a_boundary_is_refused(client: Client):
    answer = client.post(FILES, data=b"x", headers={"Content-Type": "multipart/form-data"})

    assert answer.status == 400


@pytest.mark.parametrize("content", [huge_png(), bomb_png()], ids=["pixels", "text"])
def test_picture_that_is_a_bomb_is_refused(client: Client, content: bytes):
    answer = client.post(f"{FILES}?name=a.png", data=content)

    assert answer.status == 413
    assert answer.json()["error"]["type"] == "too_large"
    assert left(client.services.folders.input) == []


def test_full_disk_leaves_no_half_file(client: Client, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("engine.server.files.uploads.os.link", full)
    monkeypatch.setattr("engine.server.files.uploads.Path.touch", full)

    answer = client.post(f"{FILES}?name=a.bin", data=b"x")

    assert answer.status == 507
    assert left(client.services.folders.input) == []


def test_upload_works_without_hard_links(client: Client, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr("engine.server.files.uploads.os.link", refuse)
    for content in (b"one", b"two", b"two"):
        client.post(f"{FILES}?name=a.bin", data=content)

    folder = client.services.folders.input

    assert left(folder) == ["a (1).bin", "a.bin"]
    assert (folder / "a (1).bin").read_bytes() == b"two"


def test_part_of_the_name_that_is_a_file_is_refused(client: Client):
    put(client, "input/a", b"x")

    assert client.post(f"{FILES}?name=a/b.png", data=b"x").status == 400


def test_user_fills_no_more_of_the_disk_than_they_may(client: Client):
    ada = client.of("ada", max_disk_bytes=1000)
    assert ada.post(f"{FILES}?name=a.bin", data=bytes(600)).status == 201

    answers = [
        ada.post(f"{FILES}?name=b.bin", data=bytes(600)),
        ada.post("/userdata/b.txt", data=bytes(600)),
    ]

    assert {answer.json()["error"]["type"] for answer in answers} == {"disk_used_up"}
    assert left(client.services.folders.of("ada").input) == ["a.bin"]
