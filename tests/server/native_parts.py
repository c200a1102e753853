"""What tests of the native API share."""

from __future__ import annotations

import json
from typing import Any

from engine.declare import specs_in
from engine.document import write_document
from engine.registry import Registry
from tests import fakes
from tests.graphs import chain
from tests.server.conftest import Client

JOBS = "/api/v1/jobs"
ENDED = ("succeeded", "failed", "cancelled")


def toys() -> Registry:
    """Return the toy nodes."""
    return Registry(specs_in(fakes))


def document(length: int = 1, **facts: Any) -> dict[str, Any]:
    """Return a document that counts to `length` + 1 and shows it; its first number is exposed."""
    plain = json.loads(write_document(chain(length)))
    first = next(iter(plain["nodes"]))
    plain["inputs"] = [{"name": "start", "label": "Start", "targets": [[first, "value"]]}]
    return {**plain, **facts}


def submitted(client: Client, **asked: Any) -> dict[str, Any]:
    """Return the answer to a submission that is taken."""
    answer = client.post(JOBS, json={"document": document(), **asked})
    assert answer.status == 201, answer.text
    return answer.json()


def ended(client: Client, job_id: str) -> dict[str, Any]:
    """Return a job when it has ended."""
    with client.websocket(f"/api/v1/events?after=0&jobs={job_id}") as socket:
        socket.receive_until(lambda message: message.get("state") in ENDED)
    return client.get(f"{JOBS}/{job_id}").json()


def ran(client: Client, **asked: Any) -> dict[str, Any]:
    """Submit a job and return it when it has ended."""
    (job,) = submitted(client, **asked)["jobs"]
    return ended(client, job["id"])
