"""Jobs through the native API: submit, look at, stop, order, forget."""

from __future__ import annotations

import base64
import json
import struct
import time
import zlib
from typing import Any

import aiohttp
import pytest

from engine.server.native.submitting import Submit, submit
from engine.users import User
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


# --- submitting


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


# --- batches


def test_sets_make_a_batch_in_their_order(client: Client):
    answer = submitted(client, batch={"sets": [{"start": 5}, {"start": 6}]})
    shown = [ended(client, job["id"])["shown"]["show"]["text"] for job in answer["jobs"]]
    batch = client.get(f"/api/v1/batches/{answer['batch']}").json()

    assert shown == [["6"], ["7"]]
    assert batch["states"] == {"succeeded": 2}
    assert batch["is_done"]
    assert [job["values"] for job in batch["items"]] == [{"start": 5}, {"start": 6}]


def test_grid_and_seeds_make_every_combination(still: Client):
    second = list(document()["nodes"])[1]
    batch = {
        "grid": {"start": [1, 2]},
        "seeds": {"input": f"{second}.b", "start": 7, "count": 3},
    }

    values = [job["values"] for job in submitted(still, batch=batch)["jobs"]]

    assert len(values) == 6
    assert values[0] == {"start": 1, f"{second}.b": 7}


def test_table_is_read_as_its_inputs_take_it(client: Client):
    jobs = submitted(client, batch={"csv": "start\n3\n4\n"})["jobs"]

    assert [ended(client, job["id"])["shown"]["show"]["text"] for job in jobs] == [["4"], ["5"]]


def test_problems_of_a_batch_say_which_set_they_are_of(client: Client):
    batch = {"sets": [{"start": 1}, {"start": "x"}, {"start": 2}]}

    error = client.post(JOBS, json={"document": document(), "batch": batch}).json()["error"]

    assert [each["details"]["set"] for each in error["details"]["problems"]] == [1]
    assert client.get(JOBS).json()["total"] == 0


def test_batch_is_cancelled_as_one(still: Client):
    answer = submitted(still, batch={"grid": {"start": [1, 2, 3]}})

    still.post(f"/api/v1/batches/{answer['batch']}/cancel")

    batch = still.get(f"/api/v1/batches/{answer['batch']}").json()
    assert batch["states"] == {"cancelled": 3}


def test_batch_of_another_user_is_not_found(still: Client):
    answer = submitted(still, batch={"grid": {"start": [1, 2]}})

    assert still.of("ada").get(f"/api/v1/batches/{answer['batch']}").status == 404


# --- looking


def test_list_has_pages_and_a_total(still: Client):
    ids = [submitted(still)["jobs"][0]["id"] for _ in range(3)]

    page = still.get(f"{JOBS}?limit=2&offset=1").json()

    assert page["total"] == 3
    assert [job["id"] for job in page["items"]] == [ids[1], ids[0]]


def test_list_is_limited_by_state_and_search(client: Client):
    done = ran(client, title="red apple")
    ran(client, title="green pear")

    assert [each["id"] for each in client.get(f"{JOBS}?search=apple").json()["items"]] == [
        done["id"]
    ]
    assert client.get(f"{JOBS}?state=queued,failed").json()["total"] == 0
    assert client.get(f"{JOBS}?state=sleeping").status == 400


def test_users_see_their_own_jobs_and_admins_all(still: Client):
    ada = still.of("ada")
    (mine,) = submitted(ada)["jobs"]
    submitted(still)

    assert [job["id"] for job in ada.get(JOBS).json()["items"]] == [mine["id"]]
    assert still.get(f"{JOBS}?owner=*").json()["total"] == 2
    assert still.get(JOBS).json()["total"] == 1
    assert ada.get(f"{JOBS}?owner=*").status == 403


def test_job_of_another_user_is_not_found(still: Client):
    (job,) = submitted(still)["jobs"]
    ada = still.of("ada")

    assert ada.get(f"{JOBS}/{job['id']}").status == 404
    assert ada.post(f"{JOBS}/{job['id']}/cancel").status == 404
    assert ada.delete(f"{JOBS}/{job['id']}").status == 404
    assert ada.post(f"{JOBS}/cancel", json={"ids": [job["id"]]}).status == 404


def test_document_of_a_job_is_what_was_handed_in(still: Client):
    (job,) = submitted(still, values={"start": 9})["jobs"]

    shown = still.get(f"{JOBS}/{job['id']}/document").json()

    assert shown["nodes"] == document()["nodes"]


def test_stored_events_of_a_job_are_listed_after_a_number(client: Client):
    job = ran(client)
    items = client.get(f"{JOBS}/{job['id']}/events").json()["items"]

    later = client.get(f"{JOBS}/{job['id']}/events?after={items[0]['seq']}").json()["items"]

    assert items[0]["type"] == "job_changed"
    assert items[-1]["state"] == "succeeded"
    assert later == items[1:]


def test_failed_job_says_why_in_the_shape_of_errors(client: Client):
    prompt = {
        "1": {"class_type": "Fail", "inputs": {}},
        "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}},
    }

    job = ran(client, document=prompt)

    assert job["state"] == "failed"
    assert job["error"]["type"] == "node"
    assert job["error"]["node"] == "1"


# --- changing


def test_queued_job_is_cancelled_and_tried_again(still: Client):
    (job,) = submitted(still)["jobs"]

    assert still.post(f"{JOBS}/{job['id']}/cancel").json()["state"] == "cancelled"
    assert still.post(f"{JOBS}/{job['id']}/retry").json()["state"] == "queued"
    assert still.post(f"{JOBS}/{job['id']}/retry").status == 409


def test_queued_job_is_paused_and_resumed(still: Client):
    (job,) = submitted(still)["jobs"]

    assert still.post(f"{JOBS}/{job['id']}/pause").json()["state"] == "paused"
    assert still.get("/api/v1/queue").json()["total"] == 0
    assert still.post(f"{JOBS}/{job['id']}/resume").json()["state"] == "queued"


def test_queue_is_shown_in_its_order_and_changed(still: Client):
    a, b, c = (submitted(still)["jobs"][0]["id"] for _ in range(3))

    def order() -> list[str]:
        return [job["id"] for job in still.get("/api/v1/queue").json()["queued"]]

    still.post(f"{JOBS}/{c}/move", json={"to": "front"})
    front = order()
    still.post(f"{JOBS}/{a}/move", json={"after": b})
    after = order()
    still.post(f"{JOBS}/{a}/move", json={"priority": 1})
    first = order()

    assert front == [c, a, b]
    assert after == [c, b, a]
    assert first == [a, c, b]
    assert still.post(f"{JOBS}/{a}/move", json={"to": "front", "before": b}).status == 400


def test_several_jobs_are_cancelled_by_state(still: Client):
    ids = [submitted(still)["jobs"][0]["id"] for _ in range(2)]

    answer = still.post(f"{JOBS}/cancel", json={"state": "queued"})

    assert sorted(answer.json()["ids"]) == sorted(ids)
    assert still.get(f"{JOBS}?state=cancelled").json()["total"] == 2
    assert still.post(f"{JOBS}/cancel", json={}).status == 400


def test_only_jobs_that_have_ended_are_deleted(client: Client):
    client.services.worker.is_ready = False
    (waiting,) = submitted(client)["jobs"]

    assert client.delete(f"{JOBS}/{waiting['id']}").status == 409
    client.post(f"{JOBS}/{waiting['id']}/cancel")
    assert client.delete(f"{JOBS}/{waiting['id']}").status == 204
    assert client.get(f"{JOBS}/{waiting['id']}").status == 404


def test_history_is_deleted_by_state(still: Client):
    submitted(still, batch={"grid": {"start": [1, 2]}})
    still.post(f"{JOBS}/cancel", json={"state": "queued"})

    still.post(f"{JOBS}/delete", json={"state": "cancelled"})

    assert still.get(JOBS).json()["total"] == 0


# --- cost


def test_submitting_costs_little_beside_the_commit(still: Client):
    """A bound against mistakes of another order; `benchmarks/` has the figures."""
    body = json.dumps(api_prompt()).encode()
    user = User(name="default", role="admin")

    async def many() -> float:
        began = time.process_time()
        for _ in range(100):
            await submit(still.services, user, Submit(file=body.decode()))
        return (time.process_time() - began) / 100

    assert still.run(many()) < 0.02
