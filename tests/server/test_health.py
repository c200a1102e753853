"""Whether the server lives and takes work."""

from __future__ import annotations

import pytest

from engine.errors import StorageError
from tests.server.conftest import Client


def test_server_that_lives_says_so_to_anybody(client: Client):
    answer = client.anonymous().get("/healthz")

    assert (answer.status, answer.json()) == (200, {"ok": True, "reasons": []})


def test_server_that_takes_work_says_so_to_anybody(client: Client):
    answer = client.anonymous().get("/readyz")

    assert (answer.status, answer.json()) == (200, {"ok": True, "reasons": []})


def test_server_without_a_worker_is_not_ready_but_lives(client: Client):
    client.services.worker.is_ready = False

    answer = client.get("/readyz")

    assert answer.status == 503
    assert answer.json() == {"ok": False, "reasons": ["The worker is not ready."]}
    assert client.get("/healthz").status == 200


def test_server_that_can_not_store_jobs_is_not_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    async def write(work: object) -> None:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(client.services.database, "write", write)
    answer = client.get("/readyz")

    assert answer.status == 503
    assert answer.json()["reasons"] == ["The database can not be written."]


def test_server_on_a_full_disk_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("engine.hardware.machine.LEAST_ROOM_BYTES", 2**62)

    answer = client.get("/readyz")

    assert answer.status == 503
    assert answer.json()["reasons"] == ["The disk is full."]
