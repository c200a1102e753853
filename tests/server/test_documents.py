"""Documents that are read, checked or written in another form."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from engine.errors import WorkerError
from tests.server.conftest import Client, Serving
from tests.server.native_parts import document, toys
from tests.server.pictures import made_by, png

PROMPT = {
    "1": {"class_type": "Number", "inputs": {"value": 3}},
    "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}},
}


@pytest.fixture
def client(serving: Serving) -> Client:
    """Return a client of a server with the toy nodes."""
    return serving(toys())


def problems(client: Client, **asked: Any) -> list[dict[str, Any]]:
    answer = client.post("/api/v1/validate", json=asked)
    assert answer.status == 200, answer.text
    return answer.json()["problems"]


def test_sound_document_has_no_problems_and_makes_no_job(client: Client):
    assert problems(client, document=document()) == []
    assert client.get("/api/v1/jobs").json()["total"] == 0


def test_values_are_checked_where_they_go(client: Client):
    (problem,) = problems(client, document=document(), values={"start": "many"})

    assert problem["type"] == "bad_value"
    assert problem["input"] == "value"
    assert problem["node"] in document()["nodes"]


def test_targets_are_checked(client: Client):
    (problem,) = problems(client, document=document(), targets=["99"])

    assert "99" in problem["message"]


def test_subgraph_that_contains_itself_is_a_problem(client: Client):
    inside = {"nodes": {"1": {"type": "subgraph:a"}}, "title": "Round"}
    loop = document(subgraphs={"a": inside}, nodes={"1": {"type": "subgraph:a"}})

    (problem,) = problems(client, document=loop)

    assert problem["type"] == "workflow"


def test_what_is_no_document_is_refused(client: Client):
    answer = client.post("/api/v1/validate", json={"document": {"nodes": 5}})

    assert answer.status == 400
    assert answer.json()["error"]["type"] == "workflow"


def test_unknown_types_wait_for_the_packs_and_say_so(client: Client):
    async def gone(*_: Any, **__: Any) -> Any:
        raise WorkerError("The worker is gone.")

    client.services.worker.ask = gone
    prompt = {"1": {"class_type": "Unheard", "inputs": {}}}

    answer = client.post("/api/v1/validate", json={"document": prompt})

    assert answer.status == 503
    assert client.post("/api/v1/import", json=prompt).status == 200


def test_any_format_is_imported_from_the_bare_body(client: Client):
    answer = client.post("/api/v1/import", json=PROMPT).json()

    assert answer["report"]["format"] == "comfyui-api"
    assert answer["document"]["nodes"]["1"]["values"] == {"value": 3}
    assert "nothing is missing" in answer["text"]


def test_picture_is_imported_from_a_form(client: Client):
    form = aiohttp.FormData()
    form.add_field("file", made_by(PROMPT), filename="made.png")

    answer = client.post("/api/v1/import", data=form).json()

    assert answer["document"]["title"] == "made"
    assert set(answer["document"]["nodes"]) == {"1", "2"}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\x89PNG\r\n\x1a\n", png(), b"\xff" * 100, b"[[" * 9999]
)
def test_files_without_a_workflow_are_refused(client: Client, body: bytes):
    answer = client.post("/api/v1/import", data=body)

    assert answer.status == 400
    assert answer.json()["error"]["message"]


def test_imported_file_leaves_nothing_behind(client: Client):
    client.post("/api/v1/import", data=b"{")

    temp = client.services.folders.temp
    assert not temp.exists() or not list(temp.iterdir())


@pytest.mark.parametrize("form", ["sfumato", "comfyui-api", "comfyui-ui"])
def test_document_is_exported_and_imported_again(client: Client, form: str):
    asked = {"document": document(title="Count – 1"), "format": form}

    answer = client.post("/api/v1/export", json=asked)
    again = client.post("/api/v1/import", data=answer.body).json()

    assert "Count%20" in answer.headers["Content-Disposition"]
    assert again["report"]["format"] == form
    types = sorted(each["type"] for each in again["document"]["nodes"].values())
    assert types == ["Add", "Number", "Show"]


def test_export_keeps_a_document_of_unknown_types(client: Client):
    prompt = {"1": {"class_type": "Unheard", "inputs": {"a": 1}}}

    answer = client.post("/api/v1/export", json={"document": prompt, "format": "comfyui-api"})

    assert answer.json()["1"]["inputs"] == {"a": 1}


def test_unknown_format_is_refused(client: Client):
    asked = {"document": document(), "format": "word"}

    assert client.post("/api/v1/export", json=asked).status == 400


def test_prompt_is_shown_as_its_tokens(client: Client):
    answer = client.post("/api/v1/tokenise", json={"text": "a (red:1.5) apple"}).json()

    tokens = [(each["text"].strip(), each["weight"]) for each in answer["chunks"][0]]
    assert ("red", 1.5) in tokens
    assert ("apple", 1.0) in tokens


@pytest.mark.parametrize("body", [{}, {"text": 5}, {"text": "a", "checkpoint": "../x"}])
def test_bad_questions_about_prompts_are_refused(client: Client, body: dict[str, Any]):
    assert client.post("/api/v1/tokenise", data=json.dumps(body)).status == 400
