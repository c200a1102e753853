"""`/api/jobs`, in place of queue and history for later editors (COMPAT.md B2)."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.compat import toys
from tests.compat.conftest import WAITING, Comfy, chain, until_end


def test_a_job_is_listed_without_what_there_is_not(comfy: Comfy):
    comfy.run(chain(1), prompt_id="mine")

    listed = comfy.client.get("/api/jobs").json()

    assert listed["pagination"] == {"offset": 0, "limit": 100, "total": 1, "has_more": False}
    (job,) = listed["jobs"]
    assert set(job) == {
        "id",
        "status",
        "priority",
        "create_time",
        "execution_start_time",
        "execution_end_time",
        "outputs_count",
    }
    assert (job["id"], job["status"]) == ("mine", "completed")
    assert job["create_time"] <= job["execution_start_time"] <= job["execution_end_time"]


def test_jobs_are_found_by_status(comfy: Comfy):
    comfy.run({**chain(1), "1": {"class_type": "Fail", "inputs": {}}}, prompt_id="bad")
    comfy.run(chain(1), prompt_id="good")
    with comfy.client.websocket("/ws?clientId=tester") as socket:
        comfy.queue(WAITING, prompt_id="runs")
        socket.receive_until(lambda message: message["type"] == "executing")
        comfy.queue(chain(2), prompt_id="waits")
        comfy.queue(chain(3), prompt_id="gone")
        comfy.client.post("/queue", json={"delete": ["gone"]})

    found = {
        status: [job["id"] for job in comfy.client.get(f"/jobs?status={status}").json()["jobs"]]
        for status in ("pending", "in_progress", "completed", "failed", "cancelled")
    }

    assert found == {
        "pending": ["waits"],
        "in_progress": ["runs"],
        "completed": ["good"],
        "failed": ["bad"],
        "cancelled": ["gone"],
    }


def test_an_unknown_status_is_a_bad_request(comfy: Comfy):
    assert comfy.client.get("/jobs?status=lost").status == 400


def test_a_part_of_the_jobs_says_whether_there_are_more(comfy: Comfy):
    for number in range(3):
        comfy.run(chain(number), prompt_id=str(number))

    first = comfy.client.get("/jobs?status=completed,failed&limit=2").json()
    oldest = comfy.client.get("/jobs?sort_order=asc&limit=1").json()

    assert [job["id"] for job in first["jobs"]] == ["2", "1"]
    assert first["pagination"] == {"offset": 0, "limit": 2, "total": 3, "has_more": True}
    assert [job["id"] for job in oldest["jobs"]] == ["0"]


@pytest.mark.parametrize("workflow", ["w1", 'é"\\\n/'])
def test_jobs_are_found_by_the_workflow_that_was_sent_along(comfy: Comfy, workflow: str):
    extra = {"extra_pnginfo": {"workflow": {"id": workflow, "nodes": []}}}
    comfy.run(chain(1), prompt_id="a", extra_data=extra)
    comfy.run(chain(2), prompt_id=f"{workflow}1")

    found = comfy.client.get(f"/jobs?workflow_id={quote(workflow)}").json()

    assert [(job["id"], job["workflow_id"]) for job in found["jobs"]] == [("a", workflow)]
    assert found["pagination"]["total"] == 1


def test_one_job_has_its_workflow_and_outputs(comfy: Comfy):
    comfy.run(chain(1), prompt_id="mine")

    job = comfy.client.get("/jobs/mine").json()

    assert job["outputs"] == {"show": {"text": ["1"]}}
    assert job["workflow"]["prompt"] == chain(1)
    assert job["execution_status"]["status_str"] == "success"


def test_a_failed_job_has_its_error(comfy: Comfy):
    comfy.run({**chain(1), "1": {"class_type": "Fail", "inputs": {}}}, prompt_id="bad")

    error = comfy.client.get("/jobs/bad").json()["execution_error"]

    assert (error["node_id"], error["node_type"]) == ("1", "Fail")
    assert isinstance(error["traceback"], list)


def test_a_job_that_is_not_there_is_not_found(comfy: Comfy):
    assert comfy.client.get("/jobs/nowhere").status == 404
    assert comfy.client.post("/jobs/nowhere/cancel").status == 404


@pytest.mark.parametrize("path", ["/api/jobs/runs/cancel", "/api/jobs/cancel"])
def test_cancelling_stops_a_job_and_may_be_said_again(comfy: Comfy, path: str):
    with comfy.client.websocket("/ws?clientId=tester") as socket:
        comfy.queue(WAITING, prompt_id="runs")
        socket.receive_until(lambda message: message["type"] == "executing")

        answers = [comfy.client.post(path, json={"job_ids": ["runs"]}).status for _ in range(2)]

        until_end(socket, "runs")
    assert answers == [200, 200]
    assert comfy.client.get("/jobs/runs").json()["status"] == "cancelled"


def test_the_jobs_of_another_user_are_not_seen_nor_stopped(comfy: Comfy):
    stranger = comfy.client.of("eve")
    with comfy.client.websocket("/ws?clientId=tester") as socket:
        comfy.queue(WAITING, prompt_id="mine")
        refused = stranger.post("/jobs/mine/cancel").status
        stranger.post("/jobs/cancel", json={"job_ids": ["mine"]})
        toys.GATE.set()
        messages = until_end(socket, "mine")

    assert refused == 404
    assert stranger.get("/jobs").json()["jobs"] == []
    assert "execution_success" in [each["type"] for each in messages]
