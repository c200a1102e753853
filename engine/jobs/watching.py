"""Ends jobs that hang: those that nothing is heard of, and those that do not stop when asked."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.errors import TimeLimit

if TYPE_CHECKING:
    from engine.jobs.board import Board
    from engine.jobs.dispatch import Dispatcher
    from engine.worker.host import WorkerHost


@dataclass
class TimeLimits:
    """Looks at the job that the worker has, now and then.

    A worker that is frozen as a whole does not even say that the job has begun.
    """

    board: Board
    dispatcher: Dispatcher
    worker: WorkerHost
    #: when the job was first seen to be asked to stop, by job
    _asked: dict[str, float] = field(default_factory=dict[str, float])

    def look(self, *, node_s: float | None, check_s: float, stop_s: float) -> None:
        """Ask a silent job to stop; end the worker of one that does not.

        Args:
            node_s: how long a node may say nothing; None for ever.
            check_s: how long it may take to the first node, while packs check their inputs; how
                long the worker may say nothing at all; and how long it may take to start.
            stop_s: how long it may take to stop.
        """
        if not self.worker.is_ready and self.worker.silent_s > check_s:
            self.worker.kill(f"it has not started within {check_s:g} seconds")
        job = self.board.jobs.get(self.board.at_worker or "")
        if job is None:
            self._asked.clear()
            return
        now = time.monotonic()
        verdict = self._verdict(now, node_s, check_s)
        if verdict and not self.dispatcher.is_being_ended(job):
            self.dispatcher.end_silent(job, TimeLimit(verdict))
        if not self.dispatcher.is_being_ended(job):
            self._asked.clear()
        elif now - self._asked.setdefault(job.id, now) > stop_s:
            self.worker.kill("the running node does not stop")

    def _verdict(self, now: float, node_s: float | None, check_s: float) -> str:
        """Return why the job is to be ended, or nothing."""
        silent_s = now - self.dispatcher.heard_at
        if node_s is not None and silent_s > node_s:
            return (
                f"A node ran for more than {node_s:g} seconds without a sign of life, so the job "
                "was ended. Raise --node-time-limit if it needs longer."
            )
        if not self.dispatcher.has_nodes_begun and silent_s > check_s:
            return (
                f"No node had begun after {check_s:g} seconds, so the job was ended. A pack's own "
                "check of its inputs may hang."
            )
        if self.worker.silent_s > check_s:
            return (
                f"The worker said nothing for {check_s:g} seconds, so the job was ended. A node "
                "keeps the whole process from going on."
            )
        return ""
