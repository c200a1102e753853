"""Values that a pack's node changed in place: dropped wherever they lie, and made again.

A run hears of them through the cache, whether one of its own nodes did it or another job's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.cache import Heard, Spoil
from engine.cache.places import places_in
from engine.events import Event, Warned
from engine.graph import GraphNode, NodeId

if TYPE_CHECKING:
    from engine.results import Outputs
    from engine.running.caller import Running
    from engine.running.keeper import Keeper
    from engine.shielding.changes import Manners


@dataclass(slots=True)
class Mender:
    """What one run knows of spoiled values.

    Attributes:
        manners: how node types of packs treat their inputs.
        nodes: all nodes of the run; written by the executor, like the next two.
        results: what nodes gave so far; spoiled ones are taken out here.
        running: nodes between their start and their result.
        ended: node -> when it gave its result, by `time.perf_counter`.
    """

    keeper: Keeper
    emit: Callable[[Event], None]
    manners: Manners
    nodes: Mapping[NodeId, GraphNode]
    results: dict[NodeId, Outputs]
    running: Mapping[NodeId, Running]
    ended: dict[NodeId, float] = field(default_factory=dict[NodeId, float])
    #: node that changed values in place -> where they lay, and when it was done with them
    _own: dict[NodeId, tuple[frozenset[int], float]] = field(init=False)
    _heard: Heard = field(init=False)

    def __post_init__(self) -> None:
        self._own = {}
        self._heard = self.keeper.cache.newest

    @property
    def is_behind(self) -> bool:
        """Say whether values were changed since the last look."""
        return self._heard.after is not None

    def settle(self, node: GraphNode, running: Running) -> list[NodeId]:
        """Warn of what a node changed in place; return the nodes whose results are gone."""
        changes, running.changes = running.changes, None
        own = ""
        kind = (node.spec.source, node.spec.id)
        if changes is not None and not changes:
            self.manners.polite.add(kind)
        if changes:
            self.emit(Warned(node.shown_at or node.id, changes.message(node.spec)))
            if changes.in_place:
                own = node.id
                self.manners.changers.add(kind)
                places = frozenset(changes.places)
                self._own[own] = places, time.perf_counter()
                self.keeper.cache.spoil(Spoil(places, running.started))
        return self.harmed(but=own) if self.is_behind else []

    def harmed(self, but: NodeId = "") -> list[NodeId]:
        """Forget what was changed since the last look, and what may have been made from it.

        Args:
            but: the node of this run that changed it; what it gave is its own.

        Returns:
            the nodes whose results are gone; running ones that use them are marked.
        """
        later = list(self._heard)
        self._heard = later[-1]
        spoils = [each.spoil for each in later if each.spoil is not None]
        places = {place for spoil in spoils for place in spoil.places}
        harmed = [
            node_id
            for node_id, outputs in self.results.items()
            if node_id != but and not places.isdisjoint(places_in(outputs))
        ]
        since = min(spoil.since for spoil in spoils)
        for node_id, (own, ended) in self._own.items():  # two may have changed one value at once
            if ended >= since and node_id != but and not own.isdisjoint(places):
                harmed.append(node_id)
        for node_id, ended in self.ended.items():  # in their order, so that it goes on downward
            if ended >= since and node_id != but and self._uses(node_id, harmed):
                harmed.append(node_id)
        for node_id, running in self.running.items():
            if running.raws is None and node_id != but and self._uses(node_id, harmed):
                running.is_spoiled = True
        for node_id in harmed:
            self.results.pop(node_id, None)
            self.ended.pop(node_id, None)
            self._own.pop(node_id, None)
        self.keeper.forget(harmed, places)
        return harmed

    def _uses(self, node_id: NodeId, others: list[NodeId]) -> bool:
        return any(link.node in others for link in self.nodes[node_id].links.values())
