"""Jobs through the native API."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from engine.declare import specs_in
from engine.document import write_document
from engine.registry import Registry
from tests import fakes
from tests.graphs import Graphs, chain
from tests.server.conftest import Client, Serving


@pytest.fixture
def client(serving: Serving) -> Client:
    """Return a client of a server with the toy nodes."""
    return serving(Registry(specs_in(fakes)))


def document(length: int = 1) -> Any:
    return json.loads(write_document(chain(length)))


def submitted(client: Client, **asked: Any) -> Any:
    answer = client.post("/api/v1/jobs", json={"document": document(), **asked})
    assert answer.status == 201, answer.text
    return answer.json()


def test_job_runs_and_shows_what_it_gave(client: Client):
    (job,) = submitted(client)["jobs"]
    with client.websocket(f"/api/v1/events?after=0&jobs={job['id']}") as socket:
        socket.receive_until(lambda message: message.get("state") == "succeeded")

    shown = client.get(f"/api/v1/jobs/{job['id']}").json()

    assert shown["state"] == "succeeded"
    assert shown["shown"] == {"show": {"text": ["2"]}}
