"""The gallery follows the output folder, whoever writes there."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from engine.events import NodeFinished
from engine.files.output_files import Reservation
from engine.jobs.events import Numbered
from engine.server.files import scan
from engine.store.pictures import Picture
from engine.worker.messages import Reserve
from tests.server.conftest import Client
from tests.server.pictures import PROMPT, bomb_png, huge_png, made_by, png

GALLERY = "/api/v1/gallery"


def put(client: Client, name: str, content: bytes, when: float = 0.0) -> Path:
    path = client.services.folders.output / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if when:
        os.utime(path, (when, when))
    return path


def items(client: Client, search: str = "") -> list[dict[str, Any]]:
    return listing(client, search)["items"]


def listing(client: Client, search: str = "") -> dict[str, Any]:
    """Return a listing of all that lies there, however slow the machine is."""
    while not (found := client.get(f"{GALLERY}?{search}").json())["is_complete"]:
        pass
    return found


def names(client: Client, search: str = "") -> list[str]:
    return [each["name"] for each in items(client, search)]


def prompted(text: str, **sampler: Any) -> bytes:
    positive = {**PROMPT["2"], "inputs": {**PROMPT["2"]["inputs"], "text": text}}
    changed = {**PROMPT["5"], "inputs": {**PROMPT["5"]["inputs"], **sampler}}
    return made_by({**PROMPT, "2": positive, "5": changed})


def test_picture_tells_how_it_was_made(client: Client):
    put(client, "sub/a.png", made_by(PROMPT), when=1_700_000_000)

    (found,) = items(client)

    assert found == {
        "name": "sub/a.png",
        "type": "image/png",
        "size_bytes": len(made_by(PROMPT)),
        "created": 1_700_000_000,
        "width": 8,
        "height": 6,
        "prompt": "a red apple",
        "negative": "blurry",
        "model": "sd15.safetensors",
        "seed": "18446744073709551615",
        "sampler": "euler",
        "scheduler": "karras",
        "steps": 20,
        "cfg": 7.5,
        "job": "",
        "has_workflow": True,
    }


def test_file_that_tells_nothing_is_listed(client: Client):
    put(client, "a.mp4", b"a film")
    put(client, "b.png", b"no picture")

    found = items(client)

    assert sorted(each["name"] for each in found) == ["a.mp4", "b.png"]
    assert {each["has_workflow"] for each in found} == {False}


def test_files_come_newest_first_and_in_pages(client: Client):
    for place in range(5):
        put(client, f"{place}.png", png(), when=1000 + place)

    page = listing(client, "limit=2&offset=1")

    assert (page["total"], [each["name"] for each in page["items"]]) == (5, ["3.png", "2.png"])


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("search=APPLE+green", ["green.png"]),
        ("search=apple", ["red.png", "green.png"]),
        ("search=pear", []),
        ("search=red.p", ["red.png"]),
        ("search=sd15", ["red.png", "green.png"]),
        ("search=%25", []),
        ("seed=7", ["green.png"]),
        ("seed=007", []),
        ("model=SD15", ["red.png", "green.png"]),
        ("model=xl", []),
        ("since=1500", ["red.png"]),
        ("until=1500", ["green.png"]),
        ("since=1000&until=1000", ["green.png"]),
        ("job=none", []),
    ],
)
def test_search_finds_by_what_is_known(client: Client, search: str, expected: list[str]):
    put(client, "green.png", prompted("a green apple", seed=7), when=1000)
    put(client, "red.png", prompted("a red apple"), when=2000)

    assert names(client, search) == expected


@pytest.mark.parametrize(
    "search", ["limit=0", "limit=501", "offset=-1", "since=1e300", "since=nan", "until=x"]
)
def test_search_that_makes_no_sense_is_refused(client: Client, search: str):
    assert client.get(f"{GALLERY}?{search}").status == 400


def test_file_that_comes_or_goes_is_noticed(client: Client):
    first = put(client, "a.png", png())
    assert names(client) == ["a.png"]
    put(client, "new/b.png", png(), when=1)
    first.unlink()

    assert names(client) == ["new/b.png"]


def test_changed_file_is_looked_into_again(client: Client):
    path = put(client, "a.png", prompted("before"), when=1000)
    assert names(client, "search=before") == ["a.png"]
    path.unlink()
    put(client, "a.png", prompted("afterwards"), when=2000)

    assert names(client, "search=before") == []
    assert names(client, "search=afterwards") == ["a.png"]


def test_file_that_stayed_is_not_opened_again(client: Client, monkeypatch: pytest.MonkeyPatch):
    put(client, "a.png", png())
    items(client)
    opened: list[str] = []

    def noted(root: Path, name: str) -> Picture:
        opened.append(name)
        return picture(root, name)

    picture = scan.picture
    monkeypatch.setattr(scan, "picture", noted)
    put(client, "b.png", png())
    items(client)

    assert opened == ["b.png"]


def test_written_file_is_taken_in_before_anybody_asks(client: Client):
    put(client, "sub/a.png", made_by(PROMPT))

    async def note_and_wait() -> bool:
        client.services.gallery.note_written("default", ["sub/a.png", "gone.png"])
        await client.services.gallery.settled()
        return bool(await client.services.database.read(_first))

    assert client.run(note_and_wait())


def _first(connection: Any) -> Any:
    return connection.execute("SELECT 1 FROM pictures WHERE name = 'sub/a.png'").fetchone()


def test_file_knows_the_job_that_has_reserved_its_name(client: Client):
    put(client, "sub/x_00001_.png", png())

    def reserve(connection: Any) -> None:
        connection.execute("PRAGMA defer_foreign_keys = ON")
        connection.execute("INSERT INTO documents VALUES ('d', '', x'')")
        connection.execute(
            "INSERT INTO jobs (id, owner, document, created, state, title, priority, position, "
            "batch_index, source, size, document_size, rest) VALUES "
            "('j1', 'default', 'd', 0, 'succeeded', '', 0, 0, 0, 'native', 0, 0, '{}')"
        )
        from engine.store.outputs import reserve as take

        take(
            connection,
            "default",
            Reserve(1, "j1", Reservation("7", 0, "output", "sub", "x", ".png", 1)),
        )

    client.run(client.services.database.write(reserve))

    assert [each["job"] for each in items(client)] == ["j1"]
    assert names(client, "job=j1") == ["sub/x_00001_.png"]


def test_one_item_is_shown(client: Client):
    put(client, "sub/a.png", made_by(PROMPT))

    assert client.get(f"{GALLERY}/sub/a.png").json()["prompt"] == "a red apple"
    assert client.get(f"{GALLERY}/sub/b.png").status == 404


def test_deleted_item_leaves_nothing(client: Client):
    path = put(client, "sub/a.png", png())
    client.get("/api/v1/files/output/sub/a.png?thumbnail=64")
    items(client)

    answer = client.delete(f"{GALLERY}/sub/a.png")

    assert (answer.status, names(client), path.exists()) == (204, [], False)
    assert not [*(client.services.folders.cache / "thumbnails").rglob("*.webp")]
    assert client.delete(f"{GALLERY}/sub/a.png").status == 404


def test_file_deleted_as_a_file_is_gone_from_the_gallery(client: Client):
    put(client, "a.png", png())
    items(client)

    client.delete("/api/v1/files/output/a.png")

    assert names(client) == []


def test_hidden_files_and_links_are_left_out(client: Client):
    put(client, ".a.part", b"x")
    put(client, ".cache/b.png", png())
    outside = client.services.folders.base / "outside.png"
    outside.write_bytes(png())
    output = client.services.folders.output
    Path(output / "c.png").symlink_to(outside)
    Path(output / "folder").symlink_to(client.services.folders.base)

    assert names(client) == []


def test_bombs_are_listed_without_being_unpacked(client: Client):
    put(client, "huge.png", huge_png(), when=2)
    put(client, "text.png", bomb_png(), when=1)

    found = items(client)

    assert [(each["name"], each["width"]) for each in found] == [
        ("huge.png", 100_000),
        ("text.png", 8),
    ]


def test_users_see_only_their_own_pictures(client: Client):
    ada = client.of("ada")
    put(client, "mine.png", png())
    hers = client.services.folders.of("ada").output / "hers.png"
    hers.parent.mkdir(parents=True)
    hers.write_bytes(png())

    assert (names(client), names(ada)) == (["mine.png"], ["hers.png"])
    assert ada.delete(f"{GALLERY}/mine.png").status == 404


@pytest.mark.parametrize(
    "name", ["../secret.png", "/etc/passwd", "sub/../../secret.png", ".hidden.png", "link.png", ""]
)
def test_what_a_node_says_it_wrote_elsewhere_is_not_looked_into(client: Client, name: str):
    put(client, ".hidden.png", png())
    secret = client.services.folders.base / "secret.png"
    secret.write_bytes(made_by(PROMPT))
    (client.services.folders.output / "link.png").symlink_to(secret)

    async def note_and_count() -> int:
        client.services.gallery.note_written("default", [name])
        await client.services.gallery.settled()
        return await client.services.database.read(_count)

    assert client.run(note_and_count()) == 0


def test_what_a_node_wrote_is_taken_in_when_it_says_so(client: Client):
    put(client, "sub/a.png", made_by(PROMPT))
    told: Any = {
        "images": [{"filename": "a.png", "subfolder": "sub", "type": "output"}],
        "previews": [{"filename": "b.png", "subfolder": "", "type": "temp"}, "text", 5],
        "odd": 5,
    }
    parts = client.services

    async def publish_and_count() -> int:
        event = NodeFinished("7", "7", 0.1, told)
        numbered = Numbered(
            seq=parts.feed.newest + 1, job="j", owner="default", time=0, event=event
        )
        parts.feed.publish([numbered])
        while not (count := await parts.database.read(_count)):
            await asyncio.sleep(0)
        return count

    assert client.run(publish_and_count()) == 1


def _count(connection: Any) -> int:
    return connection.execute("SELECT count(*) FROM pictures").fetchone()[0]
