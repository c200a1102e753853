"""`/prompt`: what it takes, what it answers, and how it says what is wrong (COMPAT.md B2)."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.compat import toys
from tests.compat.conftest import WAITING, Comfy, chain, until_end


def errors_of(comfy: Comfy, prompt: Any, node: str) -> list[Any]:
    answer = comfy.post(prompt)
    assert answer.status == 400, answer.text
    return answer.json()["node_errors"][node]["errors"]


def picked(**inputs: Any) -> dict[str, Any]:
    return {
        "1": {"class_type": "Pick", "inputs": inputs},
        "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}},
    }


def test_the_answer_has_id_number_and_no_errors(comfy: Comfy):
    answer = comfy.post(chain(1))

    assert answer.status == 200
    body = answer.json()
    assert set(body) == {"prompt_id", "number", "node_errors"}
    assert uuid.UUID(body["prompt_id"])
    assert (body["number"], body["node_errors"]) == (1, {})


def test_numbers_rise(comfy: Comfy):
    numbers = [comfy.post(chain(value)).json()["number"] for value in range(3)]

    assert numbers == [1, 2, 3]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_any_content_type_is_read_as_json(comfy: Comfy, content_type: str):
    headers = {"Content-Type": content_type} if content_type else {}
    data = json.dumps({"prompt": chain(1)}).encode()

    answer = comfy.client.post("/api/prompt", data=data, headers=headers)

    assert answer.status == 200


def test_front_and_a_low_number_come_before_what_waits(comfy: Comfy):
    with comfy.client.websocket("/ws?clientId=tester") as socket:
        comfy.queue(WAITING)
        socket.receive_until(lambda each: each["type"] == "executing")
    comfy.queue(waiting(1))
    comfy.queue(waiting(2), front=True)
    comfy.queue(waiting(3), number=-50)

    pending = comfy.client.get("/queue").json()["queue_pending"]

    assert [item[2]["w"]["inputs"]["value"] for item in pending] == [3, 2, 1]
    assert pending[0][0] == -50


def waiting(value: int) -> dict[str, Any]:
    return {"w": {"class_type": "Wait", "inputs": {"value": value}}}


def test_a_body_that_is_no_json_is_a_bad_request(comfy: Comfy):
    answer = comfy.client.post("/prompt", data=b"{not json")

    assert answer.status == 400
    assert answer.json()["error"]["message"]


def test_nan_in_a_body_is_read(comfy: Comfy):
    body = json.dumps({"prompt": chain(1), "extra_data": {"x": float("nan")}}).encode()

    assert comfy.client.post("/prompt", data=body).status == 200


def test_a_body_without_prompt_is_refused(comfy: Comfy):
    answer = comfy.client.post("/prompt", json={"client_id": "x"})

    assert answer.status == 400
    assert answer.json()["error"]["type"] == "no_prompt"
    assert set(answer.json()["error"]) == {"type", "message", "details", "extra_info"}
    assert answer.json()["node_errors"] == {}


@pytest.mark.parametrize("prompt", [{}, {"1": {"class_type": "Number", "inputs": {}}}])
def test_a_prompt_that_shows_nothing_is_refused(comfy: Comfy, prompt: Any):
    answer = comfy.post(prompt)

    assert answer.status == 400
    assert answer.json()["error"]["type"] == "prompt_no_outputs"


def test_a_node_without_class_type_is_refused(comfy: Comfy):
    answer = comfy.post({"5": {"inputs": {}}})

    assert answer.status == 400
    assert answer.json()["error"]["type"] == "invalid_prompt"
    assert answer.json()["error"]["details"] == "Node ID '#5'"


def test_an_unknown_type_is_refused_wherever_it_stands(comfy: Comfy):
    prompt = {**chain(1), "5": {"class_type": "Nowhere", "inputs": {}}}

    answer = comfy.post(prompt)

    assert answer.status == 400
    assert answer.json()["error"] == {
        "type": "invalid_prompt",
        "message": "Cannot execute because node Nowhere does not exist.",
        "details": "Node ID '#5'",
        "extra_info": {"node_id": "5", "class_type": "Nowhere", "node_title": "Nowhere"},
    }


def test_a_missing_input_is_told_with_the_outputs_that_need_it(comfy: Comfy):
    answer = comfy.post({**chain(1), "2": {"class_type": "Add", "inputs": {}}} | late("2"))

    assert answer.status == 400
    body = answer.json()
    assert body["error"]["type"] == "prompt_outputs_failed_validation"
    assert body["node_errors"]["2"]["dependent_outputs"] == ["show"]
    assert body["node_errors"]["2"]["class_type"] == "Add"
    (error,) = body["node_errors"]["2"]["errors"]
    assert set(error) == {"type", "message", "details", "extra_info"}
    assert error["type"] == "required_input_missing"
    assert error["extra_info"]["input_name"] == "a"


def late(node: str) -> dict[str, Any]:
    return {"show": {"class_type": "Show", "inputs": {"value": [node, 0]}}}


def test_every_kind_of_wrong_value_has_its_type(comfy: Comfy):
    types = {
        name: errors_of(comfy, picked(**{name.split()[0]: value}), "1")[0]["type"]
        for name, value in {
            "bound low": 0.5,
            "bound high": 9,
            "bound word": "many",
            "letter": "c",
        }.items()
    }

    assert types == {
        "bound low": "value_smaller_than_min",
        "bound high": "value_bigger_than_max",
        "bound word": "invalid_input_type",
        "letter": "value_not_in_list",
    }


def test_a_value_that_is_not_in_a_short_list_is_told_with_the_list(comfy: Comfy):
    (error,) = errors_of(comfy, picked(letter="c"), "1")

    assert error["details"] == "letter: 'c' not in ['a', 'b']"
    assert error["extra_info"]["received_value"] == "c"
    assert error["extra_info"]["input_config"][0] == ["a", "b"]


def test_a_value_that_is_not_in_a_long_list_is_told_with_its_length(comfy: Comfy):
    (error,) = errors_of(comfy, picked(many="c"), "1")

    assert error["details"] == f"many: 'c' not in (list of length {len(toys.MANY)})"
    assert error["extra_info"]["input_config"] is None


def test_a_link_of_the_wrong_type_names_both(comfy: Comfy):
    prompt = {
        "1": {"class_type": "Text", "inputs": {"text": "a"}},
        "2": {"class_type": "Halve", "inputs": {"value": ["1", 0]}},
    } | late("2")

    (error,) = errors_of(comfy, prompt, "2")

    assert error["type"] == "return_type_mismatch"
    assert error["extra_info"]["received_type"] == "STRING"
    assert error["extra_info"]["linked_node"] == ["1", 0]


@pytest.mark.parametrize("link", [["nowhere", 0], ["1", 7]])
def test_a_link_to_nothing_is_a_bad_link(comfy: Comfy, link: Any):
    prompt = {**chain(1), "2": {"class_type": "Halve", "inputs": {"value": link}}} | late("2")

    (error,) = errors_of(comfy, prompt, "2")

    assert error["type"] == "bad_linked_input"


def test_a_cycle_is_told_at_each_of_its_nodes(comfy: Comfy):
    prompt = {
        "1": {"class_type": "Add", "inputs": {"a": ["2", 0]}},
        "2": {"class_type": "Add", "inputs": {"a": ["1", 0]}},
    } | late("2")

    answer = comfy.post(prompt).json()

    assert {node: each["errors"][0]["type"] for node, each in answer["node_errors"].items()} == {
        "1": "dependency_cycle",
        "2": "dependency_cycle",
    }


def test_good_outputs_run_although_others_can_not(comfy: Comfy):
    prompt = {
        **chain(1),
        "2": {"class_type": "Add", "inputs": {}},
        "bad": {"class_type": "Show", "inputs": {"value": ["2", 0]}},
    }
    with comfy.client.websocket("/ws?clientId=tester") as socket:
        answer = comfy.post(prompt)
        prompt_id = answer.json()["prompt_id"]
        until_end(socket, prompt_id)

    assert answer.status == 200
    assert answer.json()["node_errors"]["2"]["dependent_outputs"] == ["bad"]
    entry = comfy.entry(prompt_id)
    assert entry["outputs"] == {"show": {"text": ["1"]}}
    assert entry["prompt"][4] == ["show"]


def test_only_the_targets_that_are_asked_for_run(comfy: Comfy):
    prompt = {**chain(1), "other": {"class_type": "Show", "inputs": {"value": ["1", 0]}}}

    prompt_id, _ = comfy.run(prompt, partial_execution_targets=["other"])

    assert comfy.entry(prompt_id)["outputs"] == {"other": {"text": ["1"]}}


def test_targets_that_show_nothing_are_refused(comfy: Comfy):
    answer = comfy.post(chain(1), partial_execution_targets=["1"])

    assert answer.json()["error"]["type"] == "prompt_no_outputs"


def test_ids_with_colons_come_back_as_they_were_sent(comfy: Comfy):
    prompt = {
        "5:1": {"class_type": "Number", "inputs": {"value": 4}},
        "5:2": {"class_type": "Show", "inputs": {"value": ["5:1", 0]}},
    }

    prompt_id, messages = comfy.run(prompt)

    ran = [each["data"]["node"] for each in messages if each["type"] == "executing"]
    assert ran == ["5:1", "5:2", None]
    entry = comfy.entry(prompt_id)
    assert entry["outputs"] == {"5:2": {"text": ["4"]}}
    assert entry["prompt"][2] == prompt
    assert entry["prompt"][4] == ["5:2"]


def test_a_workflow_of_the_editor_is_taken_too(comfy: Comfy):
    node = {"pos": [0, 0], "size": [1, 1], "flags": {}, "order": 0, "mode": 0, "properties": {}}
    workflow = {
        "version": 0.4,
        "nodes": [
            {**node, "id": 1, "type": "Number", "inputs": [], "widgets_values": [5]}
            | {"outputs": [{"name": "INT", "type": "INT", "links": [1]}]},
            {**node, "id": 2, "type": "Show", "outputs": []}
            | {"inputs": [{"name": "value", "type": "*", "link": 1}]},
        ],
        "links": [[1, 1, 0, 2, 0, "INT"]],
    }

    wrapped, _ = comfy.run(workflow)
    bare = comfy.client.post("/prompt", json=workflow)

    assert comfy.entry(wrapped)["outputs"] == {"2": {"text": ["5"]}}
    assert comfy.entry(wrapped)["prompt"][2]["2"]["class_type"] == "Show"
    assert bare.status == 200


def test_secrets_of_other_services_are_not_kept(comfy: Comfy):
    secrets = {"auth_token_comfy_org": "SECRET", "api_key_comfy_org": "SECRET", "note": 1}

    prompt_id, _ = comfy.run(chain(1), extra_data=secrets)

    extra = comfy.entry(prompt_id)["prompt"][3]
    assert set(extra) == {"note", "client_id", "create_time"}
    database = comfy.client.services.folders.user / "sfumato.sqlite"
    files = [database, database.with_name("sfumato.sqlite-wal")]
    assert not any(b"SECRET" in file.read_bytes() for file in files if file.exists())


def test_what_remains_is_told(comfy: Comfy):
    before = comfy.client.get("/prompt").json()
    comfy.queue(WAITING)

    assert before == {"exec_info": {"queue_remaining": 0}}
    assert comfy.client.get("/prompt").json() == {"exec_info": {"queue_remaining": 1}}


def test_a_user_may_not_queue_more_than_their_quota(comfy: Comfy):
    stranger = Comfy(comfy.client.of("eve", max_queued=1))
    stranger.queue(WAITING)

    assert stranger.post(WAITING).status == 429


def test_a_viewer_may_not_queue(comfy: Comfy):
    assert Comfy(comfy.client.of("eve", role="viewer")).post(chain(1)).status == 403


def test_the_document_of_a_prompt_has_places_for_who_looks_at_it(comfy: Comfy):
    prompt_id = comfy.queue(chain(1, 2))

    shown = comfy.client.get(f"/api/v1/jobs/{prompt_id}/document").json()
    imported = comfy.client.post("/api/v1/import", data=json.dumps(chain(1, 2)).encode()).json()

    assert all(len(node["place"]) == 4 for node in shown["nodes"].values())
    assert shown["nodes"] == imported["document"]["nodes"]
