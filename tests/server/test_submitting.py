"""Submitting jobs through the native API, one by one."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from typing import Any

import aiohttp
import pytest

from tests.server.conftest import Client, Serving
from tests.server.native_parts import JOBS, document, ended, ran, submitted, toys
from tests.server.pictures import made_by, png


@pytest.fixture
def client(serving: Serving) -> Client:
    """Return a client of a server with the toy nodes."""
    return serving(toys())


@pytest.fixture
def still(client: Client) -> Client:
    """Return a client of a server whose worker takes no jobs."""
    client.services.worker.is_ready = False
    return client


def api_prompt(value: int = 1) -> dict[str, Any]:
    return {
        "1": {"class_type": "Number", "inputs": {"value": value}},
        "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}},
    }


def ui_workflow() -> dict[str, Any]:
    numbers = {
        "id": 1,
        "type": "Number",
        "outputs": [{"name": "INT", "type": "INT", "links": [9]}],
        "widgets_values": [41],
    }
    shown = {"id": 2, "type": "Show", "inputs": [{"name": "value", "type": "*", "link": 9}]}
    return {
        "nodes": [numbers, shown],
        "links": [[9, 1, 0, 2, 0, "INT"]],
        "version": 0.4,
    }


def with_packed_text(keyword: str, text: bytes) -> bytes:
    """Return a picture with a compressed text before its end."""
    body = b"zTXt" + keyword.encode() + b"\0\0" + zlib.compress(text, 9)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    picture = png()
    return picture[:-12] + chunk + picture[-12:]


def test_job_runs_and_shows_what_it_gave(client: Client):
    job = ran(client)

    assert job["state"] == "succeeded"
    assert job["shown"] == {"show": {"text": ["2"]}}
    assert job["created"] <= job["started"] <= job["ended"]


def test_values_are_set_by_exposed_name_and_by_node(client: Client):
    first, second = list(document()["nodes"])[:2]

    job = ran(client, values={"start": 10, f"{second}.b": 5})

    assert job["shown"] == {"show": {"text": ["15"]}}
    assert first != second


def test_api_prompt_runs(client: Client):
    assert ran(client, document=api_prompt(3))["shown"] == {"2": {"text": ["3"]}}


def test_ui_workflow_runs(client: Client):
    assert ran(client, document=ui_workflow())["shown"] == {"2": {"text": ["41"]}}


def test_text_of_a_file_runs(client: Client):
    answer = client.post(JOBS, json={"import": json.dumps(api_prompt(4))})

    assert ended(client, answer.json()["jobs"][0]["id"])["shown"] == {"2": {"text": ["4"]}}


def test_picture_in_base64_runs(client: Client):
    picture = made_by(api_prompt(5))

    answer = client.post(JOBS, json={"import": base64.b64encode(picture).decode()})

    assert ended(client, answer.json()["jobs"][0]["id"])["shown"] == {"2": {"text": ["5"]}}


def test_picture_as_it_is_runs(client: Client):
    answer = client.post(f"{JOBS}/import", data=made_by(api_prompt(6)))

    assert answer.status == 201
    assert ended(client, answer.json()["jobs"][0]["id"])["shown"] == {"2": {"text": ["6"]}}


def test_form_with_a_file_and_options_runs(client: Client):
    form = aiohttp.FormData()
    form.add_field("file", json.dumps(document()).encode(), filename="count.json")
    form.add_field("options", '{"values": {"start": 7}}')

    answer = client.post(f"{JOBS}/import", data=form)

    assert answer.status == 201
    assert ended(client, answer.json()["jobs"][0]["id"])["shown"] == {"show": {"text": ["8"]}}


def test_title_is_the_documents_unless_given(client: Client):
    first = submitted(client, document=document(title="Counting"))["jobs"][0]
    second = submitted(client, document=document(title="Counting"), title="Mine")["jobs"][0]

    assert client.get(f"{JOBS}/{first['id']}").json()["title"] == "Counting"
    assert client.get(f"{JOBS}/{second['id']}").json()["title"] == "Mine"


def test_prompt_without_a_title_gets_none(still: Client):
    (job,) = submitted(still, document=api_prompt())["jobs"]

    assert still.get(f"{JOBS}/{job['id']}").json()["title"] == ""


def test_same_key_gives_the_same_job(client: Client):
    first = submitted(client, key="one")
    second = client.post(
        JOBS, json={"document": document(4)}, headers={"Idempotency-Key": "one"}
    ).json()

    assert [each["id"] for each in second["jobs"]] == [each["id"] for each in first["jobs"]]


def test_all_problems_come_at_once_and_nothing_is_queued(client: Client):
    wrong = document(2)
    for node in wrong["nodes"].values():
        node["values"] = {"value": "many", "b": "more"} if node["type"] != "Show" else {}

    answer = client.post(JOBS, json={"document": wrong})
    error = answer.json()["error"]

    assert answer.status == 400
    assert error["type"] == "invalid_graph"
    assert [each["type"] for each in error["details"]["problems"]] == ["bad_value"] * 3
    assert client.get(JOBS).json()["total"] == 0


def test_unknown_node_types_are_all_named(client: Client):
    prompt = {
        "1": {"class_type": "Unheard", "inputs": {}},
        "2": {"class_type": "Unseen", "inputs": {"value": ["1", 0]}},
        "3": {"class_type": "Show", "inputs": {"value": ["2", 0]}},
    }

    problems = client.post(JOBS, json={"document": prompt}).json()["error"]["details"]["problems"]

    assert {(each["type"], each["node"]) for each in problems} == {
        ("unknown_node", "1"),
        ("unknown_node", "2"),
    }


def test_unknown_value_is_told_with_what_there_is(client: Client):
    error = client.post(JOBS, json={"document": document(), "values": {"strat": 1}}).json()["error"]

    (problem,) = error["details"]["problems"]
    assert problem["type"] == "setting"
    assert problem["details"]["exposed"] == ["start"]


def test_warnings_of_the_import_come_along(client: Client):
    prompt = api_prompt()
    prompt["1"]["inputs"]["value"] = "12"

    assert "12" in submitted(client, document=prompt)["warnings"][0]["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"{}",
        b'{"document": 1}',
        b'{"document": {}, "workflow": "x"}',
        b'{"import": "neither!"}',
        b'{"document": {"format": "sfumato", "version": 99}}',
        b'{"document": {}, "sets": []}',
        b'{"document": {}, "priority": 5000}',
    ],
)
def test_bad_submissions_are_refused(client: Client, body: bytes):
    answer = client.post(JOBS, data=body, headers={"Content-Type": "application/json"})

    assert answer.status == 400
    assert answer.json()["error"]["message"]


def test_small_picture_with_a_huge_text_is_refused(client: Client):
    bomb = with_packed_text("prompt", b'{"a":"' + b" " * 80_000_000 + b'"}')

    answer = client.post(f"{JOBS}/import", data=bomb)

    assert len(bomb) < 100_000
    assert answer.status == 400


def test_unknown_workflow_is_not_found(client: Client):
    assert client.post(JOBS, json={"workflow": "nothing"}).status == 404


def test_name_that_leads_out_is_refused(client: Client):
    assert client.post(JOBS, json={"workflow": "../../secrets"}).status == 400


def test_bundled_workflow_is_found_by_name(client: Client):
    error = client.post(JOBS, json={"workflow": "text_to_image"}).json()["error"]

    assert "KSampler" in str(error)


def test_priority_above_others_is_for_admins(client: Client):
    asked = {"document": document(), "priority": 1}

    assert client.of("ada").post(JOBS, json=asked).status == 403
    assert client.post(JOBS, json=asked).status == 201


def test_user_gets_no_more_jobs_than_they_may_have(still: Client):
    ada = still.of("ada", max_queued=2)
    submitted(ada, key="first")
    submitted(ada)

    answer = ada.post(JOBS, json={"document": document()})

    assert answer.status == 429
    assert submitted(ada, key="first")["jobs"]
