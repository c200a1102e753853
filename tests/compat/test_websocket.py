"""The messages of ComfyUI's websocket, their order and fields (COMPAT.md B3)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.compat import toys
from tests.compat.conftest import WAITING, Comfy, chain, until_end


def kinds(messages: list[Any], *without: str) -> list[str]:
    return [message["type"] for message in messages if message["type"] not in without]


def test_first_message_is_the_status_with_the_client_id(comfy: Comfy):
    with comfy.client.websocket("/ws?clientId=me") as socket:
        first = socket.receive_json()

    assert first == {
        "type": "status",
        "data": {"status": {"exec_info": {"queue_remaining": 0}}, "sid": "me"},
    }


def test_a_client_without_id_is_given_one(comfy: Comfy):
    with comfy.client.websocket("/api/ws") as socket:
        first = socket.receive_json()

    assert len(first["data"]["sid"]) == 32


def test_a_prompt_that_succeeds_is_told_in_order(comfy: Comfy):
    prompt_id, messages = comfy.run(chain(1, 2))

    assert kinds(messages, "progress_state") == [
        "status",  # on connecting
        "status",  # one waits
        "execution_start",
        "execution_cached",
        "executing",
        "executing",
        "executing",
        "executed",
        "execution_success",
        "status",
        "executing",
    ]
    told = {message["type"]: message["data"] for message in messages}
    assert told["executed"] == {
        "node": "show",
        "display_node": "show",
        "output": {"text": ["3"]},
        "prompt_id": prompt_id,
    }
    assert told["execution_cached"]["nodes"] == []
    assert set(told["execution_success"]) == {"prompt_id", "timestamp"}


def test_the_last_status_before_the_end_says_that_nothing_waits(comfy: Comfy):
    _, messages = comfy.run(chain(1))

    assert messages[-2]["data"] == {"status": {"exec_info": {"queue_remaining": 0}}}


def test_progress_state_has_the_nodes_that_changed(comfy: Comfy):
    prompt_id, messages = comfy.run(chain(1))

    states = [message["data"] for message in messages if message["type"] == "progress_state"]
    nodes = {key: state for each in states for key, state in each["nodes"].items()}
    assert nodes["show"] == {
        "value": 1,
        "max": 1,
        "state": "finished",
        "node_id": "show",
        "prompt_id": prompt_id,
        "display_node_id": "show",
        "parent_node_id": None,
        "real_node_id": "show",
    }


def test_stored_results_are_told_with_those_above_them_and_shown_again(comfy: Comfy):
    comfy.run(chain(1, 2))

    _, messages = comfy.run(chain(1, 2))

    told = {message["type"]: message["data"] for message in messages}
    assert sorted(told["execution_cached"]["nodes"]) == ["1", "2", "show"]
    assert told["executed"]["output"] == {"text": ["3"]}
    assert kinds(messages).count("executing") == 1
    assert kinds(messages).index("execution_cached") < kinds(messages).index("executed")


def test_an_error_names_its_node_and_ends_the_prompt(comfy: Comfy):
    prompt = chain(1)
    prompt["2"] = {"class_type": "Fail", "inputs": {"value": ["1", 0]}}
    prompt["show"]["inputs"]["value"] = ["2", 0]

    _, messages = comfy.run(prompt)

    assert kinds(messages, "progress_state")[-3:] == ["execution_error", "status", "executing"]
    told = next(each["data"] for each in messages if each["type"] == "execution_error")
    assert set(told) == {
        "prompt_id",
        "node_id",
        "node_type",
        "executed",
        "exception_message",
        "exception_type",
        "traceback",
        "current_inputs",
        "current_outputs",
        "timestamp",
    }
    assert (told["node_id"], told["node_type"], told["executed"]) == ("2", "Fail", ["1"])
    assert "no 1" in told["exception_message"]


def test_an_interrupt_is_told_to_every_client_of_its_owner(comfy: Comfy):
    with (
        comfy.client.websocket("/ws?clientId=tester") as own,
        comfy.client.websocket("/ws?clientId=other") as other,
    ):
        prompt_id = comfy.queue(WAITING)
        own.receive_until(lambda each: each["type"] == "executing")

        comfy.client.post("/interrupt")

        messages = until_end(own, prompt_id)
        stopped = other.receive_until(lambda each: each["type"] == "execution_interrupted")[-1]
    assert kinds(messages, "progress_state")[-3:] == [
        "execution_interrupted",
        "status",
        "executing",
    ]
    assert stopped["data"]["node_id"] == "w"
    assert stopped["data"]["node_type"] == "Wait"
    assert stopped["data"]["prompt_id"] == prompt_id
    assert stopped["data"]["executed"] == []


def test_another_client_hears_nothing_but_the_status(comfy: Comfy):
    with comfy.client.websocket("/ws?clientId=other") as other:
        comfy.run(chain(1))
        heard = other.receive_until(
            lambda each: each["data"]["status"]["exec_info"]["queue_remaining"] == 1
        )

    assert set(kinds(heard)) == {"status"}


def test_another_user_hears_nothing_at_all(comfy: Comfy):
    stranger = comfy.client.of("eve")
    with stranger.websocket("/ws?clientId=tester") as socket:
        comfy.run(chain(1))
        Comfy(stranger).queue(chain(2))
        heard = socket.receive_until(lambda each: each["type"] == "executed")

    assert heard[-1]["data"]["output"] == {"text": ["2"]}
    assert kinds(heard).count("execution_start") == 1


def test_who_connects_while_a_node_runs_hears_which(comfy: Comfy):
    with comfy.client.websocket("/ws?clientId=tester") as first:
        prompt_id = comfy.queue(WAITING)
        first.receive_until(lambda each: each["type"] == "executing")
        with comfy.client.websocket("/ws?clientId=tester") as socket:
            told = [socket.receive_json(), socket.receive_json()]
            toys.GATE.set()
            rest = until_end(socket, prompt_id)

    assert kinds(told) == ["status", "executing"]
    assert told[1]["data"] == {"node": "w", "display_node": "w", "prompt_id": prompt_id}
    assert "execution_success" in kinds(rest)


def test_who_connects_after_posting_hears_of_it(comfy: Comfy):
    prompt_id = comfy.queue(WAITING)
    with comfy.client.websocket("/ws?clientId=tester") as socket:
        toys.GATE.set()
        messages = until_end(socket, prompt_id)

    assert "execution_success" in kinds(messages)


def test_a_second_socket_of_an_id_takes_the_place_of_the_first(comfy: Comfy):
    with (
        comfy.client.websocket("/ws?clientId=tester") as first,
        comfy.client.websocket("/ws?clientId=tester") as second,
    ):
        first.receive_json()
        prompt_id = comfy.queue(chain(1))
        until_end(second, prompt_id)

        with pytest.raises(TimeoutError):
            first.receive(timeout=0.05)


def test_progress_is_told_in_both_forms(comfy: Comfy):
    with comfy.client.websocket("/ws?clientId=tester") as socket:
        prompt_id = comfy.queue(WAITING)
        told = socket.receive_until(lambda each: each["type"] == "progress")[-1]
        toys.GATE.set()
        until_end(socket, prompt_id)

    assert told["data"] == {"value": 1, "max": 3, "prompt_id": prompt_id, "node": "w"}


def test_feature_flags_are_answered(comfy: Comfy):
    with comfy.client.websocket("/ws?clientId=tester") as socket:
        socket.receive_json()
        socket.send_json({"type": "feature_flags", "data": {"supports_preview_metadata": True}})
        answer = socket.receive_json()

    assert answer["type"] == "feature_flags"
    assert answer["data"]["supports_preview_metadata"] is True
    assert answer["data"]["max_upload_size"] > 0


def test_a_run_of_a_thousand_nodes_sends_less_than_a_megabyte(comfy: Comfy):
    prompt_id, messages = comfy.run(chain(*range(1000)))

    sent = sum(len(str(message)) for message in messages)
    assert sent < 1_000_000
    assert kinds(messages).count("executing") == 1002
    assert comfy.entry(prompt_id)["outputs"]["show"] == {"text": [str(sum(range(1000)))]}


def test_the_history_is_there_when_the_end_is_told(comfy: Comfy):
    with comfy.client.websocket("/ws?clientId=tester") as socket:
        for value in range(5):
            prompt_id = comfy.queue(chain(value))
            until_end(socket, prompt_id)

            assert comfy.entry(prompt_id)["status"]["completed"] is True


def test_a_client_that_floods_is_let_go(comfy: Comfy):
    with comfy.client.websocket("/ws?clientId=tester") as socket:
        for _ in range(300):
            socket.send_json({"type": "noise"})
        while (message := socket.receive()).type.name == "TEXT":
            pass

    assert message.data == 1008


def test_a_request_that_is_no_websocket_is_told_so(comfy: Comfy):
    answer = comfy.client.get("/ws")

    assert answer.status == 400
