"""`/history`: entries, parts of it, forgetting (COMPAT.md B2)."""

from __future__ import annotations

import pytest

from tests.compat.conftest import WAITING, Comfy, chain
from tests.server.conftest import Serving


def test_an_entry_has_everything(comfy: Comfy):
    prompt_id, _ = comfy.run(chain(1, 2))

    entry = comfy.entry(prompt_id)

    assert set(entry) == {"prompt", "outputs", "status", "meta"}
    number, id_, prompt, extra, outputs = entry["prompt"]
    assert (number, id_, prompt, outputs) == (1, prompt_id, chain(1, 2), ["show"])
    assert set(extra) == {"client_id", "create_time"}
    assert entry["outputs"] == {"show": {"text": ["3"]}}
    assert entry["meta"] == {
        "show": {
            "node_id": "show",
            "display_node": "show",
            "parent_node": None,
            "real_node_id": "show",
        }
    }


def test_the_status_has_the_messages_with_their_times(comfy: Comfy):
    prompt_id, _ = comfy.run(chain(1))

    status = comfy.entry(prompt_id)["status"]

    assert (status["status_str"], status["completed"]) == ("success", True)
    kinds = [kind for kind, _ in status["messages"]]
    assert kinds == ["execution_start", "execution_cached", "execution_success"]
    assert all(data["prompt_id"] == prompt_id for _, data in status["messages"])
    assert all(data["timestamp"] > 1e12 for _, data in status["messages"])


def test_stored_results_are_named_in_the_status(comfy: Comfy):
    comfy.run(chain(1))
    prompt_id, _ = comfy.run(chain(1))

    messages = dict(comfy.entry(prompt_id)["status"]["messages"])

    assert sorted(messages["execution_cached"]["nodes"]) == ["1", "show"]


def test_a_failed_prompt_is_there_with_its_error(comfy: Comfy):
    prompt = {
        "1": {"class_type": "Fail", "inputs": {"value": 3}},
        "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}},
    }

    prompt_id, _ = comfy.run(prompt)

    status = comfy.entry(prompt_id)["status"]
    assert (status["status_str"], status["completed"]) == ("error", False)
    kind, data = status["messages"][-1]
    assert kind == "execution_error"
    assert (data["node_id"], data["node_type"]) == ("1", "Fail")
    assert "no 3" in data["exception_message"]


def test_a_prompt_that_is_not_there_is_an_empty_object(comfy: Comfy):
    answer = comfy.client.get("/history/nowhere")

    assert (answer.status, answer.json()) == (200, {})


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["0", "1", "2", "3"]),
        ("?max_items=2", ["2", "3"]),
        ("?max_items=2&offset=0", ["0", "1"]),
        ("?max_items=2&offset=3", ["3"]),
        ("?offset=1", ["1", "2", "3"]),
        ("?max_items=0", []),
    ],
)
def test_a_part_of_the_history(comfy: Comfy, query: str, expected: list[str]):
    for number in range(4):
        comfy.run(chain(number), prompt_id=str(number))

    assert list(comfy.client.get(f"/history{query}").json()) == expected


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_a_long_history_comes_in_parts(comfy: Comfy, monkeypatch: pytest.MonkeyPatch, at_once: int):
    for number in range(3):
        comfy.run(chain(number), prompt_id=str(number))
    monkeypatch.setattr("engine.server.comfyui.history.AT_ONCE", at_once)

    entries = comfy.client.get("/history").json()

    assert entries == {each: comfy.entry(each) for each in "012"}


def test_what_never_ran_takes_no_place_in_the_history(comfy: Comfy):
    comfy.run(chain(1), prompt_id="ran")
    with comfy.client.websocket("/ws?clientId=tester") as socket:
        comfy.queue(WAITING, prompt_id="busy")
        socket.receive_until(lambda message: message["type"] == "executing")
        comfy.queue(chain(1), prompt_id="taken out")
        comfy.client.post("/queue", json={"clear": True})

    assert list(comfy.client.get("/history?max_items=1").json()) == ["ran"]


def test_deleting_forgets_some(comfy: Comfy):
    for prompt_id in ("a", "b"):
        comfy.run(chain(1), prompt_id=prompt_id)

    answer = comfy.client.post("/history", json={"delete": ["a", "nowhere"]})

    assert (answer.status, answer.body) == (200, b"")
    assert list(comfy.client.get("/history").json()) == ["b"]


def test_clearing_forgets_all(comfy: Comfy):
    comfy.run(chain(1))

    comfy.client.post("/api/history", json={"clear": True})

    assert comfy.client.get("/api/history").json() == {}


def test_the_history_of_another_user_is_not_seen_nor_changed(comfy: Comfy):
    comfy.run(chain(1), prompt_id="mine")
    stranger = comfy.client.of("eve")

    stranger.post("/history", json={"clear": True, "delete": ["mine"]})

    assert stranger.get("/history").json() == {}
    assert stranger.get("/history/mine").json() == {}
    assert comfy.entry("mine")["status"]["completed"] is True


def test_the_history_survives_a_restart(comfy: Comfy, serving: Serving):
    comfy.run(chain(1, 2), prompt_id="mine")
    before = comfy.entry("mine")
    serving.stop()

    after = serving().get("/history/mine").json()["mine"]

    assert after == before
