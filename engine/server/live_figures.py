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

    from engine.server.services import Services

STATES = ("queued", "running", "paused")


@dataclass(frozen=True, eq=False)
class LiveFigures(Collector):
    """The present figures of one server."""

    services: Services

    def collect(self) -> Iterator[Metric]:
        """Yield them."""
        yield from self._of_queue()
        yield from self._of_worker()
        yield from self._of_device()
        yield _gauge("listeners", "Who listens to the events of jobs.", len(self.services.feed))
        free = shutil.disk_usage(self.services.folders.base).free
        yield _gauge("disk_free_bytes", "Free space where the installation lies.", free)

    def _of_queue(self) -> Iterator[Metric]:
        found = Counter(job.state for job in self.services.jobs.unfinished())
        jobs = GaugeMetricFamily("sfumato_jobs", "Jobs that have not ended.", labels=["state"])
        for state in STATES:
            jobs.add_metric([state], found[state])
        yield jobs

    def _of_worker(self) -> Iterator[Metric]:
        worker = self.services.worker
        usage = worker.usage
        yield _gauge("worker_ready", "1 while the worker takes jobs.", int(worker.is_ready))
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
        device: dict[str, Any] = self.services.worker.usage.device
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
