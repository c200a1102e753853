"""Decides which node runs next. Pure: events go in, instructions come out.

It knows no clock, thread or value, only ids. Nodes above a stored result are not looked at. Among
nodes that are ready, those that show or save something and those that mostly wait come first,
then those that feed an output directly, then those two steps away, else first come.

A node may come back with more to wait for: lazy inputs that it asks for, or the nodes of the
subgraph it expanded to. It is then run again when these are done.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping

import msgspec

NodeId = str
FARTHEST_RANK = 3


class Task(msgspec.Struct, frozen=True, gc=False):
    """What the scheduler knows of a node.

    Attributes:
        parents: nodes whose results it needs before it can start.
        uses: nodes whose results it may use: the parents and what lazy inputs name.
        lane: where it runs.
        rank: 0 runs before 3.
    """

    parents: Collection[NodeId]
    uses: Collection[NodeId]
    lane: str = "inline"
    rank: int = FARTHEST_RANK


class Run(msgspec.Struct, frozen=True, gc=False):
    """Call the node, or go on with it after what it waited for."""

    node_id: NodeId


class Reuse(msgspec.Struct, frozen=True, gc=False):
    """Take the node's stored result; answer `done`, or `lost` if it is not there any more."""

    node_id: NodeId


class Release(msgspec.Struct, frozen=True, gc=False):
    """Nothing in this run uses the node's result any more."""

    node_id: NodeId


class Finished(msgspec.Struct, frozen=True, gc=False):
    """All is done, or all that was running when the job was stopped has ended.

    Attributes:
        stuck: nodes that wait for each other; empty when all went well.
    """

    stuck: tuple[NodeId, ...] = ()


Instruction = Run | Reuse | Release | Finished


class Scheduler:
    """The state of one run.

    Args:
        tasks: every node that may run.
        is_stored: says whether a node's result is stored.
        slots: lane -> how many of its nodes may run at once.
    """

    def __init__(
        self,
        tasks: Mapping[NodeId, Task],
        is_stored: Callable[[NodeId], bool],
        slots: Mapping[str, int],
    ) -> None:
        self._tasks = dict(tasks)
        self._is_stored = is_stored
        self._free = dict(slots)
        #: nodes that are to run, whether or not others use their results
        self._targets: set[NodeId] = set()
        #: nodes whose results are wanted after the run
        self._keep: frozenset[NodeId] = frozenset()
        #: nodes that are needed for the run, whatever their state
        self._needed: set[NodeId] = set()
        self._done: set[NodeId] = set()
        #: node -> how many nodes it still waits for
        self._waiting: dict[NodeId, int] = {}
        #: node -> nodes that wait for it
        self._waited_by: defaultdict[NodeId, list[NodeId]] = defaultdict(list)
        #: node -> how many unfinished nodes may still use its result
        self._users: defaultdict[NodeId, int] = defaultdict(int)
        self._ready: dict[str, list[tuple[int, int, NodeId]]] = {lane: [] for lane in slots}
        self._running: set[NodeId] = set()
        #: done nodes whose result was given up
        self._released: set[NodeId] = set()
        #: nodes that were asked for and not looked at yet
        self._asked: list[NodeId] = []
        self._sequence = 0
        self._is_stopped = False
        self._is_finished = False

    @property
    def needed(self) -> frozenset[NodeId]:
        """Return the nodes that the run has asked for so far."""
        return frozenset(self._needed)

    def start(self, targets: Iterable[NodeId], keep: Iterable[NodeId] = ()) -> list[Instruction]:
        """Say what to do first, to have the targets run and the results of `keep` at the end."""
        self._keep = frozenset(keep)
        self._aim(targets)
        return self._next(self._look_up())

    def done(self, node_id: NodeId) -> list[Instruction]:
        """A node has its result."""
        self._leave_lane(node_id)
        self._done.add(node_id)
        for waiter in self._waited_by.pop(node_id, ()):
            self._waiting[waiter] -= 1
            if not self._waiting[waiter]:
                self._make_ready(waiter)
        instructions: list[Instruction] = []
        if node_id in self._waiting:
            for used in self._tasks[node_id].uses:
                self._users[used] -= 1
                self._release_unused(used, instructions)
        self._release_unused(node_id, instructions)
        return self._next(instructions)

    def lost(self, node_id: NodeId) -> list[Instruction]:
        """A stored result is not there any more: the node must run."""
        self._running.discard(node_id)
        self._plan(node_id)
        return self._next(self._look_up())

    def waits(self, node_id: NodeId, others: Iterable[NodeId]) -> list[Instruction]:
        """A running node needs more results before it can go on."""
        self._leave_lane(node_id)
        others = list(dict.fromkeys(others))
        self._ask(others)
        instructions = self._look_up()
        self._wait_for(node_id, others)
        return self._next(instructions)

    def expanded(
        self,
        node_id: NodeId,
        tasks: Mapping[NodeId, Task],
        targets: Iterable[NodeId],
        results: Iterable[NodeId],
    ) -> list[Instruction]:
        """A running node became a subgraph: new nodes, those that must run, those it returns."""
        self._tasks |= tasks
        own = self._tasks[node_id]
        results = list(dict.fromkeys(results))
        used_before = set(own.uses)
        added = [each for each in results if each not in used_before]
        self._tasks[node_id] = msgspec.structs.replace(own, uses=[*own.uses, *added])
        for used in added:
            self._users[used] += 1
        self._aim(targets)
        instructions = self._look_up()
        return instructions + self.waits(node_id, results)

    def spoiled(
        self, node_ids: Iterable[NodeId], again: Collection[NodeId] = (), by: NodeId = ""
    ) -> list[Instruction]:
        """Results turned out to be bad: they are made again where something still needs them.

        Args:
            node_ids: whose results they are.
            again: running nodes that begin anew, as they were given such results.
            by: a running node that does not need them any more, as it is about to be done.
        """
        given_up = [each for each in node_ids if each in self._done]
        wanted = [each for each in given_up if self._is_wanted(each, by)]
        self._released.update(given_up)
        for node_id in again:
            self._leave_lane(node_id)
        self._ask(wanted)
        self._wait_again(set(wanted), {*wanted, *again})
        instructions = self._look_up()
        for node_id in again:
            self._wait_for(node_id, self._needed.intersection(self._tasks[node_id].uses))
        return self._next(instructions)

    def failed(self, node_id: NodeId) -> list[Instruction]:
        """A node failed: nothing new starts."""
        self._leave_lane(node_id)
        return self.stop()

    def stop(self) -> list[Instruction]:
        """Start nothing new; finish when all that runs has ended."""
        self._is_stopped = True
        return self._next([])

    def _aim(self, targets: Iterable[NodeId]) -> None:
        targets = list(targets)
        self._targets.update(targets)
        self._ask(targets)

    def _ask(self, others: Iterable[NodeId]) -> None:
        """Ask for results; one that was given up is made again."""
        for other in others:
            if other in self._released:
                self._released.remove(other)
                self._done.remove(other)
                self._needed.remove(other)
            if other not in self._needed:
                self._asked.append(other)

    def _look_up(self) -> list[Instruction]:
        """Go up from what was asked for, not past stored results."""
        instructions: list[Instruction] = []
        while self._asked:
            node_id = self._asked.pop()
            if node_id in self._needed:
                continue
            self._needed.add(node_id)
            if self._is_stored(node_id):
                self._waiting.pop(node_id, None)  # from the time before it was given up
                self._running.add(node_id)
                instructions.append(Reuse(node_id))
            else:
                self._plan(node_id)
        return instructions

    def _plan(self, node_id: NodeId) -> None:
        """Make a node wait for its parents, and ask for these."""
        task = self._tasks[node_id]
        for used in task.uses:
            self._users[used] += 1
        self._ask(task.parents)
        self._wait_for(node_id, task.parents)

    def _is_wanted(self, node_id: NodeId, by: NodeId) -> bool:
        if node_id in self._targets or node_id in self._keep:
            return True
        is_used_up = by in self._tasks and node_id in self._tasks[by].uses
        return self._users[node_id] > is_used_up

    def _wait_again(self, others: set[NodeId], but: set[NodeId]) -> None:
        """Let nodes that have not started wait for results that they had already."""
        settled = self._done | self._running | but
        for node_id in self._waiting:
            if node_id not in settled:
                for used in others.intersection(self._tasks[node_id].uses):
                    self._waited_by[used].append(node_id)
                    self._waiting[node_id] += 1
        for ready in self._ready.values():
            ready[:] = [each for each in ready if not self._waiting[each[2]]]
            heapq.heapify(ready)

    def _release_unused(self, node_id: NodeId, instructions: list[Instruction]) -> None:
        if self._users[node_id] or node_id in self._keep or node_id not in self._done:
            return
        if node_id not in self._released:
            self._released.add(node_id)
            instructions.append(Release(node_id))

    def _wait_for(self, node_id: NodeId, others: Iterable[NodeId]) -> None:
        count = 0
        for other in others:
            if other not in self._done:
                self._waited_by[other].append(node_id)
                count += 1
        self._waiting[node_id] = count
        if not count:
            self._make_ready(node_id)

    def _make_ready(self, node_id: NodeId) -> None:
        task = self._tasks[node_id]
        self._sequence += 1
        heapq.heappush(self._ready[task.lane], (task.rank, self._sequence, node_id))

    def _leave_lane(self, node_id: NodeId) -> None:
        if node_id in self._running:
            self._running.remove(node_id)
            if node_id in self._waiting:
                self._free[self._tasks[node_id].lane] += 1

    def _next(self, instructions: list[Instruction]) -> list[Instruction]:
        """Add what the free slots can take, and say if that was all."""
        if not self._is_stopped:
            for lane, ready in self._ready.items():
                while ready and self._free[lane] > 0:
                    _, _, node_id = heapq.heappop(ready)
                    self._free[lane] -= 1
                    self._running.add(node_id)
                    instructions.append(Run(node_id))
        if not self._running and not self._is_finished:
            left = () if self._is_stopped else tuple(sorted(self._needed - self._done))
            self._is_finished = True
            instructions.append(Finished(left))
        return instructions


def ranks(
    outputs: Iterable[NodeId], parents: Mapping[NodeId, Iterable[NodeId]]
) -> dict[NodeId, int]:
    """Return the rank of the nodes that are close to an output: 0, 1 or 2."""
    found: dict[NodeId, int] = {}
    level = list(outputs)
    for rank in range(FARTHEST_RANK):
        above: list[NodeId] = []
        for node_id in level:
            if node_id not in found:
                found[node_id] = rank
                above += parents.get(node_id, ())
        level = above
    return found
