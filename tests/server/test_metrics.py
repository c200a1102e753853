"""The figures for Prometheus."""

from __future__ import annotations

import json

import pytest
from prometheus_client.parser import text_string_to_metric_families

from engine.declare import specs_in
from engine.jobs.job import Job
from engine.jobs.service import Submission
from engine.registry import Registry
from engine.server.metrics import Metrics
from engine.server.node_types import NodeTypes
from engine.worker.host import Death
from engine.worker.messages import Usage
from tests import fakes
from tests.server.conftest import Client, Serving

Figures = dict[tuple[str, tuple[tuple[str, str], ...]], float]
DOCUMENT = {
    "format": "sfumato",
    "version": 1,
    "nodes": {
        "1": {"type": "Number", "version": 1, "values": {"value": 3}},
        "2": {"type": "Show", "version": 1, "links": {"value": ["1", 0, "INT"]}},
    },
}


def figures(client: Client) -> Figures:
    return read(client.get("/metrics").text)


def read(text: str) -> Figures:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def counted(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def job(**facts: object) -> Job:
    known = {"id": "a", "owner": "default", "document": "d", "created": 10.0, **facts}
    return Job(**known)  # pyright: ignore[reportArgumentType]


def run(client: Client) -> Job:
    """Run a document and wait for its end, and until all of its events are counted."""

    async def go() -> Job:
        heard = client.services.feed.subscribe()
        document = json.dumps(DOCUMENT).encode()
        (taken,) = await client.services.jobs.submit(Submission(owner="default", document=document))
        ended = await client.services.jobs.ended(taken, heard)
        heard.close()
        return ended

    return client.run(go())


@pytest.fixture
def toys(serving: Serving, calls: list[str]) -> Client:
    return serving(Registry(specs_in(fakes)))


def test_figures_are_in_the_text_form_of_prometheus(client: Client):
    answer = client.get("/metrics")

    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert "# HELP sfumato_jobs Jobs that have not ended.\n# TYPE sfumato_jobs gauge" in answer.text


def test_figures_need_a_token(client: Client):
    assert client.anonymous().get("/metrics").status == 401
    assert client.of("eve", role="viewer").get("/metrics").status == 200


def test_ended_job_and_its_nodes_are_counted(toys: Client):
    assert run(toys).state == "succeeded"

    found = figures(toys)
    assert found["sfumato_jobs_taken_total", (("source", "native"),)] == 1
    assert found["sfumato_jobs_ended_total", (("outcome", "succeeded"),)] == 1
    assert found["sfumato_job_wait_seconds_count", ()] == 1
    assert found["sfumato_job_run_seconds_count", (("outcome", "succeeded"),)] == 1
    assert found["sfumato_node_seconds_count", (("type", "Show"),)] == 1
    assert found["sfumato_event_lag_seconds_count", ()] >= 1


def test_jobs_that_have_not_ended_are_counted_by_state(toys: Client):
    toys.services.worker.is_ready = False

    async def submit() -> None:
        document = json.dumps(DOCUMENT).encode()
        await toys.services.jobs.submit(
            Submission(owner="default", document=document, values=({}, {}))
        )

    toys.run(submit())

    assert figures(toys)["sfumato_jobs", (("state", "queued"),)] == 2


def test_requests_are_counted_by_the_pattern_of_their_route(client: Client):
    client.get("/api/v1/nodes/One")
    client.get("/api/v1/nodes/Two")

    found = figures(client)
    by_pattern = (("method", "GET"), ("route", "/nodes/{id:.+}"), ("status", "404"))
    assert found["sfumato_http_request_seconds_count", by_pattern] == 2


def test_requests_of_strangers_are_counted_together(client: Client):
    client.anonymous().put("/api/v1/settings")
    client.anonymous().get("/api/v1/settings")

    found = figures(client)
    strangers = (("method", ""), ("route", ""), ("status", "401"))
    assert found["sfumato_http_request_seconds_count", strangers] == 2


def test_open_websockets_are_counted(client: Client):
    with client.websocket("/api/v1/events") as socket:
        during = figures(client)
        assert not socket.socket.closed

    assert during["sfumato_websocket_clients", (("route", "/events"),)] == 1


def test_what_the_worker_holds_is_told(client: Client):
    device = {"device": "cuda", "name": 'Toy "3000"', "total_bytes": 8, "free_bytes": 3}
    client.services.worker.usage = Usage(7, device, cache_hits=3, cache_misses=2)

    found = figures(client)

    labels = (("device", "cuda"), ("name", 'Toy "3000"'))
    assert found["sfumato_device_free_bytes", labels] == 3
    assert found["sfumato_resident_bytes", (("process", "worker"),)] == 7
    assert found["sfumato_resident_bytes", (("process", "server"),)] > 1_000_000
    assert found["sfumato_cache_hits_total", ()] == 3


def test_job_that_goes_on_after_a_pause_has_waited_once():
    metrics = Metrics()

    for facts in (
        {"state": "queued"},
        {"state": "running", "started": 12.0},
        {"state": "paused"},
        {"state": "queued"},
        {"state": "running", "started": 99.0},
        {"state": "failed", "started": 99.0, "ended": 100.5},
    ):
        metrics.job_changed(job(**facts))

    assert counted(metrics, "sfumato_jobs_taken_total", source="native") == 1
    assert counted(metrics, "sfumato_job_wait_seconds_sum") == 2.0
    assert counted(metrics, "sfumato_job_run_seconds_sum", outcome="failed") == 1.5


def test_cancelled_job_that_never_ran_has_no_run_time():
    metrics = Metrics()

    metrics.job_changed(job(state="cancelled", ended=11.0))

    assert counted(metrics, "sfumato_jobs_ended_total", outcome="cancelled") == 1
    assert counted(metrics, "sfumato_job_run_seconds_count", outcome="cancelled") is None


def test_dead_workers_are_counted():
    metrics = Metrics()

    metrics.worker_died(Death("SIGKILL"))

    assert counted(metrics, "sfumato_worker_deaths_total") == 1


def test_figures_of_two_servers_in_one_process_are_apart():
    one, other = Metrics(), Metrics()

    one.job_changed(job())

    assert counted(other, "sfumato_jobs_taken_total", source="native") is None


def test_types_of_nodes_are_found_in_subgraphs():
    types = NodeTypes.of(
        b'{"nodes": {"1": {"type": "A", "values": {}}, "2": {"type": "subgraph:s"}},'
        b' "subgraphs": {"s": {"nodes": {"7": {"type": "subgraph:t"}}},'
        b' "t": {"nodes": {"1": {"type": "B"}}}}}'
    )

    found = [types.type_of(node) for node in ("1", "2", "2:7", "2:7:1", "2:8", "9", "1:1")]

    assert found == ["A", "subgraph:s", "subgraph:t", "B", "unknown", "unknown", "unknown"]
