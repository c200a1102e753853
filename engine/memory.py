"""Which weights are resident: a byte budget, and the least valuable entry leaves first.

The value of an entry is the time it took to load against its size, aged by what was evicted since
its last use: the GreedyDual-Size algorithm (Cao & Irani 1997, "Cost-Aware WWW Proxy Caching").
Knows no torch; what an entry is and how large is the caller's to say.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Resident:
    """What is known of one entry, for `doctor` and for tests."""

    key: Hashable
    size_bytes: int
    load_s: float


@dataclass(slots=True)
class _Entry:
    value: Any
    size_bytes: int
    load_s: float
    on: Hashable = None
    priority: float = 0.0


def _nothing(_: Any) -> None:
    return None


class Memory:
    """Keeps loaded weights within `budget_bytes`; safe to use from several threads.

    An entry that leaves is only forgotten here: whoever still computes with it keeps it alive. One
    that another shares memory with leaves after that one.
    One that alone is larger than the budget is handed out and not kept.
    """

    def __init__(self, budget_bytes: int) -> None:
        self.budget_bytes = budget_bytes
        self._lock = threading.Lock()
        self._entries: dict[Hashable, _Entry] = {}
        self._loading: dict[Hashable, Future[Any]] = {}
        self._age = 0.0

    def get(
        self,
        key: Hashable,
        load: Callable[[], T],
        size_of: Callable[[T], int],
        on: Callable[[T], Hashable] = _nothing,
    ) -> T:
        """Return the entry of `key`, loading it once however many threads ask.

        Args:
            key: names content, dtype and device; equal keys mean interchangeable values.
            load: makes the value; what it raises reaches everyone who waits for it.
            size_of: bytes the loaded value holds, without those of the entry it is on.
            on: key of an entry whose memory the loaded value shares; None if of none. That one
                stays as long as this one, since it could not be freed; if it is not there, this
                one is handed out and not kept.
        """
        with self._lock:
            if (entry := self._entries.get(key)) is not None:
                self._touch(entry)
                if (below := self._entries.get(entry.on)) is not None:
                    self._touch(below)
                return entry.value
            mine: Future[T] = Future()
            loading = self._loading.setdefault(key, mine)
        if loading is not mine:
            return loading.result()
        return self._load(key, mine, load, size_of, on)

    def make_room(self, size_bytes: int) -> None:
        """Forget entries until this much fits; a `load` that knows its size calls it first."""
        with self._lock:
            self._evict_for(size_bytes)

    def forget_others(self, key: Hashable) -> bool:
        """Forget all but one entry and the one it is on; say whether others held anything."""
        with self._lock:
            kept = set(self._below(key))
            others = {each: entry for each, entry in self._entries.items() if each not in kept}
            for each in others:
                del self._entries[each]
            return any(entry.size_bytes for entry in others.values())

    def drop(self, key: Hashable) -> bool:
        """Forget an entry and those that are on it; say whether it was there."""
        with self._lock:
            above = [each for each in self._entries if key in self._below(each)]
            for each in above:
                del self._entries[each]
            return key in above

    def resident(self) -> list[Resident]:
        """List the entries, the one that would leave first at the front."""
        with self._lock:
            entries = sorted(self._entries.items(), key=lambda item: item[1].priority)
            return [Resident(key, entry.size_bytes, entry.load_s) for key, entry in entries]

    @property
    def used_bytes(self) -> int:
        """Bytes of all entries."""
        with self._lock:
            return self._used()

    def _load(
        self,
        key: Hashable,
        mine: Future[T],
        load: Callable[[], T],
        size_of: Callable[[T], int],
        on: Callable[[T], Hashable],
    ) -> T:
        started = time.perf_counter()
        try:
            value = load()
            seconds = time.perf_counter() - started
            entry = _Entry(value, size_of(value), seconds, on(value))
        except BaseException as problem:
            with self._lock:
                del self._loading[key]
            mine.set_exception(problem)
            raise
        with self._lock:
            del self._loading[key]
            self._keep(key, entry)
        mine.set_result(value)
        return value

    def _keep(self, key: Hashable, entry: _Entry) -> None:
        if entry.on is not None and entry.on not in self._entries:
            return
        held = sum(self._entries[each].size_bytes for each in self._below(entry.on))
        if entry.size_bytes + held <= self.budget_bytes:
            self._evict_for(entry.size_bytes, entry.on)
            self._touch(entry)
            self._entries[key] = entry

    def _below(self, key: Hashable) -> list[Hashable]:
        """Return the keys of an entry and of all that it is on; none if it is not there."""
        found: list[Hashable] = []
        while (entry := self._entries.get(key)) is not None:
            found.append(key)
            key = entry.on
        return found

    def _touch(self, entry: _Entry) -> None:
        entry.priority = self._age + entry.load_s / max(entry.size_bytes, 1)

    def _evict_for(self, size_bytes: int, on: Hashable = None) -> None:
        excess = self._used() + size_bytes - self.budget_bytes
        while excess > 0:
            held = {on, *(entry.on for entry in self._entries.values())}
            free = [key for key in self._entries if key not in held]
            if not free:
                return
            key = min(free, key=lambda key: self._entries[key].priority)
            entry = self._entries.pop(key)
            self._age = entry.priority
            excess -= entry.size_bytes

    def _used(self) -> int:
        return sum(entry.size_bytes for entry in self._entries.values())
