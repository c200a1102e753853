"""User data, users and settings of ComfyUI's editor (COMPAT.md B2)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.server.conftest import Client

FLOW = "/userdata/workflows%2Fa.json"


def home(client: Client, user: str = "default") -> Path:
    return client.services.folders.user / user


def names(client: Client) -> list[str]:
    root = home(client)
    found = (each for each in root.rglob("*") if each.is_file())
    return sorted(each.relative_to(root).as_posix() for each in found)


@pytest.mark.parametrize("prefix", ["", "/api"])
def test_file_is_written_and_read(client: Client, prefix: str):
    written = client.post(prefix + FLOW, data=b'{"nodes": []}')
    answer = client.get(prefix + FLOW)

    assert (written.status, written.json()) == (200, "workflows/a.json")
    assert (answer.status, answer.body) == (200, b'{"nodes": []}')
    assert answer.headers["Content-Type"] == "application/json"
    assert names(client) == ["workflows/a.json"]


def test_answer_tells_all_of_a_file(client: Client):
    found = client.post(f"{FLOW}?full_info=true", data=b"{}").json()
    modified = int((home(client) / "workflows/a.json").stat().st_mtime * 1000)

    assert (found["path"], found["size"], found["modified"]) == ("workflows/a.json", 2, modified)
    assert found["created"] > 0


def test_file_is_not_replaced_against_the_word(client: Client):
    client.post(FLOW, data=b"1")

    answer = client.post(f"{FLOW}?overwrite=false", data=b"2")

    assert answer.status == 409
    assert client.get(FLOW).body == b"1"
    assert names(client) == ["workflows/a.json"]


def test_file_is_replaced_unless_told(client: Client):
    client.post(FLOW, data=b"1")
    client.post(FLOW, data=b"2")

    assert client.get(FLOW).body == b"2"


def test_deleted_file_is_gone(client: Client):
    client.post(FLOW, data=b"1")

    assert (client.delete(FLOW).status, client.delete(FLOW).status) == (204, 404)
    assert client.get(FLOW).status == 404


def test_file_is_moved(client: Client):
    client.post(FLOW, data=b"1")

    answer = client.post(f"{FLOW}/move/workflows%2Fsub%2Fb.json")

    assert (answer.status, answer.json()) == (200, "workflows/sub/b.json")
    assert names(client) == ["workflows/sub/b.json"]


def test_file_is_not_moved_over_another_against_the_word(client: Client):
    client.post(FLOW, data=b"1")
    client.post("/userdata/b.json", data=b"2")

    answer = client.post(f"{FLOW}/move/b.json?overwrite=false")

    assert answer.status == 409
    assert names(client) == ["b.json", "workflows/a.json"]
    assert client.post(f"{FLOW}/move/b.json").status == 200
    assert client.get("/userdata/b.json").body == b"1"
    assert names(client) == ["b.json"]


def test_what_is_not_there_is_not_moved(client: Client):
    assert client.post(f"{FLOW}/move/b.json").status == 404


def test_dot_files_of_the_editor_are_kept(client: Client):
    client.post("/userdata/workflows%2F.index.json", data=b"{}")

    assert client.get("/userdata/workflows%2F.index.json").body == b"{}"


@pytest.mark.parametrize(
    "name",
    [
        *("..%2Fsfumato.sqlite", "%2E%2E%2Fsfumato.sqlite", "..%5Csfumato.sqlite", "."),
        *("workflows%2F..%2F..%2Fsfumato.sqlite", "%2Fetc%2Fpasswd", "a%00", "C%3A%5Cx", "%20"),
        *("..%2F..%2Fmodels%2Fx", "..%2Fada%2Fcomfy.settings.json"),
    ],
)
def test_name_that_leads_out_is_denied(client: Client, name: str):
    client.post(FLOW, data=b"1")

    answers = [
        client.get(f"/userdata/{name}"),
        client.post(f"/userdata/{name}", data=b"x"),
        client.delete(f"/userdata/{name}"),
        client.post(f"{FLOW}/move/{name}"),
        client.post(f"/userdata/{name}/move/b.json"),
    ]

    assert {answer.status for answer in answers} <= {400, 403, 404, 405}
    assert names(client) == ["workflows/a.json"]


def test_link_out_of_the_folder_is_denied(client: Client):
    client.post(FLOW, data=b"1")
    Path(home(client) / "workflows/out").symlink_to(client.services.folders.base)

    assert client.post("/userdata/workflows%2Fout%2Fx", data=b"x").status == 403
    assert client.get("/userdata?dir=workflows%2Fout").status == 403
    assert client.get("/userdata?dir=workflows&recurse=true").json() == ["a.json"]


def test_files_of_a_folder_are_listed(client: Client):
    for name in ("a.json", "sub%2Fb.json"):
        client.post(f"/userdata/workflows%2F{name}", data=b"{}")

    assert client.get("/userdata?dir=workflows").json() == ["a.json"]
    assert client.get("/userdata?dir=workflows&recurse=true").json() == ["a.json", "sub/b.json"]
    assert client.get("/userdata?dir=workflows&recurse=true&split=true").json() == [
        ["a.json", "a.json"],
        ["sub/b.json", "sub", "b.json"],
    ]
    full = client.get("/userdata?dir=workflows&recurse=true&split=false&full_info=true").json()
    assert [(each["path"], each["size"]) for each in full] == [("a.json", 2), ("sub/b.json", 2)]


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("dir=", 400), ("dir=none", 404), ("dir=..", 403), ("dir=%2Fetc", 403)],
)
def test_folder_that_can_not_be_listed_is_refused(client: Client, query: str, status: int):
    assert client.get(f"/userdata?{query}").status == status


def test_entries_are_files_and_folders(client: Client):
    client.post(FLOW, data=b"{}")
    client.post("/userdata/x.txt", data=b"{}")

    top = client.get("/v2/userdata").json()
    below = client.get("/v2/userdata?path=workflows").json()

    assert top[0] == {"name": "workflows", "path": "workflows", "type": "directory"}
    assert (top[1]["name"], top[1]["type"], top[1]["size"]) == ("x.txt", "file", 2)
    assert (below[0]["name"], below[0]["path"]) == ("a.json", "workflows/a.json")
    assert client.get("/v2/userdata?path=none").status == 404
    assert client.get("/v2/userdata?path=..").status == 403


def test_save_from_the_editor_makes_a_revision(client: Client):
    for content in (b'{"nodes": [], "version": 0.4}', b'{"nodes": [1], "version": 0.4}'):
        client.post(FLOW, data=content)
    client.delete(FLOW)

    found = client.get("/api/v1/workflows/a/revisions").json()["items"]

    assert [each["how"] for each in found] == ["deleted", "found", "found"]


def test_page_from_a_user_is_only_saved(client: Client):
    client.post("/userdata/a.html", data=b"<script>")

    answer = client.get("/userdata/a.html")

    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_users_have_their_own_files(client: Client):
    ada = client.of("ada")
    ada.post(FLOW, data=b"hers")

    assert client.get(FLOW).status == 404
    assert (home(client, "ada") / "workflows/a.json").read_bytes() == b"hers"


def test_settings_are_kept(client: Client):
    client.post("/settings", json={"a.b": 1, "c": {"d": [True]}})
    client.post("/api/settings/a.b", json="two")

    assert client.get("/settings").json() == {"a.b": "two", "c": {"d": [True]}}
    assert client.get("/settings/c").json() == {"d": [True]}
    assert client.get("/settings/none").json() is None
    assert names(client) == ["comfy.settings.json"]


def test_settings_changed_at_once_are_all_kept(client: Client):
    async def change(place: int) -> int:
        url = client.url(f"/settings/{place}")
        async with client.session.post(url, json=place, headers=client.headers) as answer:
            return answer.status

    async def many() -> None:
        await asyncio.gather(*(change(place) for place in range(20)))

    client.run(many())

    assert len(client.get("/settings").json()) == 20


@pytest.mark.parametrize("body", [b"no json", b"[1]", b"1"])
def test_settings_that_are_no_object_are_refused(client: Client, body: bytes):
    assert client.post("/settings", data=body).status == 400
    assert client.get("/settings").json() == {}


@pytest.mark.parametrize("body", [b"", b"no json"])
def test_setting_that_is_no_json_is_refused(client: Client, body: bytes):
    assert client.post("/settings/x", data=body).status == 400


def test_damaged_settings_are_told(client: Client):
    client.post("/settings/a", json=1)
    (home(client) / "comfy.settings.json").write_bytes(b"{")

    answer = client.get("/settings")

    assert answer.status == 500
    assert "comfy.settings.json" in answer.json()["error"]["message"]


def test_users_are_as_with_a_single_one(client: Client):
    assert client.get("/users").json() == {"storage": "server", "migrated": True}


@pytest.mark.parametrize(("name", "status"), [("default", 200), ("ada", 400), ("", 400)])
def test_users_are_not_added_from_here(client: Client, name: Any, status: int):
    assert client.post("/users", json={"username": name}).status == status
