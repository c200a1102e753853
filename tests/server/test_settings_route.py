"""Settings of users and of the installation over HTTP."""

from __future__ import annotations

import errno
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config import FILE, Config, load_config
from engine.errors import BadRequest
from engine.server.native.settings import DEEPEST, merged
from tests.server.conftest import Client

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=2), JSON)


def change(client: Client, **settings: Any) -> Any:
    return client.patch("/api/v1/settings", json=settings).json()


def test_user_begins_without_settings(client: Client):
    assert client.get("/api/v1/settings").json() == {}


def test_changed_settings_are_kept(client: Client):
    change(client, theme="dark", grid={"size": 10, "snap": True})

    assert client.get("/api/v1/settings").json() == {
        "theme": "dark",
        "grid": {"size": 10, "snap": True},
    }


def test_change_names_only_what_changes(client: Client):
    change(client, theme="dark", grid={"size": 10, "snap": True})

    changed = change(client, grid={"size": 20})

    assert changed == {"theme": "dark", "grid": {"size": 20, "snap": True}}


def test_null_takes_a_setting_away(client: Client):
    change(client, theme="dark", grid={"size": 10})

    assert change(client, theme=None, grid={"size": None}) == {"grid": {}}


def test_changes_of_two_windows_do_not_undo_each_other(client: Client):
    with ThreadPoolExecutor(8) as windows:
        list(windows.map(lambda n: change(client, **{f"key{n}": n}), range(16)))

    assert client.get("/api/v1/settings").json() == {f"key{n}": n for n in range(16)}


def test_each_user_has_their_own_settings(client: Client):
    change(client, theme="dark")
    ada = client.of("ada", role="viewer")

    assert change(ada, theme="light") == {"theme": "light"}
    assert client.get("/api/v1/settings").json() == {"theme": "dark"}


@pytest.mark.parametrize("body", ["[]", "1", "null", "{", '"dark"'])
def test_what_is_no_object_is_refused(client: Client, body: str):
    assert client.patch("/api/v1/settings", data=body).status == 400


def test_settings_do_not_grow_without_bound(client: Client):
    half = "x" * 600_000

    statuses = [client.patch("/api/v1/settings", json={key: half}).status for key in ("one", "two")]

    assert statuses == [200, 413]
    assert list(client.get("/api/v1/settings").json()) == ["one"]


def test_damaged_file_is_told_and_kept(client: Client):
    path = client.services.folders.user / "default" / "sfumato.settings.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{")

    answer = client.patch("/api/v1/settings", json={"a": 1})

    assert (answer.status, answer.json()["error"]["type"]) == (400, "setting")
    assert path.read_text() == "{"


# The examples of RFC 7386, appendix A.
@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch_does_what_its_standard_says(target: Any, patch: Any, result: Any):
    assert merged(target, patch) == result


@given(OBJECTS, OBJECTS)
def test_merging_twice_changes_nothing_more(target: Any, patch: Any):
    once = merged(target, patch)

    assert merged(once, patch) == once


def test_patch_that_is_nested_too_deeply_is_refused():
    patch: dict[str, Any] = {}
    for _ in range(DEEPEST + 1):
        patch = {"a": patch}

    with pytest.raises(BadRequest, match="deep"):
        merged({}, patch)


def test_settings_of_the_installation_are_shown_with_their_schema(client: Client):
    told = client.get("/api/v1/system/settings").json()

    assert told["settings"] == {}
    assert "disabled_packs" in json.dumps(told["schema"])


def test_changed_settings_of_the_installation_are_in_its_file(client: Client):
    base = client.services.folders.base
    (base / FILE).parent.mkdir(parents=True, exist_ok=True)
    (base / FILE).write_text('{"from_a_newer_version": 1, "custom_nodes": ["more"]}')

    told = client.patch("/api/v1/system/settings", json={"model_folders": ["/models"]}).json()

    assert told["settings"] == {"custom_nodes": ["more"], "model_folders": ["/models"]}
    assert load_config(base).model_folders == ["/models"]
    assert json.loads((base / FILE).read_text())["from_a_newer_version"] == 1


@pytest.mark.parametrize(
    ("patch", "told"),
    [
        ({"model_folder": []}, 'There is no setting "model_folder".'),
        ({"model_folders": "/models"}, "The setting does not fit"),
        ({"disabled_packs": [1]}, "The setting does not fit"),
    ],
)
def test_wrong_setting_of_the_installation_is_refused(client: Client, patch: Any, told: str):
    answer = client.patch("/api/v1/system/settings", json=patch)

    assert answer.status == 400
    assert answer.json()["error"]["message"].startswith(told)


@pytest.mark.parametrize("name", ["custom_nodes", "extra_model_paths"])
def test_no_request_says_where_code_is_read_from(client: Client, name: str):
    answer = client.patch("/api/v1/system/settings", json={name: ["input"]})

    assert answer.status == 403
    assert load_config(client.services.folders.base) == Config()


def test_full_disk_leaves_the_installation_as_it_was(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    client.patch("/api/v1/system/settings", json={"disabled_packs": ["old"]})

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("engine.config.Path.replace", full)
    answer = client.patch("/api/v1/system/settings", json={"disabled_packs": ["new"]})

    assert (answer.status, answer.json()["error"]["type"]) == (507, "storage")
    assert load_config(client.services.folders.base).disabled_packs == ["old"]
    assert list(client.services.folders.user.glob("*.part")) == []


def test_only_admins_see_and_change_the_installation(client: Client):
    ada = client.of("ada")

    assert ada.get("/api/v1/system/settings").status == 403
    assert ada.patch("/api/v1/system/settings", json={}).status == 403
