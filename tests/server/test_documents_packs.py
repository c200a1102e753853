"""Documents whose node types only the worker knows."""

from __future__ import annotations

import pytest

from engine.registry import Registry
from tests.server.conftest import Client, Serving
from tests.server.native_parts import document, ended, submitted, toys


@pytest.fixture
def client(serving: Serving) -> Client:
    """Return a client of a server whose own process knows no node types, but whose worker does."""
    client = serving(toys())
    object.__setattr__(client.services, "built_ins", Registry())  # a frozen dataclass
    return client


def test_job_of_pack_nodes_runs(client: Client):
    (job,) = submitted(client, values={"start": 4})["jobs"]

    assert ended(client, job["id"])["shown"] == {"show": {"text": ["5"]}}


def test_problems_of_pack_nodes_are_told_before_anything_is_queued(client: Client):
    error = client.post(
        "/api/v1/jobs", json={"document": document(), "values": {"start": "many"}}
    ).json()["error"]

    assert [each["type"] for each in error["details"]["problems"]] == ["bad_value"]
    assert client.get("/api/v1/jobs").json()["total"] == 0


def test_words_of_a_table_are_read_as_pack_nodes_take_them(client: Client):
    prompt = {
        "1": {"class_type": "Number", "inputs": {"value": 1}},
        "2": {
            "class_type": "Switch",
            "inputs": {"on": True, "if_true": ["1", 0], "if_false": ["1", 0]},
        },
        "3": {"class_type": "Show", "inputs": {"value": ["2", 0]}},
    }

    answer = client.post(
        "/api/v1/jobs", json={"document": prompt, "batch": {"csv": "2.on\nyes\nno\nmaybe\n"}}
    )
    (problem,) = answer.json()["error"]["details"]["problems"]

    assert (problem["node"], problem["details"]["set"]) == ("2", 2)


def test_unknown_input_of_a_pack_node_is_told(client: Client):
    answer = client.post(
        "/api/v1/validate", json={"document": document(), "values": {"show.nothing": 1}}
    )

    (problem,) = answer.json()["problems"]
    assert '"nothing"' in problem["message"]


def test_import_and_export_know_pack_nodes(client: Client):
    asked = {"document": document(), "format": "comfyui-ui"}
    exported = client.post("/api/v1/export", json=asked)

    report = client.post("/api/v1/import", data=exported.body).json()["report"]

    assert report["format"] == "comfyui-ui"
    assert report["missing_types"] == []


def test_schema_knows_pack_nodes(client: Client):
    client.put("/api/v1/workflows/count", json={"document": document(), "base": None})

    found = client.get("/api/v1/workflows/count/schema").json()

    assert found["inputs"]["properties"]["start"]["type"] == "integer"
    assert found["outputs"][0]["type"] == "INT"
    assert client.get("/api/v1/workflows/count").json()["report"]["is_complete"]
