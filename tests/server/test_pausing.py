"""The queue is paused and goes on, through the native API; ComfyUI's clients notice nothing."""

from __future__ import annotations

import pytest

from tests.server.conftest import Client, Serving
from tests.server.native_parts import JOBS, ended, submitted, toys

QUEUE = "/api/v1/queue"


@pytest.fixture
def client(serving: Serving) -> Client:
    """Return a client of a server with the toy nodes."""
    return serving(toys())


def test_a_paused_queue_says_so_and_begins_nothing(client: Client):
    assert client.post(f"{QUEUE}/pause").json() == {"is_paused": True}
    job = submitted(client)["jobs"][0]["id"]

    queue = client.get(QUEUE).json()

    assert queue["is_paused"]
    assert [each["id"] for each in queue["queued"]] == [job]
    assert client.get(f"{JOBS}/{job}").json()["state"] == "queued"


def test_what_waited_runs_when_the_queue_goes_on(client: Client):
    client.post(f"{QUEUE}/pause")
    job = submitted(client)["jobs"][0]["id"]

    assert client.post(f"{QUEUE}/resume").json() == {"is_paused": False}

    assert ended(client, job)["state"] == "succeeded"
    assert not client.get(QUEUE).json()["is_paused"]


def test_the_queue_of_everybody_can_not_be_paused(client: Client):
    assert client.post(f"{QUEUE}/pause?owner=*").status == 400


def test_another_user_s_queue_goes_on(client: Client):
    client.post(f"{QUEUE}/pause")
    other = client.of("ada")

    job = submitted(other)["jobs"][0]["id"]

    assert ended(other, job)["state"] == "succeeded"
