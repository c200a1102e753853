"""Objects of class-based nodes, kept from run to run."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.graph import NodeId

#: More than any one graph has; what was not called for longest is let go first.
MOST = 5000


@dataclass(slots=True)
class Instances:
    """One object for each node id and class."""

    _kept: OrderedDict[tuple[NodeId, type], Any] = field(
        default_factory=OrderedDict[tuple["NodeId", type], Any]
    )
    _lock: Lock = field(default_factory=Lock)

    def __len__(self) -> int:
        return len(self._kept)

    def of(self, node_id: NodeId, kind: type) -> Any:
        """Return the object of a node, made when it is first asked for."""
        key = node_id, kind
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = kind()
        with self._lock:
            kept = self._kept.setdefault(key, made)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return kept

    def forget(self, kinds: Collection[type | None]) -> None:
        """Let go of all objects of some classes."""
        with self._lock:
            for key in [key for key in self._kept if key[1] in kinds]:
                del self._kept[key]
