"""How many jobs an owner may have that wait or run, those included that are being stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.errors import QuotaExceeded

if TYPE_CHECKING:
    from engine.jobs.board import Board


@dataclass
class Room:
    """Counts the jobs of each owner."""

    board: Board
    #: owner -> jobs that are being stored
    _coming: Counter[str] = field(default_factory=Counter[str])

    def check(self, owner: str, most: int | None, more: int) -> None:
        """Refuse jobs of an owner who would have more than they may.

        Args:
            owner: whose they are.
            most: how many they may have; None has no limit.
            more: how many come.

        Raises:
            QuotaExceeded: these are too many.
        """
        if most is None:
            return
        there = sum(job.owner == owner for job in self.board.jobs.values()) + self._coming[owner]
        if there + more > most:
            raise QuotaExceeded(
                f"You may have {most} jobs that wait or run. There are {there}, and this makes "
                f"{more} more. Wait for some to end, or cancel some.",
                details={"max_queued": most, "unfinished": there, "more": more},
            )

    @contextmanager
    def kept(self, owner: str, count: int) -> Generator[None]:
        """Keep room for jobs until they are on the board."""
        self._coming[owner] += count
        try:
            yield
        finally:
            self._coming[owner] -= count
            if not self._coming[owner]:
                del self._coming[owner]
