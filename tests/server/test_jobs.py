"""Jobs through the native API: submit, look at, stop, order, forget."""

from __future__ import annotations

import pytest

from tests.server.conftest import Client, Serving
from tests.server.native_parts import JOBS, document, ended, ran, submitted, toys


@pytest.fixture
def client(serving: Serving) -> Client:
    """Return a client of a server with the toy nodes."""
    return serving(toys())


@pytest.fixture
def still(client: Client) -> Client:
    """Return a client of a server whose worker takes no jobs."""
    client.services.worker.is_ready = False
    return client


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


def test_all_that_waits_is_paused_and_resumed_at_once(still: Client):
    ids = [submitted(still)["jobs"][0]["id"] for _ in range(3)]

    assert still.post(f"{JOBS}/pause", json={"state": "queued"}).json()["ids"] == ids
    assert still.get("/api/v1/queue").json()["total"] == 0
    ended = still.post(f"{JOBS}/{ids[1]}/cancel").json()
    assert still.post(f"{JOBS}/resume", json={"ids": ids}).json()["ids"] == [ids[0], ids[2]]
    queued = [job["id"] for job in still.get("/api/v1/queue").json()["queued"]]

    assert ended["state"] == "cancelled"
    assert queued == [ids[0], ids[2]]


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
