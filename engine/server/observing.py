"""What looks on while a server runs: figures of jobs, nodes and workers, and the last log lines."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

    from engine.server.services import Services


def observing(services: Services) -> Callable[[web.Application], AsyncIterator[None]]:
    """Return a part of an application's life (`cleanup_ctx`) in which all is looked at."""

    async def observe(_: web.Application) -> AsyncIterator[None]:
        metrics, root = services.metrics, logging.getLogger()
        services.jobs.watch(metrics.job_changed)
        services.worker.on_death(metrics.worker_died)
        root.addHandler(services.recent)
        watching = asyncio.create_task(metrics.watch(services))
        yield
        root.removeHandler(services.recent)
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching

    return observe
