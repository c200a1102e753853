"""The machine and its processes over HTTP."""

from __future__ import annotations

import logging
import platform

import pytest

from engine.worker.logs import Line
from engine.worker.messages import Free, ToWorker, Usage
from tests.model_files import put
from tests.server.conftest import Client, Serving


def sent(client: Client, monkeypatch: pytest.MonkeyPatch) -> list[ToWorker]:
    """Return what the worker is told from now on."""
    told: list[ToWorker] = []
    monkeypatch.setattr(client.services.worker, "send", lambda *messages: told.extend(messages))
    return told


def test_system_tells_versions_memory_and_queue(client: Client):
    told = client.get("/api/v1/system").json()

    assert told["versions"]["python"] == platform.python_version()
    assert "torch" in told["versions"]
    assert 0 < told["memory"]["server"] <= told["memory"]["total"]
    assert 0 < told["disk"]["free"] <= told["disk"]["total"]
    assert told["queue"] == {"running": 0, "queued": 0, "paused": 0}
    assert told["worker"]["is_ready"] is True


def test_system_tells_what_the_worker_said_last(client: Client):
    device = {"name": "Toy 3000", "total_bytes": 8}
    client.services.worker.usage = Usage(7, device, cache_hits=3, cache_misses=2)

    told = client.get("/api/v1/system").json()

    assert told["device"] == device
    assert told["memory"]["worker"] == 7
    assert (told["worker"]["cache_hits"], told["worker"]["cache_misses"]) == (3, 2)


def test_device_is_looked_for_only_when_asked(client: Client, monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []

    async def ask(what: str, given: object, limit_s: float) -> dict[str, str]:
        asked.append(what)
        return {"name": "Toy 3000"}

    monkeypatch.setattr(client.services.worker, "ask", ask)
    client.services.worker.usage = Usage(0)
    devices = [client.get(f"/api/v1/system{query}").json()["device"] for query in ("", "?detect=1")]

    assert devices == [{}, {"name": "Toy 3000"}]
    assert asked == ["device"]


def test_worker_is_told_to_free_memory(client: Client, monkeypatch: pytest.MonkeyPatch):
    told = sent(client, monkeypatch)

    statuses = [
        client.post("/api/v1/system/free").status,
        client.post("/api/v1/system/free", json={"weights": False, "results": True}).status,
    ]

    assert statuses == [202, 202]
    assert told == [Free(weights=True, results=False), Free(weights=False, results=True)]


def test_worker_is_ended_for_an_admin(client: Client, monkeypatch: pytest.MonkeyPatch):
    reasons: list[str] = []
    monkeypatch.setattr(client.services.worker, "kill", reasons.append)

    status = client.post("/api/v1/system/restart-worker").status

    assert (status, reasons) == (202, ['"default" asked for it'])
    assert client.of("ada").post("/api/v1/system/restart-worker").status == 403


def test_last_lines_of_the_servers_log_hold_no_token(client: Client):
    logging.getLogger("engine.test").error("Somebody came with /t/secret/api")

    lines = client.get("/api/v1/system/logs?limit=1").json()["lines"]

    assert len(lines) == 1
    assert "Somebody came with /t/…/api" in lines[0]


def test_last_lines_of_the_workers_log(client: Client):
    client.services.worker.logged(Line("WARNING", "engine.packs", "A pack is slow"))

    lines = client.get("/api/v1/system/logs?of=worker").json()["lines"]

    assert lines[-1] == "WARNING engine.packs: A pack is slow"


@pytest.mark.parametrize("query", ["of=nobody", "limit=0", "limit=many"])
def test_wrong_query_for_a_log_is_refused(client: Client, query: str):
    assert client.get(f"/api/v1/system/logs?{query}").status == 400


def test_only_admins_read_logs(client: Client):
    assert client.of("ada").get("/api/v1/system/logs").status == 403


def test_user_is_told_their_quotas_and_what_they_use(client: Client):
    ada = client.of("ada", max_queued=5, max_disk_bytes=1_000)
    folders = client.services.folders
    put(folders.of("ada").output, "a.png")
    (folders.of("ada").output / "a.png").write_bytes(b"12345")
    put(folders.output, "not-hers.png")

    assert ada.get("/api/v1/me").json() == {
        "name": "ada",
        "role": "user",
        "queued": 0,
        "max_queued": 5,
        "disk_bytes": 5,
        "max_disk_bytes": 1_000,
    }


def test_answers_as_they_should_be_do_not_fill_the_log(client: Client):
    with_log = logging.getLogger("engine.server.app")
    with_log.setLevel(logging.INFO)
    try:
        client.get("/api/v1/me")
        client.get("/api/v1/nodes/Nothing")
    finally:
        with_log.setLevel(logging.NOTSET)

    told = [line for line in client.services.recent.lines if " GET " in line]
    assert len(told) == 1
    assert "GET /api/v1/nodes/Nothing 404" in told[0]


def test_log_is_no_longer_kept_when_the_server_has_ended(serving: Serving):
    recent = serving().services.recent
    assert recent in logging.getLogger().handlers

    serving.stop()

    assert recent not in logging.getLogger().handlers
