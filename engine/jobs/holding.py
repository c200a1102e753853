"""What people do to their whole queue: pause it, and let it go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from engine.jobs.events import QueueChanged
from engine.store import held_queues
from engine.worker.messages import StopJob

if TYPE_CHECKING:
    from engine.jobs.board import Board
    from engine.jobs.changing import Changer
    from engine.jobs.ledger import Ledger
    from engine.worker.host import WorkerHost


class Holding:
    """Holds queues of owners, durably: what is submitted later waits too."""

    def __init__(
        self,
        board: Board,
        ledger: Ledger,
        worker: WorkerHost,
        changes: Changer,
        wake: Callable[[], None],
    ) -> None:
        self._board = board
        self._ledger = ledger
        self._worker = worker
        self._changes = changes
        self._wake = wake
        self._lock = asyncio.Lock()

    async def open(self) -> None:
        """Hold what was held when the server ended."""
        for owner in await self._ledger.database.read(held_queues.owners):
            self._board.queue.hold(owner)

    def is_held(self, owner: str) -> bool:
        """Say whether an owner's queue is held."""
        return self._board.queue.is_held(owner)

    async def pause(self, owner: str) -> None:
        """Begin none of an owner's jobs any more; one that runs rests and keeps what it has."""
        async with self._lock:
            await self._put(owner, is_held=True)
            self._board.queue.hold(owner)
            self._ledger.announce(owner, QueueChanged(is_paused=True))
            await self._take_back()

    async def resume(self, owner: str) -> None:
        """Let an owner's queue go on, and those jobs that rest."""
        async with self._lock:
            jobs = [each for each in self._board.jobs.values() if each.owner == owner]
            await self._changes.resume_all(jobs)  # first: they stand before those that wait
            await self._put(owner, is_held=False)
            self._board.queue.release(owner)
            self._ledger.announce(owner, QueueChanged(is_paused=False))
            self._wake()

    async def _take_back(self) -> None:
        """Have what is held at the worker wait here again, and rest what runs."""
        board = self._board
        for job in [board.jobs[each] for each in board.ahead()]:
            if board.queue.holds(job):
                self._worker.send(StopJob(job.id, "recall"))
        running = board.jobs.get(board.at_worker or "")
        if running is not None and board.queue.holds(running):
            await self._changes.pause([running])

    async def _put(self, owner: str, *, is_held: bool) -> None:
        if self.is_held(owner) != is_held:
            await self._ledger.database.write(
                partial(held_queues.put, owner=owner, is_held=is_held), is_short=True
            )
