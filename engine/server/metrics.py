"""Figures for Prometheus: counted as things happen; `live_figures` has what is read when asked for.

Their names begin with `sfumato_`; times are seconds, sizes bytes.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

from aiohttp import web
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Summary,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from engine.errors import StorageError
from engine.events import NodeFinished
from engine.server.live_figures import LiveFigures
from engine.server.node_types import NodeTypes
from engine.server.routing import Call, Routes

if TYPE_CHECKING:
    from engine.jobs.events import Numbered
    from engine.jobs.job import Job
    from engine.server.services import Services
    from engine.worker.host import Death

T = TypeVar("T")
M = TypeVar("M", Counter, Gauge, Histogram, Summary)

routes = Routes("about", "plain")

#: Bounds of times that people wait for.
WAITS = (0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200)
RUNS = (0.05, 0.25, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200)
REQUESTS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30)
LAGS = (0.001, 0.005, 0.02, 0.1, 0.5, 2, 10)
#: Seconds before the events are read again when they could not be.
PAUSE_S = 1.0
#: Jobs and documents that are remembered.
REMEMBERED = 500

disable_created_metrics()


class _Parts(Generic[M]):
    """The parts of a metric by the values of their labels, found again without its lock."""

    def __init__(self, metric: M) -> None:
        self._metric = metric
        self._known: dict[tuple[str, ...], M] = {}

    def of(self, *labels: str) -> M:
        """Return the part with these labels."""
        part = self._known.get(labels)
        if part is None:
            part = self._known[labels] = self._metric.labels(*labels)
        return part


class Metrics:
    """What one server counts."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._taken = _Parts(
            Counter(
                "sfumato_jobs_taken",
                "Jobs that were submitted or tried again.",
                ["source"],
                registry=registry,
            )
        )
        self._ended = _Parts(
            Counter("sfumato_jobs_ended", "Jobs that have ended.", ["outcome"], registry=registry)
        )
        self._waits = Histogram(
            "sfumato_job_wait_seconds",
            "From submission to start.",
            buckets=WAITS,
            registry=registry,
        )
        self._runs = _Parts(
            Histogram(
                "sfumato_job_run_seconds",
                "From start to end.",
                ["outcome"],
                buckets=RUNS,
                registry=registry,
            )
        )
        self._nodes = _Parts(
            Summary(
                "sfumato_node_seconds",
                "Times of nodes that were called.",
                ["type"],
                registry=registry,
            )
        )
        self._lags = Histogram(
            "sfumato_event_lag_seconds",
            "From an event to a listener's hearing of it; of several heard at once the oldest.",
            buckets=LAGS,
            registry=registry,
        )
        self._requests = _Parts(
            Histogram(
                "sfumato_http_request_seconds",
                "Times of answers; websockets are not among them.",
                ["method", "route", "status"],
                buckets=REQUESTS,
                registry=registry,
            )
        )
        self._sockets = Gauge(
            "sfumato_websocket_clients", "Open websockets.", ["route"], registry=registry
        )
        self._deaths = Counter(
            "sfumato_worker_deaths", "Workers that ended unasked.", registry=registry
        )
        #: ids of unfinished jobs -> whether they have been started before
        self._unfinished: dict[str, bool] = {}
        #: the jobs that ran last, and what their documents' nodes are
        self._ran: OrderedDict[str, Job] = OrderedDict()
        self._nodes_of: OrderedDict[str, NodeTypes] = OrderedDict()

    # --- what the server tells

    def job_changed(self, job: Job) -> None:
        """Count a job that has a new state."""
        if job.has_ended:
            self._unfinished.pop(job.id, None)
            self._ended.of(job.state).inc()
            if job.started is not None and job.ended is not None:
                self._runs.of(job.state).observe(job.ended - job.started)
            return
        if job.id not in self._unfinished:
            self._unfinished[job.id] = False
            self._taken.of(job.source).inc()
        if job.state == "running" and job.started is not None:
            _keep(self._ran, job.id, job)
            if not self._unfinished[job.id]:
                self._unfinished[job.id] = True
                self._waits.observe(job.started - job.created)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer; `route` is the pattern of its path."""
        self._requests.of(method, route, str(status)).observe(seconds)

    @contextmanager
    def socket(self, route: str) -> Generator[None]:
        """Count a websocket while it is open."""
        with self._sockets.labels(route).track_inprogress():
            yield

    def worker_died(self, _: Death) -> None:
        """Count a worker that ended unasked."""
        self._deaths.inc()

    async def watch(self, services: Services) -> None:
        """Count what nodes take, until cancelled."""
        subscription = services.feed.subscribe(kinds=(NodeFinished,))
        try:
            while True:
                try:
                    heard = await subscription.next()
                    if heard:
                        self._lags.observe(max(0.0, time.time() - heard[0].time))
                    for each in heard:
                        await self._finished(each, services)
                except StorageError:  # figures are worth no more than another try
                    await asyncio.sleep(PAUSE_S)
        finally:
            subscription.close()

    async def _finished(self, numbered: Numbered, services: Services) -> None:
        job, event = self._ran.get(numbered.job), numbered.event
        if job is None or not isinstance(event, NodeFinished):
            return
        if (nodes := self._nodes_of.get(job.document)) is None:
            nodes = NodeTypes.of(await services.jobs.document_of(job))
            _keep(self._nodes_of, job.document, nodes)
        self._nodes.of(nodes.type_of(event.node_id)).observe(event.seconds)

    # --- what is asked for

    def exposition(self, live: LiveFigures) -> bytes:
        """Return all figures as Prometheus reads them."""
        now = CollectorRegistry()
        now.register(live)
        return generate_latest(self.registry) + generate_latest(now)


def _keep(memory: OrderedDict[str, T], key: str, value: T) -> None:
    memory[key] = value
    while len(memory) > REMEMBERED:
        memory.popitem(last=False)


@routes("GET", "/metrics")
async def metrics(call: Call[None, None]) -> web.Response:
    """Return the server's figures for Prometheus."""
    live = LiveFigures.of(call.services)
    body = await asyncio.to_thread(call.services.metrics.exposition, live)
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})
