"""Figures that are not counted but read when they are asked for: queue, memory, worker, disk."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from engine.worker.usage import resident_bytes

if TYPE_CHECKING:
    from prometheus_client import Metric

    from engine.paths import Folders
    from engine.server.services import Services
    from engine.worker.host import WorkerHost

STATES = ("queued", "running", "paused")


@dataclass(frozen=True, eq=False)
class LiveFigures(Collector):
    """The present figures of one server; they are collected on any thread.

    Attributes:
        jobs: how many are in each state.
        listeners: to the events of jobs, parts of the server too.
    """

    folders: Folders
    worker: WorkerHost
    jobs: Counter[str]
    listeners: int

    @classmethod
    def of(cls, services: Services) -> LiveFigures:
        """Look at a server, on its event loop."""
        states = Counter[str](job.state for job in services.jobs.unfinished())
        return cls(services.folders, services.worker, states, len(services.feed))

    def collect(self) -> Iterator[Metric]:
        """Yield them."""
        yield from self._of_queue()
        yield from self._of_worker()
        yield from self._of_device()
        yield _gauge("listeners", "Who listens to the events of jobs.", self.listeners)
        free = shutil.disk_usage(self.folders.base).free
        yield _gauge("disk_free_bytes", "Free space where the installation lies.", free)

    def _of_queue(self) -> Iterator[Metric]:
        jobs = GaugeMetricFamily("sfumato_jobs", "Jobs that have not ended.", labels=["state"])
        for state in STATES:
            jobs.add_metric([state], self.jobs[state])
        yield jobs

    def _of_worker(self) -> Iterator[Metric]:
        usage, is_ready = self.worker.usage, self.worker.is_ready
        yield _gauge("worker_ready", "1 while the worker takes jobs.", int(is_ready))
        memory = GaugeMetricFamily(
            "sfumato_resident_bytes", "Memory of the processes.", labels=["process"]
        )
        memory.add_metric(["server"], resident_bytes())
        memory.add_metric(["worker"], usage.resident_bytes)
        yield memory
        hits, misses = usage.cache_hits, usage.cache_misses
        told = "of nodes, since the worker started."
        yield CounterMetricFamily("sfumato_cache_hits", f"Results used again, {told}", value=hits)
        yield CounterMetricFamily("sfumato_cache_misses", f"Results made, {told}", value=misses)

    def _of_device(self) -> Iterator[Metric]:
        device: dict[str, Any] = self.worker.usage.device
        if not device:
            return
        names = [str(device.get("device", "")), str(device.get("name", ""))]
        for what, told in {
            "total_bytes": "Memory of the device.",
            "free_bytes": "Free memory of the device.",
            "weights_bytes": "Loaded weights.",
        }.items():
            figure = GaugeMetricFamily(f"sfumato_device_{what}", told, labels=["device", "name"])
            figure.add_metric(names, device.get(what, 0))
            yield figure


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(f"sfumato_{name}", told, value=value)
