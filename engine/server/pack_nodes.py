"""The node types of packs, asked of the worker; reading packs for the first time may take long."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.worker.host import WorkerHost

#: The worker has so long to read all packs.
LIMIT_S = 300.0

Forms = list[dict[str, Any]]


@dataclass
class PackNodes:
    """Asks once for each user at a time, however often it is asked itself."""

    _asked: dict[str, asyncio.Task[Forms]] = field(default_factory=dict[str, asyncio.Task[Forms]])

    async def of(self, worker: WorkerHost, owner: str, within_s: float) -> Forms:
        """Return the node types of all packs, in the form of `NodeForm`, as a user has them.

        Raises:
            TimeoutError: it takes longer; who asks again hears of the same answer.
            WorkerError: the worker is gone.
        """
        if (task := self._asked.get(owner)) is None:
            asking = worker.ask("specs", {"owner": owner}, limit_s=LIMIT_S)
            task = self._asked[owner] = asyncio.create_task(asking)
            task.add_done_callback(lambda done: self._answered(owner, done))
        return await asyncio.wait_for(asyncio.shield(task), within_s)

    def _answered(self, owner: str, task: asyncio.Task[Forms]) -> None:
        del self._asked[owner]
        if not task.cancelled():
            task.exception()  # who waited has heard of it, if anybody did
