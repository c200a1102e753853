"""The results of one run under their content keys: looked up before, stored after."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Set
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.cache.places import places_in
from engine.errors import PathError
from engine.graph import GraphNode, NodeId
from engine.recordings import recordings_of
from engine.results import MISSING, Outputs
from engine.signature import Key, Signer, is_cacheable

if TYPE_CHECKING:
    from engine.cache import Cache
    from engine.lanes import Lanes

logger = logging.getLogger(__name__)


class _Write(NamedTuple):
    """A result on its way to the disk, and where in memory its tensors lie."""

    key: Key
    places: frozenset[int]
    future: Future[Any]


@dataclass(slots=True)
class Keeper:
    """Knows the keys of a run's nodes.

    Attributes:
        recordings: where sampling nodes record; what stands for one on disk replaces its recording.
        keys: node -> key, for the nodes whose key is known by now.
    """

    cache: Cache
    lanes: Lanes
    signer: Signer
    recordings: Path | None = None
    keys: dict[NodeId, Key] = field(default_factory=dict[NodeId, Key])
    _writes: list[_Write] = field(default_factory=list["_Write"])

    def sign(self, nodes: Mapping[NodeId, GraphNode]) -> None:
        """Make the keys that can be known before the run; parents come before their children."""
        for node_id, node in nodes.items():
            key = self.signer.sign(node, self.keys)
            if key is not None:
                self.keys[node_id] = key

    def is_stored(self, node_id: NodeId) -> bool:
        """Say whether a node's result is stored; it may be gone when it is taken."""
        key = self.keys.get(node_id)
        return key is not None and key in self.cache

    def stored(self, node_id: NodeId) -> Any:
        """Return a node's stored result, or MISSING."""
        return self.cache.get(self.keys[node_id])

    def late(self, node: GraphNode, results: Mapping[NodeId, Outputs]) -> Any:
        """Make a key that needed values from the run; return what is stored, or MISSING."""
        key = self.signer.sign(node, self.keys, _arrived(node, results))
        if key is None:
            return MISSING
        self.keys[node.id] = key
        return self.cache.get(key)

    def store(self, node: GraphNode, outputs: Outputs, results: Mapping[NodeId, Outputs]) -> None:
        """Store a result, unless a file changed while the node read it."""
        key = self.keys.get(node.id)
        if key is None or not is_cacheable(key):
            return
        spec = node.spec
        reads_files = spec.file_inputs or (spec.is_dynamic and node.file_inputs)
        if reads_files and self._sign_again(node, results) != key:
            logger.info("A file changed while node %s read it", node.name)
            return
        self.cache.put(key, outputs)
        if self.cache.is_worth_disk(outputs):
            write = partial(self._put_on_disk, node.id, key, outputs)
            places = frozenset(places_in(outputs))
            self._writes.append(_Write(key, places, self.lanes.submit("io", write)))

    def _put_on_disk(self, node_id: NodeId, key: Key, outputs: Outputs) -> None:
        if self.cache.put_on_disk(key, outputs):
            self.forget_recordings(node_id)

    def forget_recordings(self, node_id: NodeId) -> None:
        """Remove what a node has recorded."""
        if self.recordings is not None:
            for path in recordings_of(self.recordings, node_id):
                path.unlink(missing_ok=True)

    def _sign_again(self, node: GraphNode, results: Mapping[NodeId, Outputs]) -> Key | None:
        try:
            return self.signer.sign(node, self.keys, _arrived(node, results))
        except PathError:
            return None

    def forget(self, node_ids: Collection[NodeId], places: Set[int]) -> None:
        """Drop results of these nodes, and what was written while it may have been changed.

        What the disk had before the run is good, and may stand for a node again.
        """
        keys = {self.keys[node_id] for node_id in node_ids if node_id in self.keys}
        for key in keys:
            self.cache.memory.drop(key)
        for node_id in node_ids:
            self.forget_recordings(node_id)
        for write in self._writes:
            if write.key in keys or not places.isdisjoint(write.places):
                wait((write.future,))
                self.cache.drop(write.key)

    def flush(self) -> None:
        """Wait until all is written."""
        if self._writes:
            wait([write.future for write in self._writes])


def _arrived(node: GraphNode, results: Mapping[NodeId, Outputs]) -> dict[str, list[Any]]:
    """Return the values of linked inputs that name files."""
    return {
        each.name: results[link.node].lists[link.output]
        for each in node.file_inputs
        if (link := node.links.get(each.name)) is not None and link.node in results
    }
