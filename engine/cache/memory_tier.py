"""Results in memory, bounded in bytes.

What is given up first is what costs least to make again for the room it takes, aged so that old
results go in the end (GreedyDual-Size; Cao and Irani 1997).
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.cache.sizes import size_of
from engine.results import MISSING, Outputs

#: What keeping an entry costs beside its values.
OVERHEAD_BYTES = 600


@dataclass(slots=True)
class _Entry:
    outputs: Outputs
    size: int
    credit: float


class MemoryTier:
    """A mapping from key to outputs that forgets; safe to use from several threads."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.used_bytes = 0
        self._entries: dict[str, _Entry] = {}
        #: (credit, key); an entry whose credit has since risen is put back when it is met
        self._heap: list[tuple[float, str]] = []
        self._age = 0.0
        self._lock = threading.Lock()

    def get(self, key: str) -> Any:
        """Return the outputs under a key, or MISSING."""
        entry = self._entries.get(key)
        if entry is None:
            return MISSING
        entry.credit = self._credit(entry.outputs, entry.size)
        return entry.outputs

    def put(self, key: str, outputs: Outputs) -> None:
        """Keep outputs, giving up others where there is no room; too large ones are not kept."""
        size = OVERHEAD_BYTES + size_of(outputs)
        if size > self.limit_bytes:
            return
        entry = _Entry(outputs, size, self._credit(outputs, size))
        with self._lock:
            self._forget(key)
            self._entries[key] = entry
            self.used_bytes += size
            heapq.heappush(self._heap, (entry.credit, key))
            while self.used_bytes > self.limit_bytes:
                self._give_up_one()

    def drop(self, key: str) -> None:
        """Forget one result."""
        with self._lock:
            self._forget(key)

    def drop_where(self, is_meant: Callable[[Outputs], bool]) -> None:
        """Forget the results that `is_meant` says; it is asked for every one."""
        with self._lock:
            entries = list(self._entries.items())
        for key, entry in entries:
            if is_meant(entry.outputs):
                self.drop(key)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._entries.clear()
            self._heap.clear()
            self.used_bytes = 0

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def _credit(self, outputs: Outputs, size: int) -> float:
        return self._age + outputs.cost_s / size

    def _forget(self, key: str) -> None:
        if (entry := self._entries.pop(key, None)) is not None:
            self.used_bytes -= entry.size

    def _give_up_one(self) -> None:
        while True:
            credit, key = heapq.heappop(self._heap)
            entry = self._entries.get(key)
            if entry is None:
                continue
            if entry.credit > credit:
                heapq.heappush(self._heap, (entry.credit, key))
                continue
            self._age = credit
            self._forget(key)
            return
