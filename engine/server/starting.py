"""Putting the parts of a server together, and taking them apart."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from engine.jobs.feed import Feed
from engine.jobs.ledger import Ledger
from engine.jobs.service import Jobs, Limits
from engine.paths import DEFAULT_OWNER
from engine.server.services import Services
from engine.store import events
from engine.store.database import Database

if TYPE_CHECKING:
    from engine.jobs.events import Numbered
    from engine.jobs.feed import ReadSince
    from engine.paths import Folders
    from engine.registry import Registry
    from engine.server.settings import ServerSettings
    from engine.worker.host import WorkerHost

DATABASE = "sfumato.sqlite"
#: Seconds that a running job has to come to its next step when the server ends.
STOP_WITHIN_S = 8.0


@asynccontextmanager
async def started(
    settings: ServerSettings, folders: Folders, built_ins: Registry, worker: WorkerHost
) -> AsyncGenerator[Services]:
    """Open the database, take up unfinished jobs and start the worker; close all at the end.

    Raises:
        StorageError: another server has the folder, or the database can not be used.
    """
    async with AsyncExitStack() as ends:
        path = folders.user / DATABASE
        database = Database.open(path, durability=settings.durability)
        ends.push_async_callback(database.close)
        feed = Feed(_reader(database))
        ledger = Ledger(database, feed)
        await ledger.open()
        jobs = Jobs(ledger, worker, folders, _limits(settings))
        await jobs.open()
        ends.push_async_callback(jobs.close)
        ends.push_async_callback(worker.stop, STOP_WITHIN_S)
        await worker.start()
        services = Services(settings, folders, built_ins, database, feed, jobs, worker)
        services.gallery.follow(feed)
        services.gallery.start_scan(DEFAULT_OWNER)
        ends.push_async_callback(services.gallery.close)
        ends.callback(services.thumbnails.close)
        yield services


def _reader(database: Database) -> ReadSince:
    async def read(after: int, owner: str | None, limit: int) -> list[Numbered]:
        return await database.read(partial(events.since, seq=after, owner=owner, limit=limit))

    return read


def _limits(settings: ServerSettings) -> Limits:
    return Limits(
        most_jobs=settings.max_jobs,
        most_bytes=settings.max_history_bytes,
        node_s=settings.node_time_limit_s,
    )
