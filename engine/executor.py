"""Does what the scheduler says: calls nodes, keeps their results, tells events."""

from __future__ import annotations

import queue
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.errors import CycleFound, EngineError, Paused
from engine.events import NodeFailed, NodeFinished, NodeReused, NodeStarted
from engine.graph import Graph, GraphNode, NodeId, find_cycle
from engine.lanes import Lanes, without_gradients
from engine.results import MISSING, Outputs
from engine.running.caller import Caller, Running
from engine.running.calling import Raw, merge
from engine.running.expansion import build_nodes, check_links, links_in
from engine.running.failures import as_node_error
from engine.running.instances import Instances
from engine.running.keeper import Keeper
from engine.running.report import Report, Trace
from engine.running.tasks import tasks_of
from engine.running.warnings import Warnings
from engine.scheduler import Finished, Instruction, Release, Reuse, Run, Scheduler
from engine.shielding.changes import Manners
from engine.shielding.mender import Mender

if TYPE_CHECKING:
    from engine.cache import Cache
    from engine.context import JobContext
    from engine.registry import Registry
    from engine.signature import Key, Signer

#: How often a wait looks whether the job was cancelled, seconds.
LOOK_S = 0.2


@dataclass(slots=True)
class Surroundings:
    """What an executor works with; shared by the jobs of one engine."""

    registry: Registry
    cache: Cache
    lanes: Lanes
    instances: Instances = field(default_factory=Instances)
    manners: Manners = field(default_factory=Manners)


class Executor:
    """One run of one graph."""

    def __init__(
        self, graph: Graph, surroundings: Surroundings, signer: Signer, job: JobContext
    ) -> None:
        self._around = surroundings
        self._job = job
        self._nodes: dict[NodeId, GraphNode] = dict(graph.nodes)
        self._results: dict[NodeId, Outputs] = {}
        self._keeper = Keeper(surroundings.cache, surroundings.lanes, signer, job.recordings)
        self._keeper.sign(self._nodes)
        around = surroundings
        self._caller = Caller(
            around.lanes,
            around.instances,
            job,
            self._results,
            self._nodes,
            self._keeper.keys,
            around.manners,
        )
        self._running: dict[NodeId, Running] = {}
        self._mender = Mender(
            self._keeper, job.emit, around.manners, self._nodes, self._results, self._running
        )
        self._warnings = Warnings(job.emit, self._nodes, self._keeper.keys)
        self._returned: queue.SimpleQueue[tuple[NodeId, Future[Any]]] = queue.SimpleQueue()
        #: what to do next, the next at the end
        self._todo: list[Instruction] = []
        self._ran: list[NodeId] = []
        self._reused: set[NodeId] = set()
        #: nodes that were not called, because an input of every call was blocked
        self._blocked: set[NodeId] = set()
        #: node -> the node that expanded to it
        self._grown_from = self._caller.grown_from
        #: nodes that expand to some that show or save; these must run again, each for its owner
        self._show_inside: set[NodeId] = set()
        self._ui: dict[NodeId, Mapping[str, Sequence[Any]]] = {}
        self._error: EngineError | None = None
        self._is_stopped = False
        self._scheduler = Scheduler(
            tasks_of(self._nodes, graph.outputs()),
            self._keeper.is_stored,
            surroundings.lanes.slots(),
        )

    def run(
        self,
        targets: Sequence[NodeId],
        outputs: Mapping[str, tuple[NodeId, int]],
        before: Trace | None = None,
    ) -> Report:
        """Run until the targets are done, a node fails, or the job is cancelled.

        Args:
            targets: nodes to run.
            outputs: name -> node and output whose values the report hands out.
            before: the run to compare with in explanations.
        """
        self._around.cache.refresh()
        with without_gradients():
            self._loop(self._scheduler.start(targets, {key for key, _ in outputs.values()}))
        self._keeper.flush()
        if isinstance(self._error, Paused):
            self._error = self._job.cancellation.reason()  # it may have been cancelled meanwhile
        return Report(
            ran=self._ran,
            reused=frozenset(self._reused),
            blocked=frozenset(self._blocked),
            outputs={
                name: self._results[node_id].lists[index]
                for name, (node_id, index) in outputs.items()
                if node_id in self._results
            },
            ui=self._ui,
            error=self._error,
            trace=Trace(self._nodes, self._keeper.keys),
            before=before or Trace(),
        )

    def _loop(self, instructions: list[Instruction]) -> None:
        """Carry out instructions; what they bring about gives the next ones."""
        todo = self._todo
        todo += reversed(instructions)
        while True:
            while todo:
                if self._job.cancellation.is_cancelled:
                    todo += reversed(self._stop())
                instruction = todo.pop()
                if isinstance(instruction, Finished):
                    self._note_stuck(instruction)
                    return
                todo += reversed(self._carry_out(instruction))
            todo += reversed(self._wait())
            if self._job.cancellation.is_cancelled:
                todo += reversed(self._stop())

    def _wait(self) -> list[Instruction]:
        """Wait a while for what a lane gives back."""
        try:
            returned = self._returned.get(timeout=LOOK_S)
        except queue.Empty:
            return []
        except KeyboardInterrupt:
            if self._is_stopped:
                raise
            self._job.cancellation.cancel()
            return []
        return self._take(*returned)

    def _stop(self) -> list[Instruction]:
        """Start nothing new, once; end what waits: coroutines, and work that no lane has begun.

        A pause lets a sampler finish its step, so that its answer is recorded.
        """
        if self._is_stopped:
            return []
        self._is_stopped = True
        reason = self._job.cancellation.reason()
        for running in self._running.values():
            goes_on = isinstance(reason, Paused) and running.is_sampling
            if running.future is not None and not goes_on:
                running.future.cancel()
        self._error = self._error or reason
        return self._scheduler.stop()

    def _note_stuck(self, finished: Finished) -> None:
        if not finished.stuck or self._error is not None:
            return
        cycle = find_cycle({key: self._waits_for(key) for key in finished.stuck})
        names = " -> ".join(self._nodes[node_id].name for node_id in [*cycle, cycle[0]])
        self._error = CycleFound(
            f"Nodes wait for each other: {names}. One of them was added while running.",
            node_id=cycle[0],
            details={"nodes": cycle},
        )
        shown_at = self._nodes[cycle[0]].shown_at or cycle[0]
        self._job.emit(NodeFailed(shown_at, cycle[0], self._error.as_json()))

    def _waits_for(self, node_id: NodeId) -> list[NodeId]:
        running = self._running.get(node_id)
        returned = links_in(running.raws) if running and running.raws else []
        return [*self._nodes[node_id].parents(), *(link.node for link in returned)]

    def _carry_out(self, instruction: Instruction) -> list[Instruction]:
        if isinstance(instruction, Run):
            if self._is_stopped:
                return self._scheduler.failed(instruction.node_id)
            if self._mender.is_behind:
                again = [instruction.node_id]
                return self._scheduler.spoiled(self._mender.harmed(), again)
            return self._start(instruction.node_id)
        if isinstance(instruction, Reuse):
            outputs = self._keeper.stored(instruction.node_id)
            if outputs is MISSING:
                return self._scheduler.lost(instruction.node_id)
            return self._reuse(instruction.node_id, outputs)
        if isinstance(instruction, Release):
            self._results.pop(instruction.node_id, None)
        return []

    def _reuse(self, node_id: NodeId, outputs: Outputs) -> list[Instruction]:
        self._results[node_id] = outputs
        self._reused.add(node_id)
        if outputs.ui is not None:
            self._ui[node_id] = outputs.ui
        node = self._nodes[node_id]
        self._job.emit(NodeReused(node.shown_at or node_id, node_id, outputs.ui))
        self._warnings.tell_again(node, outputs)
        return self._scheduler.done(node_id)

    def _start(self, node_id: NodeId) -> list[Instruction]:
        """Call a node, or go on with one that waited for others."""
        node = self._nodes[node_id]
        try:
            running = self._running.get(node_id)
            if running is None:
                if node_id not in self._keeper.keys:
                    outputs = self._keeper.late(node, self._results)
                    if outputs is not MISSING:
                        return self._reuse(node_id, outputs)
                running = self._running[node_id] = Running()
                self._job.emit(NodeStarted(node.shown_at or node_id, node_id))
            if running.raws is not None:
                return self._finish(node, running, running.raws)
            if node.spec.check_lazy and (wanted := self._caller.wanted(node, running)):
                return self._scheduler.waits(node_id, wanted)
            raws = self._caller.call(node, running)
            if not isinstance(raws, Future):
                return self._finish(node, running, raws)
            running.future = raws
            raws.add_done_callback(lambda done: self._returned.put((node_id, done)))
        except (Exception, SystemExit) as problem:  # noqa: BLE001 a node may raise anything
            return self._fail(node, problem)
        return []

    def _take(self, node_id: NodeId, future: Future[Any]) -> list[Instruction]:
        """Take what a lane gave back."""
        node = self._nodes[node_id]
        try:
            return self._finish(node, self._running[node_id], future.result())
        except BaseException as problem:  # noqa: BLE001 a node may raise and return anything
            return self._fail(node, problem)

    def _finish(self, node: GraphNode, running: Running, raws: Sequence[Raw]) -> list[Instruction]:
        """Keep a node's result, or wait for the nodes it expanded to."""
        expands = running.raws is None and any(raw.expand is not None for raw in raws)
        if not self._settle(node, running, by="" if expands else node.id):
            return []
        if expands:
            running.raws = raws
            return self._expand(node, raws)
        merged = merge(node.spec, raws, self._results)
        ended = time.perf_counter()
        seconds = ended - running.started
        self._mender.ended[node.id] = ended
        outputs = Outputs(
            merged.lists,
            merged.ui,
            files=tuple(running.context.written) if running.context else (),
            cost_s=seconds,
            warnings=self._warned(node, running),
        )
        is_blocked = node.id in self._caller.blocked
        if not is_blocked and node.id not in self._show_inside:
            self._keeper.store(node, outputs, self._results)
        del self._running[node.id]
        self._results[node.id] = outputs
        if is_blocked and all(raw.is_blocked for raw in raws):
            self._blocked.add(node.id)
        else:
            self._ran.append(node.id)
        if outputs.ui is not None:
            self._ui[node.id] = outputs.ui
        self._job.emit(NodeFinished(node.shown_at or node.id, node.id, seconds, outputs.ui))
        return self._scheduler.done(node.id)

    def _warned(self, node: GraphNode, running: Running) -> tuple[tuple[Key, str], ...]:
        messages = running.context.warned if running.context else ()
        used = [*node.links.values(), *links_in(running.raws or ())]
        above = (self._results[link.node] for link in used if link.node in self._results)
        return self._warnings.of(node, messages, above)

    def _settle(self, node: GraphNode, running: Running, by: NodeId) -> bool:
        """Have made again what was changed in place; False where the node itself begins anew."""
        harmed = self._mender.settle(node, running)
        again = [node.id] if running.is_spoiled else []
        if again:
            self._keeper.forget_recordings(node.id)
            del self._running[node.id]
            by = ""
        if harmed or again:
            self._todo += reversed(self._scheduler.spoiled(harmed, again, by))
        return not again

    def _expand(self, node: GraphNode, raws: Sequence[Raw]) -> list[Instruction]:
        new: dict[NodeId, GraphNode] = {}
        for raw in raws:
            present = {**self._nodes, **new} if new else self._nodes
            around = self._around.registry, self._job.folders
            new |= build_nodes(node, raw.expand or {}, present, *around)
        self._nodes |= new
        self._grown_from |= dict.fromkeys(new, node.id)
        links = links_in(raws)
        check_links(node, links, self._nodes)
        self._keeper.sign(new)
        targets = [node_id for node_id, each in new.items() if each.spec.is_output]
        if targets:
            self._note_shown_inside(node.id)
        tasks = tasks_of(new, targets)
        return self._scheduler.expanded(node.id, tasks, targets, [link.node for link in links])

    def _note_shown_inside(self, node_id: NodeId | None) -> None:
        while node_id is not None:
            self._show_inside.add(node_id)
            node_id = self._grown_from.get(node_id)

    def _fail(self, node: GraphNode, problem: BaseException) -> list[Instruction]:
        running = self._running.get(node.id)
        if running is not None and not self._settle(node, running, by=node.id):
            return []
        error = as_node_error(node, problem)
        self._running.pop(node.id, None)
        if self._error is None:
            self._error = error
            if not isinstance(error, Paused):
                self._job.emit(NodeFailed(node.shown_at or node.id, node.id, error.as_json()))
        if not self._job.cancellation.is_cancelled:
            self._job.cancellation.cancel()
        return self._scheduler.failed(node.id)
