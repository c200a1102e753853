"""`/queue`, `/interrupt` and `/free` (COMPAT.md B2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.compat import toys
from tests.compat.conftest import WAITING, Comfy, chain, until_end
from tests.server.conftest import Socket


@pytest.fixture
def busy(comfy: Comfy) -> Iterator[Socket]:
    """Return the websocket of a client whose prompt "busy" runs."""
    with comfy.client.websocket("/ws?clientId=tester") as socket:
        comfy.queue(WAITING, prompt_id="busy")
        socket.receive_until(lambda message: message["type"] == "executing")
        yield socket


def pending(comfy: Comfy) -> list[str]:
    return [item[1] for item in comfy.client.get("/queue").json()["queue_pending"]]


def test_queue_items_have_five_parts(comfy: Comfy, busy: Socket):
    comfy.queue(chain(1), prompt_id="next", extra_data={"note": "x"})

    queue = comfy.client.get("/api/queue").json()

    assert set(queue) == {"queue_running", "queue_pending"}
    ((number, prompt_id, prompt, extra, outputs),) = queue["queue_pending"]
    assert (number, prompt_id, prompt, outputs) == (2, "next", chain(1), ["show"])
    assert extra.pop("create_time") > 1e12
    assert extra == {"note": "x", "client_id": "tester"}
    assert queue["queue_running"][0][1] == "busy"


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_a_long_queue_comes_in_parts(
    comfy: Comfy, busy: Socket, monkeypatch: pytest.MonkeyPatch, at_once: int
):
    for number in range(3):
        comfy.queue(chain(number), prompt_id=str(number))
    monkeypatch.setattr("engine.server.comfyui.queue.AT_ONCE", at_once)

    queue = comfy.client.get("/queue").json()

    assert [item[2] for item in queue["queue_pending"]] == [chain(each) for each in range(3)]
    assert [item[1] for item in queue["queue_running"]] == ["busy"]


def test_asking_for_the_head_of_a_queue_gets_no_body(comfy: Comfy, busy: Socket):
    comfy.queue(chain(1))

    answer = comfy.client.request("HEAD", "/queue")

    assert (answer.status, answer.body) == (200, b"")
    assert len(pending(comfy)) == 1


def test_whole_numbers_beyond_2_53_come_back_exactly(comfy: Comfy, busy: Socket):
    prompt = chain(2**63 - 1)
    comfy.queue(prompt)

    assert comfy.client.get("/queue").json()["queue_pending"][0][2] == prompt


def test_deleting_takes_out_what_waits(comfy: Comfy, busy: Socket):
    for prompt_id in ("a", "b"):
        comfy.queue(chain(1), prompt_id=prompt_id)

    answer = comfy.client.post("/queue", json={"delete": ["a", "busy", "nowhere"]})

    assert (answer.status, answer.body) == (200, b"")
    assert pending(comfy) == ["b"]
    assert comfy.client.get("/queue").json()["queue_running"][0][1] == "busy"


def test_what_was_taken_out_is_in_no_history(comfy: Comfy, busy: Socket):
    comfy.queue(chain(1), prompt_id="a")

    comfy.client.post("/queue", json={"delete": ["a"]})

    assert comfy.client.get("/history/a").json() == {}
    assert comfy.client.get("/history").json() == {}


def test_clearing_takes_out_all_that_waits(comfy: Comfy, busy: Socket):
    for prompt_id in ("a", "b"):
        comfy.queue(chain(1), prompt_id=prompt_id)

    comfy.client.post("/queue", json={"clear": True})

    assert pending(comfy) == []


@pytest.mark.parametrize("body", [b"", b"{}", b'{"prompt_id": "busy"}'])
def test_interrupting_stops_what_runs(comfy: Comfy, busy: Socket, body: bytes):
    answer = comfy.client.post("/interrupt", data=body)

    until_end(busy, "busy")
    assert (answer.status, answer.body) == (200, b"")
    status = comfy.entry("busy")["status"]
    assert (status["status_str"], status["completed"]) == ("error", False)
    assert status["messages"][-1][0] == "execution_interrupted"


def test_interrupting_another_prompt_stops_nothing(comfy: Comfy, busy: Socket):
    comfy.queue(chain(1), prompt_id="next")
    comfy.client.post("/interrupt", json={"prompt_id": "next"})

    toys.GATE.set()

    until_end(busy, "busy")
    assert comfy.entry("busy")["status"]["completed"] is True
    assert "execution_success" in [each["type"] for each in until_end(busy, "next")]


def test_memory_is_given_back_when_asked(comfy: Comfy):
    answer = comfy.client.post("/free", json={"unload_models": True, "free_memory": True})

    assert (answer.status, answer.body) == (200, b"")


def test_freeing_memory_forgets_stored_results(comfy: Comfy):
    comfy.run(chain(1))

    comfy.client.post("/free", json={"free_memory": True})

    _, messages = comfy.run(chain(1))
    cached = next(each["data"] for each in messages if each["type"] == "execution_cached")
    assert cached["nodes"] == []


def test_the_queue_of_another_user_is_not_seen_nor_changed(comfy: Comfy, busy: Socket):
    stranger = Comfy(comfy.client.of("eve"))
    comfy.queue(chain(1), prompt_id="next")

    stranger.client.post("/queue", json={"clear": True, "delete": ["next"]})
    stranger.client.post("/interrupt", json={"prompt_id": "busy"})

    assert stranger.client.get("/queue").json() == {"queue_running": [], "queue_pending": []}
    assert stranger.client.get("/prompt").json() == {"exec_info": {"queue_remaining": 0}}
    assert pending(comfy) == ["next"]
    assert comfy.client.get("/queue").json()["queue_running"][0][1] == "busy"


def test_jobs_of_the_native_api_stand_in_the_queue_too(comfy: Comfy, busy: Socket):
    nodes = {
        "1": {"type": "Number", "values": {"value": 3}},
        "2": {"type": "Show", "links": {"value": ["1", 0]}},
    }
    document = {"format": "sfumato", "version": 1, "nodes": nodes}
    comfy.client.post("/api/v1/jobs", json={"document": document})

    (item,) = comfy.client.get("/queue").json()["queue_pending"]

    assert item[2]["1"]["inputs"] == {"value": 3}
    assert item[4] == ["2"]
