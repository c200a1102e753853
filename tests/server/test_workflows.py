"""Saved workflows: files with revisions."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.server.conftest import Answer, Client, Serving
from tests.server.native_parts import document, toys

HOME = "/api/v1/workflows"


@pytest.fixture
def client(serving: Serving) -> Client:
    """Return a client of a server with the toy nodes."""
    return serving(toys())


@pytest.fixture
def folder(client: Client) -> Path:
    """Return the folder of the default user's workflows."""
    return client.services.folders.user / "default" / "workflows"


def save(client: Client, name: str, base: int | None = None, **facts: Any) -> Answer:
    asked = {"document": document(**facts), "base": base}
    return client.put(f"{HOME}/{name}", json=asked)


def names(client: Client, query: str = "") -> list[str]:
    found = client.get(f"{HOME}{query}").json()["items"]
    return [each["name"] for each in found if not each["is_bundled"]]


def test_saved_workflow_is_opened_again(client: Client, folder: Path):
    saved = save(client, "count", title="Counting").json()
    opened = client.get(f"{HOME}/count").json()

    assert saved["revision"] == opened["revision"] == 1
    assert (opened["title"], opened["format"]) == ("Counting", "sfumato")
    assert opened["document"]["nodes"] == document()["nodes"]
    assert json.loads((folder / "count.json").read_bytes())["title"] == "Counting"


def test_save_names_the_revision_it_is_based_on(client: Client):
    save(client, "count", title="one")

    assert save(client, "count", base=1, title="two").json()["revision"] == 2


def test_stale_save_gets_both_versions(client: Client):
    save(client, "count", title="one")
    save(client, "count", base=1, title="two")

    answer = save(client, "count", base=1, title="mine")
    details = answer.json()["error"]["details"]

    assert answer.status == 409
    assert details["current"]["revision"] == 2
    assert details["current"]["document"]["title"] == "two"
    assert details["yours"]["base"] == 1
    assert details["yours"]["document"]["title"] == "mine"
    assert client.get(f"{HOME}/count").json()["title"] == "two"


def test_new_workflow_does_not_replace_another(client: Client):
    save(client, "count", title="one")

    assert save(client, "count", title="two").status == 409


def test_saving_the_same_again_is_no_conflict_and_no_revision(client: Client):
    save(client, "count", title="one")

    assert save(client, "count", title="one").json()["revision"] == 1


def test_save_of_a_workflow_that_is_gone_is_a_conflict(client: Client):
    save(client, "count")
    client.delete(f"{HOME}/count")

    answer = save(client, "count", base=1, title="mine")

    assert answer.status == 409
    assert answer.json()["error"]["details"]["current"] is None


def test_revisions_are_listed_and_opened(client: Client):
    save(client, "count", title="one")
    save(client, "count", base=1, title="two")

    listed = client.get(f"{HOME}/count/revisions").json()["items"]
    first = client.get(f"{HOME}/count/revisions/1").json()

    assert [(each["revision"], each["how"], each["title"]) for each in listed] == [
        (2, "saved", "two"),
        (1, "saved", "one"),
    ]
    assert first["document"]["title"] == "one"
    assert client.get(f"{HOME}/count/revisions/7").status == 404


def test_file_that_another_program_wrote_is_a_new_revision(client: Client, folder: Path):
    save(client, "count", title="one")
    path = folder / "count.json"
    path.write_text(path.read_text().replace("one", "theirs"))

    assert client.get(f"{HOME}/count").json()["revision"] == 2
    assert save(client, "count", base=1, title="mine").status == 409
    listed = client.get(f"{HOME}/count/revisions").json()["items"]
    assert [each["how"] for each in listed] == ["found", "saved"]


def test_file_of_the_same_content_is_no_revision(client: Client, folder: Path):
    save(client, "count")
    os.utime(folder / "count.json", (1, 1))

    listed = client.get(HOME).json()["items"]

    assert [each["revision"] for each in listed if not each["is_bundled"]] == [1]


def test_workflow_of_comfyui_is_opened_in_our_format(client: Client, folder: Path):
    folder.mkdir(parents=True)
    prompt = {"1": {"class_type": "Number", "inputs": {"value": 3}}}
    (folder / "theirs.json").write_text(json.dumps(prompt))

    opened = client.get(f"{HOME}/theirs").json()

    assert opened["format"] == "comfyui-api"
    assert opened["document"]["nodes"]["1"]["values"] == {"value": 3}


def test_file_that_is_no_workflow_is_listed_and_refused(client: Client, folder: Path):
    folder.mkdir(parents=True)
    (folder / "broken.json").write_text("{")

    assert names(client) == ["broken"]
    assert client.get(f"{HOME}/broken").status == 400
    assert save(client, "broken", base=7).status == 409
    assert save(client, "broken", base=1).status == 200


def test_names_have_folders_and_any_letters(client: Client, folder: Path):
    save(client, "Porträts/été 日本")

    assert (folder / "Porträts" / "été 日本.json").is_file()
    assert names(client) == ["Porträts/été 日本"]
    assert client.get(f"{HOME}/Portr%C3%A4ts%2F%C3%A9t%C3%A9%20%E6%97%A5%E6%9C%AC").status == 200


def test_name_may_have_the_ending_of_its_file(client: Client, folder: Path):
    save(client, "count.json")

    assert [each.name for each in folder.iterdir()] == ["count.json"]
    assert client.get(f"{HOME}/count").status == 200


def test_name_that_is_a_word_of_the_api_is_reached_with_an_escaped_slash(client: Client):
    save(client, "a%2Frevisions")

    assert client.get(f"{HOME}/a%2Frevisions").json()["name"] == "a/revisions"


@pytest.mark.parametrize(
    "name",
    [
        "..%2Fsecret",
        "a%2F..%2F..%2Fsecret",
        "%2Fetc%2Fpasswd",
        "..%5Csecret",
        "C:%5Csecret",
        ".hidden",
        "a%00b",
        "a" * 300,
    ],
)
def test_names_that_lead_out_are_refused(client: Client, tmp_path: Path, name: str):
    before = sorted(tmp_path.rglob("*"))
    answers = [
        save(client, name),
        client.get(f"{HOME}/{name}"),
        client.delete(f"{HOME}/{name}"),
        client.post(f"{HOME}/{name}/rename", json={"to": "x"}),
        client.post(f"{HOME}/{name}/restore", json={}),
    ]

    assert {answer.status for answer in answers} == {400}
    assert sorted(tmp_path.rglob("*")) == before


def test_link_that_leads_out_is_not_followed(client: Client, folder: Path, tmp_path: Path):
    outside = tmp_path / "outside.json"
    outside.write_text(json.dumps(document()))
    folder.mkdir(parents=True)
    (folder / "link.json").symlink_to(outside)

    assert names(client) == []
    assert client.get(f"{HOME}/link").status == 400
    assert save(client, "link").status == 400


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"base": null}', b'{"document": {}, "base": null}', b'{"document": 5}']
)
def test_bad_bodies_are_refused(client: Client, body: bytes):
    answer = client.put(f"{HOME}/x", data=body, headers={"Content-Type": "application/json"})

    assert answer.status == 400
    assert names(client) == []


def test_keys_that_nobody_knows_are_kept(client: Client):
    client.put(f"{HOME}/x", json={"document": {**document(), "theirs": [1]}, "base": None})

    assert client.get(f"{HOME}/x").json()["document"]["theirs"] == [1]


def test_renamed_workflow_keeps_its_revisions(client: Client, folder: Path):
    save(client, "old", title="one")
    save(client, "old", base=1, title="two")

    renamed = client.post(f"{HOME}/old/rename", json={"to": "new/name"}).json()

    assert (renamed["name"], renamed["revision"]) == ("new/name", 2)
    assert names(client) == ["new/name"]
    assert client.get(f"{HOME}/new/name/revisions/1").json()["title"] == "one"
    assert client.get(f"{HOME}/old").status == 404


def test_rename_does_not_replace_another(client: Client):
    save(client, "old", title="one")
    save(client, "new", title="two")

    assert client.post(f"{HOME}/old/rename", json={"to": "new"}).status == 409
    assert client.post(f"{HOME}/nothing/rename", json={"to": "x"}).status == 404
    assert client.post(f"{HOME}/old/rename", json={"to": "../x"}).status == 400


def test_name_of_a_deleted_workflow_keeps_both_histories(client: Client):
    save(client, "a", title="first a")
    client.delete(f"{HOME}/a")
    save(client, "b", title="b")

    client.post(f"{HOME}/b/rename", json={"to": "a"})

    listed = client.get(f"{HOME}/a/revisions").json()["items"]
    assert [(each["revision"], each["title"]) for each in listed] == [
        (3, "b"),
        (2, ""),
        (1, "first a"),
    ]


def test_deleted_workflow_is_restored(client: Client, folder: Path):
    save(client, "sub/count", title="one")

    client.delete(f"{HOME}/sub/count")
    listed, deleted = names(client), names(client, "?deleted=1")
    is_there = (folder / "sub").exists()
    restored = client.post(f"{HOME}/sub/count/restore", json={}).json()

    assert (listed, deleted, is_there) == ([], ["sub/count"], False)
    assert restored["revision"] == 3
    assert client.get(f"{HOME}/sub/count").json()["title"] == "one"


def test_older_revision_is_restored_and_the_newer_kept(client: Client):
    save(client, "count", title="one")
    save(client, "count", base=1, title="two")

    client.post(f"{HOME}/count/restore", json={"revision": 1})

    assert client.get(f"{HOME}/count").json()["title"] == "one"
    assert client.get(f"{HOME}/count/revisions/2").json()["title"] == "two"
    assert client.post(f"{HOME}/count/restore", json={"revision": 9}).status == 404


def test_file_that_another_program_deleted_can_be_restored(client: Client, folder: Path):
    save(client, "count", title="one")
    (folder / "count.json").unlink()

    assert client.get(f"{HOME}/count").status == 404
    assert names(client, "?deleted=1") == ["count"]
    assert client.post(f"{HOME}/count/restore", json={}).status == 200


def test_users_have_their_own_workflows(client: Client):
    ada = client.of("ada")
    save(client, "count", title="mine")

    assert names(ada) == []
    assert ada.get(f"{HOME}/count").status == 404
    assert ada.get(f"{HOME}/count/revisions/1").status == 404
    assert save(ada, "count", title="hers").json()["revision"] == 1


def test_bundled_workflows_are_there_and_stay(client: Client):
    listed = client.get(f"{HOME}?search=text_to").json()["items"]

    assert [(each["name"], each["is_bundled"], each["revision"]) for each in listed] == [
        ("text_to_image", True, None)
    ]
    assert client.get(f"{HOME}/text_to_image").json()["is_bundled"]
    assert client.delete(f"{HOME}/text_to_image").status == 403
    assert client.post(f"{HOME}/text_to_image/rename", json={"to": "x"}).status == 403


def test_own_workflow_goes_before_a_bundled_one(client: Client):
    save(client, "text_to_image", title="Mine")

    listed = client.get(f"{HOME}?search=text_to").json()["items"]
    opened = client.get(f"{HOME}/text_to_image").json()

    assert [each["is_bundled"] for each in listed] == [False]
    assert opened["title"] == "Mine"


def test_missing_types_are_reported_when_opening(client: Client):
    prompt = {"1": {"class_type": "Unheard", "inputs": {}}}
    imported = client.post("/api/v1/import", json=prompt).json()["document"]
    client.put(f"{HOME}/x", json={"document": imported, "base": None})

    report = client.get(f"{HOME}/x").json()["report"]

    assert [each["type"] for each in report["missing_types"]] == ["Unheard"]


def test_folder_that_can_not_be_written_is_told(client: Client, folder: Path):
    folder.parent.mkdir(parents=True)
    folder.write_text("a file in the place of the folder")

    answer = save(client, "count")

    assert answer.status == 500
    assert answer.json()["error"]["type"] == "storage"


def test_two_saves_of_one_revision_at_once_have_one_winner(client: Client):
    save(client, "count", title="base")

    async def both() -> list[int]:
        asked = [{"document": document(title=title), "base": 1} for title in ("left", "right")]
        answers = [client._request("PUT", f"{HOME}/count", {"json": each}) for each in asked]
        return [answer.status for answer in await asyncio.gather(*answers)]

    assert sorted(client.run(both())) == [200, 409]


def test_user_who_has_used_up_their_room_can_not_save(client: Client):
    ada = client.of("ada", max_disk_bytes=3_000)
    saved = save(ada, "first")

    answers = [save(ada, "first", base=number, title="x" * number) for number in range(1, 9)]

    assert saved.status == 200
    assert answers[-1].status == 507
    assert answers[-1].json()["error"]["type"] == "disk_used_up"
