"""Saved workflows as functions."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from engine.registry import BUILT_INS, Registry
from tests.server.conftest import Client, Serving
from tests.server.native_parts import document, toys

HOME = "/api/v1/workflows"


@pytest.fixture
def client(serving: Serving) -> Client:
    """Return a client of a server with the toy nodes and the workflow "count"."""
    client = serving(toys())
    asked = {"document": document(title="Counting"), "base": None}
    assert client.put(f"{HOME}/count", json=asked).status == 200
    return client


def test_schema_says_what_a_workflow_takes_and_gives(client: Client):
    found = client.get(f"{HOME}/count/schema").json()

    start = found["inputs"]["properties"]["start"]
    assert found["title"] == "Counting"
    assert (start["title"], start["default"]) == ("Start", 1)
    assert found["outputs"] == [{"name": "result", "title": "result", "type": "INT"}]
    jsonschema.Draft202012Validator.check_schema(found["inputs"])


def test_schema_of_a_bundled_workflow_has_ranges_choices_and_defaults(serving: Serving):
    client = serving(Registry.of_packages(BUILT_INS))

    found = client.get(f"{HOME}/text_to_image/schema").json()
    properties = found["inputs"]["properties"]
    steps, seed = properties["steps"], properties["seed"]

    assert (steps["type"], steps["minimum"], steps["default"]) == ("integer", 1, 20)
    assert seed["type"] == ["integer", "string"]
    assert (seed["maximum"], seed["default"]) == (2**64 - 1, "7")
    assert "euler" in properties["sampler"]["enum"]
    assert properties["prompt"]["type"] == "string"
    assert properties["prompt"]["description"] == "What the picture shows."
    assert [each["type"] for each in found["outputs"]] == ["IMAGE"]


@pytest.mark.parametrize(
    ("values", "is_valid"),
    [({"start": 3}, True), ({"start": "x"}, False), ({"strat": 3}, False), ({"2.b": 1}, True)],
)
def test_schema_says_what_run_takes(client: Client, values: dict[str, Any], is_valid: bool):
    schema = client.get(f"{HOME}/count/schema").json()["inputs"]

    assert jsonschema.Draft202012Validator(schema).is_valid(values) is is_valid
    assert (client.post(f"{HOME}/count/run", json=values).status < 300) is (
        is_valid or "2.b" in values
    )


def test_inputs_of_subgraphs_are_described_by_what_is_behind_them(client: Client):
    inner = {
        "nodes": {"1": {"type": "Number", "values": {"value": 4}}},
        "inputs": [{"name": "from", "targets": [["1", "value"]]}],
        "outputs": [{"name": "number", "source": ["1", 0]}],
    }
    outer = document(
        nodes={"9": {"type": "subgraph:a"}},
        subgraphs={"a": inner},
        inputs=[{"name": "start", "targets": [["9", "from"]]}],
        outputs=[{"name": "result", "source": ["9", 0]}],
    )
    client.put(f"{HOME}/nested", json={"document": outer, "base": None})

    found = client.get(f"{HOME}/nested/schema").json()

    assert found["inputs"]["properties"]["start"]["default"] == 4
    assert found["outputs"][0]["type"] == "INT"


def test_run_waits_for_the_end_where_asked(client: Client):
    answer = client.post(f"{HOME}/count/run?wait=20", json={"start": 5})

    assert answer.status == 200
    assert answer.json()["state"] == "succeeded"
    assert answer.json()["shown"] == {"show": {"text": ["6"]}}


def test_run_answers_with_a_job_that_goes_on(client: Client):
    client.services.worker.is_ready = False

    answer = client.post(f"{HOME}/count/run", json={})

    assert answer.status == 202
    assert client.get(f"/api/v1/jobs/{answer.json()['id']}").json()["state"] == "queued"


def test_run_waits_no_longer_than_asked(client: Client):
    client.services.worker.is_ready = False
    listeners = len(client.services.feed)

    answer = client.post(f"{HOME}/count/run?wait=0.05", json={})

    assert answer.status == 202
    assert len(client.services.feed) == listeners


def test_same_key_runs_once(client: Client):
    headers = {"Idempotency-Key": "once"}
    first = client.post(f"{HOME}/count/run?wait=20", json={}, headers=headers).json()
    again = client.post(f"{HOME}/count/run?wait=20", json={}, headers=headers).json()

    assert again["id"] == first["id"]


def test_name_with_a_folder_is_called(client: Client):
    client.put(f"{HOME}/a/b", json={"document": document(), "base": None})

    assert client.post(f"{HOME}/a/b/run?wait=20", json={}).status == 200
    assert client.get(f"{HOME}/a/b/schema").json()["name"] == "a/b"


def test_unknown_value_and_unknown_workflow_are_told(client: Client):
    wrong = client.post(f"{HOME}/count/run", json={"strat": 3})

    assert wrong.status == 400
    assert wrong.json()["error"]["details"]["problems"][0]["details"]["name"] == "strat"
    assert client.post(f"{HOME}/nothing/run", json={}).status == 404
    assert client.get(f"{HOME}/..%2Fx/schema").status == 400
    assert client.post(f"{HOME}/count/run", data=b"[1]").status == 400
    assert client.post(f"{HOME}/count/run?wait=-1", json={}).status == 400
