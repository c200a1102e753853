"""The store of results: memory in front, disk behind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from engine.cache.codecs import Codecs
from engine.cache.disk_tier import DiskTier
from engine.cache.memory_tier import MemoryTier
from engine.cache.places import places_in
from engine.cache.sizes import size_of
from engine.results import MISSING, Blocker, Outputs

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Cache", "Codecs", "DiskTier", "Heard", "MemoryTier", "Spoil"]

#: What reading a result from a disk costs: opening the file, and its bytes.
OPEN_S = 0.01
BYTES_PER_S = 500e6


@dataclass(frozen=True, slots=True)
class Spoil:
    """A change in place of values that others use.

    Attributes:
        places: where in memory they lie.
        since: when the node that changed them started, by `time.perf_counter`.
    """

    places: frozenset[int]
    since: float


@dataclass(slots=True, eq=False)
class Heard:
    """How far a run has heard of changes: later ones hang on it, earlier ones are let go."""

    spoil: Spoil | None = None
    after: Heard | None = None

    def __iter__(self) -> Iterator[Heard]:
        """Go through what came after it."""
        heard = self.after
        while heard is not None:
            yield heard
            heard = heard.after


class Cache:
    """Outputs by content key."""

    def __init__(self, memory: MemoryTier, disk: DiskTier | None = None) -> None:
        self.memory = memory
        self.disk = disk
        #: the newest change in place; a run goes on from here to what happens later
        self.newest = Heard()
        self._spoiling = Lock()

    def refresh(self) -> None:
        """Notice what other processes stored."""
        if self.disk is not None:
            self.disk.refresh()

    def __contains__(self, key: str) -> bool:
        return key in self.memory or (self.disk is not None and key in self.disk)

    def get(self, key: str) -> Any:
        """Return the outputs under a key, or MISSING; output files must still be there."""
        outputs = self.memory.get(key)
        if outputs is MISSING and self.disk is not None:
            outputs = self.disk.get(key)
            if outputs is not MISSING:
                self.memory.put(key, outputs)
        if outputs is not MISSING and outputs.files and not _files_stand(outputs):
            self.drop(key)
            return MISSING
        return outputs

    def put(self, key: str, outputs: Outputs) -> None:
        """Store outputs where they are worth it."""
        self.memory.put(key, outputs)

    def put_on_disk(self, key: str, outputs: Outputs) -> bool:
        """Write outputs to the disk tier; call it off the main thread."""
        return self.disk is not None and self.disk.put(key, outputs)

    def is_worth_disk(self, outputs: Outputs) -> bool:
        """Say whether making a result again costs more than reading it."""
        if self.disk is None or outputs.cost_s <= OPEN_S or _is_blocked(outputs):
            return False
        return outputs.cost_s > OPEN_S + size_of(outputs) / BYTES_PER_S

    def spoil(self, spoil: Spoil) -> None:
        """Forget the values in memory that were changed, and let every run know."""
        self.memory.drop_where(lambda outputs: not spoil.places.isdisjoint(places_in(outputs)))
        with self._spoiling:  # last: who has heard of it must not find the values any more
            self.newest.after = self.newest = Heard(spoil)

    def drop(self, key: str) -> None:
        """Forget one result."""
        self.memory.drop(key)
        if self.disk is not None:
            self.disk.drop(key)


def _is_blocked(outputs: Outputs) -> bool:
    return any(isinstance(value, Blocker) for values in outputs.lists for value in values)


def _files_stand(outputs: Outputs) -> bool:
    for name, size in outputs.files:
        path = Path(name)
        if not path.is_file() or path.stat().st_size != size:
            return False
    return True
