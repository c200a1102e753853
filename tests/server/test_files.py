"""Files of a user by the native API."""

from __future__ import annotations

import contextlib
import json
import os
import unicodedata
from pathlib import Path

import aiohttp
import pytest

from tests.server.conftest import Client
from tests.server.pictures import PROMPT, huge_png, made_by, opened, png

FILES = "/api/v1/files"


def put(client: Client, name: str, content: bytes) -> Path:
    path = client.services.folders.base / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def left(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.rglob("*")) if folder.exists() else []


@pytest.mark.parametrize(
    "name",
    [
        *("%2e%2e/secret", "..%2fsecret", "%2e%2e%2fsecret", "..%5csecret", "%2fetc%2fpasswd"),
        *("sub/..%2f..%2fsecret", "%00", "..%00/secret", "%c0%ae%c0%ae/secret", ".%2e/secret"),
        *("%252e%252e%252fsecret", "sub%2f%2e%2e%2f%2e%2e%2fsecret", "%2fsecret", "C:%5csecret"),
    ],
)
def test_every_spelling_of_an_escape_is_refused(client: Client, name: str):
    put(client, "secret", b"secret")
    put(client, "input/sub/x.txt", b"x")

    for method in ("GET", "DELETE"):
        answer = client.request(method, f"{FILES}/input/{name}")

        assert answer.status in (400, 404, 405)
        assert answer.body != b"secret"
    assert (client.services.folders.base / "secret").exists()


def test_link_out_of_the_folder_is_not_followed(client: Client):
    put(client, "secret.txt", b"secret")
    put(client, "private/deep.txt", b"secret")
    put(client, "input/x.txt", b"x")
    base = client.services.folders.base
    Path(base / "input/link.txt").symlink_to(base / "secret.txt")
    Path(base / "input/folder").symlink_to(base / "private")

    assert client.get(f"{FILES}/input/link.txt").status == 400
    assert client.get(f"{FILES}/input/folder/deep.txt").status == 400
    assert client.post(f"{FILES}?name=folder/new.txt", data=b"x").status == 400
    assert [each["name"] for each in client.get(FILES).json()["files"]] == ["x.txt"]


def test_file_that_lies_there_decomposed_is_found_by_both_spellings(client: Client):
    decomposed = unicodedata.normalize("NFD", "café.png")
    put(client, f"input/{decomposed}", png())

    assert client.get(f"{FILES}/input/{decomposed}").status == 200
    assert client.get(f"{FILES}/input/{unicodedata.normalize('NFC', decomposed)}").status == 200


def test_picture_is_shown_and_known_again(client: Client):
    put(client, "output/sub/a.png", png())

    answer = client.get(f"{FILES}/output/sub/a.png")
    again = client.get(
        f"{FILES}/output/sub/a.png", headers={"If-None-Match": answer.headers["ETag"]}
    )

    assert (answer.status, answer.body) == (200, png())
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == 'inline; filename="a.png"'
    assert (again.status, again.body) == (304, b"")


def test_part_of_a_file_is_sent(client: Client):
    put(client, "output/a.bin", bytes(range(200)))

    answer = client.get(f"{FILES}/output/a.bin", headers={"Range": "bytes=10-19"})

    assert (answer.status, answer.body) == (206, bytes(range(10, 20)))
    assert answer.headers["Content-Range"] == "bytes 10-19/200"


def test_range_behind_the_end_tells_the_size(client: Client):
    put(client, "output/a.bin", bytes(200))

    answer = client.get(f"{FILES}/output/a.bin", headers={"Range": "bytes=200-"})

    assert (answer.status, answer.headers["Content-Range"]) == (416, "bytes */200")


def test_head_tells_the_size_and_sends_nothing(client: Client):
    put(client, "output/a.bin", bytes(200))

    answer = client.request("HEAD", f"{FILES}/output/a.bin")

    assert (answer.status, answer.headers["Content-Length"], answer.body) == (200, "200", b"")


def test_large_file_comes_whole(client: Client):
    content = os.urandom(3_000_000)
    put(client, "output/a.bin", content)

    assert client.get(f"{FILES}/output/a.bin").body == content


@pytest.mark.parametrize(
    "name", ["a.html", "a.svg", "a.js", "a.xml", "a.css", "a.xhtml", "a.png.html", "a", "a.HTM"]
)
def test_what_a_browser_could_run_is_only_saved(client: Client, name: str):
    put(client, f"input/{name}", b"<script>alert(1)</script>")

    answer = client.get(f"{FILES}/input/{name}")

    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'; sandbox" in answer.headers.getall("Content-Security-Policy")


def test_name_in_a_header_is_encoded(client: Client):
    put(client, 'input/a"\u00fc;.png', png())

    answer = client.get(f"{FILES}/input/a%22%C3%BC%3B.png")

    assert answer.headers["Content-Disposition"] == "inline; filename*=UTF-8''a%22%C3%BC%3B.png"


def test_thumbnail_is_a_small_webp(client: Client):
    put(client, "output/a.png", png((400, 200)))

    answer = client.get(f"{FILES}/output/a.png?thumbnail=128")

    assert answer.headers["Content-Type"] == "image/webp"
    assert opened(answer.body).size == (128, 64)


def test_thumbnail_of_what_is_no_picture_is_refused(client: Client):
    put(client, "output/a.txt", b"text")
    put(client, "output/b.png", huge_png())

    assert client.get(f"{FILES}/output/a.txt?thumbnail=64").status == 400
    assert client.get(f"{FILES}/output/b.png?thumbnail=64").status == 413


def test_metadata_tells_what_is_embedded(client: Client):
    put(client, "output/a.png", made_by(PROMPT))

    found = client.get(f"{FILES}/output/a.png?metadata").json()

    assert found["prompt"] == PROMPT
    assert (found["width"], found["height"], found["workflow"]) == (8, 6, None)


def test_files_are_listed_newest_first(client: Client):
    for place, name in enumerate(["old.png", "new.png", "sub/newest apple.png"]):
        os.utime(put(client, f"output/{name}", b"x"), (1000 + place, 1000 + place))
    put(client, "output/.hidden.part", b"x")

    page = client.get(f"{FILES}?kind=output&limit=2").json()
    found = client.get(f"{FILES}?kind=output&search=APPLE+new").json()
    right_there = client.get(f"{FILES}?kind=output&subfolder=").json()

    assert page["total"] == 3
    assert [each["name"] for each in page["files"]] == ["sub/newest apple.png", "new.png"]
    assert [each["name"] for each in found["files"]] == ["sub/newest apple.png"]
    assert [each["name"] for each in right_there["files"]] == ["new.png", "old.png"]


def test_deleted_file_is_gone_and_not_found(client: Client):
    path = put(client, "input/a.png", png())

    assert client.delete(f"{FILES}/input/a.png").status == 204
    assert client.delete(f"{FILES}/input/a.png").status == 404
    assert not path.exists()


def test_unknown_kind_is_not_found(client: Client):
    put(client, "models/x.png", png())

    assert client.get(f"{FILES}/models/x.png").status == 404


def test_users_see_only_their_own_files(client: Client):
    ada = client.of("ada")
    client.post(f"{FILES}?name=mine.png", data=png())
    ada.post(f"{FILES}?name=hers.png", data=png())

    assert [each["name"] for each in ada.get(FILES).json()["files"]] == ["hers.png"]
    assert ada.get(f"{FILES}/input/mine.png").status == 404
    assert client.get(f"{FILES}/input/hers.png").status == 404


def test_viewer_changes_nothing(client: Client):
    viewer = client.of("vera", role="viewer")

    assert viewer.post(f"{FILES}?name=a.png", data=png()).status == 403
    assert viewer.delete(f"{FILES}/input/a.png").status == 403


def test_errors_have_the_one_shape(client: Client):
    error = json.loads(client.get(f"{FILES}/input/none.png").body)["error"]

    assert (error["type"], error["message"][-1]) == ("not_found", ".")


def test_client_that_leaves_while_a_file_is_sent_disturbs_nobody(client: Client):
    put(client, "output/a.bin", bytes(20_000_000))

    async def leave() -> None:
        url, headers = client.url(f"{FILES}/output/a.bin"), client.headers
        async with client.session.get(url, headers=headers) as answer:
            await answer.content.read(10)
            answer.close()

    with contextlib.suppress(aiohttp.ClientError):
        client.run(leave())

    assert client.get(f"{FILES}?kind=output").status == 200
