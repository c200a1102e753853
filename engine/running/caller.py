"""Calls one node on its lane, with the inputs and hidden values it declares."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.context import Context, JobContext
from engine.events import Warned
from engine.graph import GraphNode, NodeId
from engine.parameters import taken_by
from engine.running.calling import Raw, call_all, call_all_async, lazy_inputs_wanted, prepare
from engine.running.dynprompt import DynamicPrompt
from engine.shielding.changes import Changes, Manners
from engine.shielding.shield import shielded, shielded_check
from engine.signature import Key, is_cacheable

if TYPE_CHECKING:
    from engine.lanes import Lanes
    from engine.results import Blocker, Outputs
    from engine.running.instances import Instances

_NOTHING: Mapping[str, Any] = {}


@dataclass(slots=True)
class Running:
    """A node between its start and its result."""

    started: float = field(default_factory=time.perf_counter)
    context: Context | None = None
    #: what it returned, while it waits for the nodes that it expanded to
    raws: Sequence[Raw] | None = None
    #: what it is doing on another lane
    future: Future[Any] | None = None
    #: what a pack's node did to its inputs
    changes: Changes | None = None
    #: a value that it was called with was changed meanwhile
    is_spoiled: bool = False
    #: lazy inputs that it has been given so far
    asked: set[str] = field(default_factory=set[str])

    @property
    def is_sampling(self) -> bool:
        """Say whether the device lane drives a task of it."""
        return self.context is not None and self.context.is_sampling


@dataclass(slots=True)
class Caller:
    """Calls nodes of one run.

    Attributes:
        results: what nodes gave so far; written by the executor.
        nodes: all nodes of the run, for those that look at the graph they are in.
        keys: content keys of nodes, as far as they are known.
        manners: how node types of packs treated their inputs before.
        blocked: nodes with a call that was left out, as an input was blocked; written here.
        grown_from: node -> the node that expanded to it; written by the executor.
    """

    lanes: Lanes
    instances: Instances
    job: JobContext
    results: Mapping[NodeId, Outputs]
    nodes: Mapping[NodeId, GraphNode]
    keys: Mapping[NodeId, Key]
    manners: Manners = field(default_factory=Manners)
    blocked: set[NodeId] = field(default_factory=set[NodeId])
    grown_from: dict[NodeId, NodeId] = field(default_factory=dict[NodeId, NodeId])

    def wanted(self, node: GraphNode, running: Running) -> list[NodeId]:
        """Return the nodes behind the lazy inputs that a node asks for now."""
        check = node.spec.check_lazy
        if check is None:
            return []
        bound = self._bound(node, check)
        if node.spec.hidden and (hidden := taken_by(check, self._hidden(node, running))):
            bound = partial(bound, **hidden)
        if node.spec.source:
            kind = (node.spec.source, node.spec.id)
            changes = running.changes = running.changes or self.manners.changes(kind)
            bound = shielded_check(node.spec, bound, changes)
        names = lazy_inputs_wanted(node.spec, prepare(node, self.results), bound)
        fresh = [name for name in names if name in node.links and name not in running.asked]
        running.asked.update(fresh)
        return [node.links[name].node for name in fresh]

    def call(self, node: GraphNode, running: Running) -> Sequence[Raw] | Future[Sequence[Raw]]:
        """Call a node; what runs on another lane comes back as a future."""
        spec = node.spec
        running.is_spoiled = False  # what it gets is taken now
        call = prepare(node, self.results)
        hidden = self._hidden(node, running) if spec.hidden else {}
        function = self._bound(node, spec.function) if spec.instance_of else spec.function
        if spec.source:
            kind = (spec.source, spec.id)
            changes = running.changes = running.changes or self.manners.changes(kind)
            copies_all = kind in self.manners.changers
            function = shielded(spec, function, hidden, changes, copies_all=copies_all)
            hidden = _NOTHING
        given: tuple[Any, ...] = (spec, call, function, hidden, partial(self._on_blocked, node))
        if spec.is_async:
            return self.lanes.submit_coroutine(call_all_async(*given))
        if spec.lane == "inline":
            return call_all(*given)
        return self.lanes.submit(spec.lane, partial(call_all, *given))

    def _hidden(self, node: GraphNode, running: Running) -> dict[str, Any]:
        key = self.keys.get(node.id)
        if key is not None and not is_cacheable(key):
            key = None
        context = running.context = Context(self.job, node.id, node.shown_at, key)
        return {name: self._hidden_value(what, context) for name, what in node.spec.hidden.items()}

    def _hidden_value(self, what: str, context: Context) -> Any:
        match what:
            case "context":
                return context
            case "unique_id":
                return context.node_id
            case "prompt":
                return deepcopy(dict(self.job.prompt))  # it may be changed, the job's not
            case "extra_pnginfo":
                return deepcopy(dict(self.job.extra_pnginfo))
            case "dynprompt":
                return DynamicPrompt(self.nodes, self.grown_from, self.job.prompt)
            case _:
                return None

    def _bound(self, node: GraphNode, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with its instance, where a node keeps one."""
        kind = node.spec.instance_of
        if kind is None:
            return function
        return function.__get__(self.instances.of(node.id, kind), kind)

    def _on_blocked(self, node: GraphNode, blocker: Blocker) -> None:
        self.blocked.add(node.id)
        if blocker.message is not None:
            self.job.emit(Warned(node.shown_at or node.id, f"Blocked: {blocker.message}"))
