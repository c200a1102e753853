"""Jobs over a real database and a worker that a test plays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

from engine.jobs.events import Numbered
from engine.jobs.feed import Feed, Subscription
from engine.jobs.job import Job
from engine.jobs.ledger import Ledger
from engine.jobs.service import Jobs, Limits, Submission
from engine.paths import Folders
from engine.store import events
from engine.store.database import Database
from engine.worker.host import Death, WorkerHost
from engine.worker.messages import FromWorker, JobBegan, JobEnded, Message, RunJob

T = TypeVar("T")


class PlayedWorker(WorkerHost):
    """A worker that does nothing by itself: a test reads what it is sent and speaks for it."""

    def __init__(self) -> None:
        super().__init__(())
        self.is_ready = True
        self.sent: list[Message] = []
        self.killed: list[str] = []

    def send(self, *messages: Any) -> None:
        self.sent += messages

    def kill(self, reason: str) -> None:
        self.killed.append(reason)

    def says(self, *messages: FromWorker) -> None:
        self.heard(messages)

    def dies(self, how: str = "SIGKILL", was_killed: str = "") -> None:
        for hear in self._on_death:
            hear(Death(how, None, ("last words",), was_killed))

    def orders(self) -> list[str]:
        """Return the jobs that it was told to run."""
        return [each.job for each in self.sent if isinstance(each, RunJob)]


class Scene:
    """A service, its database and its worker, on one event loop."""

    def __init__(self, jobs: Jobs, worker: PlayedWorker, feed: Feed, database: Database) -> None:
        self.jobs = jobs
        self.worker = worker
        self.feed = feed
        self.database = database

    async def submit(self, owner: str = "ada", **fields: Any) -> Job:
        return (await self.submit_all(owner, **fields))[0]

    async def submit_all(self, owner: str = "ada", **fields: Any) -> list[Job]:
        submission = Submission(owner=owner, document=b"{}", **fields)
        return await self.jobs.submit(submission)

    async def settled(self) -> None:
        """Wait until all that was said is done and stored."""
        for _ in range(3):
            await asyncio.sleep(0)
            await self.jobs.idle()

    async def says(self, *messages: FromWorker) -> None:
        self.worker.says(*messages)
        await self.settled()

    async def runs(self, job: Job, how: Any = "succeeded", **facts: Any) -> Job:
        """Have the worker begin and end a job."""
        await self.says(JobBegan(job.id), JobEnded(job.id, how, **facts))
        return await self.jobs.get(job.id)


async def heard(subscription: Subscription) -> list[Numbered]:
    """Return all that a listener has to hear now."""
    found: list[Numbered] = []
    while True:
        while subscription.is_behind:
            found += await subscription.catch_up()
        if not (events := await soon(subscription)):
            return found
        found += events


async def soon(subscription: Subscription) -> list[Numbered]:
    """Return what a listener hears within some turns of the loop, or nothing."""
    hearing = asyncio.ensure_future(subscription.next())
    for _ in range(10):
        await asyncio.sleep(0)
    if hearing.done():
        return hearing.result()
    hearing.cancel()
    return []


class Stage:
    """Opens scenes over one folder: each is a server's life."""

    def __init__(self, base: Path) -> None:
        self.folders = Folders.at(base)

    def play(self, act: Callable[[Scene], Coroutine[Any, Any, T]], **limits: Any) -> T:
        """Run one life of a server; it ends without a farewell."""

        async def life() -> T:
            async with self.scene(**limits) as scene:
                return await act(scene)

        return asyncio.run(life())

    @asynccontextmanager
    async def scene(self, **limits: Any):
        self.folders.user.mkdir(parents=True, exist_ok=True)
        database = Database.open(self.folders.user / "jobs.sqlite")

        async def since(after: int, owner: str | None, limit: int) -> list[Numbered]:
            return await database.read(partial(events.since, seq=after, owner=owner, limit=limit))

        feed = Feed(since)
        ledger = Ledger(database, feed)
        await ledger.open()
        worker = PlayedWorker()
        jobs = Jobs(ledger, worker, self.folders, Limits(**limits))
        await jobs.open()
        try:
            yield Scene(jobs, worker, feed, database)
        finally:
            await jobs.close()
            await database.close()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    yield Stage(tmp_path)
