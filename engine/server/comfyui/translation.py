"""A job's events as the messages of ComfyUI's websocket (COMPAT.md B3).

The order for one prompt: execution_start, execution_cached, then for each node executing,
progress, progress_state and executed, then execution_success, execution_error or
execution_interrupted, status, and executing with no node.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.events import NodeFailed, NodeFinished, NodeReused, NodeStarted, Progress
from engine.jobs.events import JobChanged, JobDeleted, PreviewMade
from engine.server.comfyui.kept import Told, wire_id
from engine.server.comfyui.refusals import parents

if TYPE_CHECKING:
    from engine.jobs.events import Numbered

#: Seconds between two `progress_state` of a job.
PAUSE_S = 0.05
#: Type and data. Of a `status` the data is not known here.
Said = tuple[str, dict[str, Any]]
STATUS: Said = ("status", {})


class _State(NamedTuple):
    """How far a node is, and the node that it is shown at."""

    shown_at: str
    state: str
    value: int
    most: int


@dataclass
class _Run:
    """What is known of a run so far.

    Attributes:
        reused: nodes with a stored result that `execution_cached` has not told yet.
        waiting: what follows it; None as soon as it was told.
        running: node -> the node that it is shown at.
        done: nodes that have run or were reused.
        states: node -> its state, until it was told that the node has ended.
        changed: nodes whose state was not told yet.
        failed: the node that raised.
    """

    reused: list[str] = field(default_factory=list[str])
    waiting: list[Said] | None = field(default_factory=list[Said])
    running: dict[str, str] = field(default_factory=dict[str, str])
    done: list[str] = field(default_factory=list[str])
    states: dict[str, _State] = field(default_factory=dict[str, _State])
    changed: set[str] = field(default_factory=set[str])
    states_told_at: float = 0.0
    failed: str = ""


class Translator:
    """Translates one job's events, given in order."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._run: _Run | None = None

    @property
    def current(self) -> Said | None:
        """Return the message that says which node runs now, or None."""
        if self._run is None or not self._run.running:
            return None
        return self._executing(*list(self._run.running.items())[-1])

    @property
    def has_states(self) -> bool:
        """Say whether nodes have changed since the last `progress_state`."""
        return self._run is not None and bool(self._run.changed)

    def translate(self, numbered: Numbered) -> list[Said]:
        """Return what a client hears because of an event."""
        event = numbered.event
        if isinstance(event, JobChanged):
            return self._job(event, numbered.time)
        if isinstance(event, JobDeleted):
            return [STATUS]
        run = self._run
        if run is None or isinstance(event, PreviewMade):
            return []
        said = self._node(run, event, numbered.time)
        if run.changed and numbered.time - run.states_told_at >= PAUSE_S:
            said += self.states(numbered.time)
        return said

    def begin(self, time: float) -> list[Said]:
        """Take note that the job runs."""
        self._run = _Run()
        return [("execution_start", self._timed(time))]

    def states(self, now: float) -> list[Said]:
        """Return the states of nodes that run, or have changed since they were told."""
        run = self._run
        if run is None or not run.changed:
            return []
        nodes = {
            node_id: self._told_state(node_id, state)
            for node_id, state in run.states.items()
            if node_id in run.changed or node_id in run.running
        }
        run.changed.clear()
        run.states_told_at = now
        for node_id in nodes.keys() - run.running.keys():
            del run.states[node_id]
        return [("progress_state", {"prompt_id": self._told.prompt_id, "nodes": nodes})]

    def failure(self, error: Mapping[str, Any], time: float) -> dict[str, Any]:
        """Return a job's error as `execution_error` tells it."""
        return self._error(self._run or _Run(), error, time)

    def preview_facts(self, event: PreviewMade) -> dict[str, Any]:
        """Return what goes before a preview's picture in a frame of type 4."""
        shown_at, node_id = self._ids(event.node_id, event.real_id)
        return {**self._place(node_id, shown_at), "image_type": event.mime}

    def _job(self, event: JobChanged, time: float) -> list[Said]:
        match event.state:
            case "running" if self._run is None:
                return self.begin(time)
            case "succeeded" | "failed":
                return self._ended(event, time)
            case "cancelled" if self._run is not None:
                return self._ended(event, time)
            case "running":
                return []
            case _:
                self._run = None
                return [STATUS]

    def _ended(self, event: JobChanged, time: float) -> list[Said]:
        """Return the last messages of a run."""
        started: list[Said] = [] if self._run else [("execution_start", self._timed(time))]
        run = self._run or _Run()
        said = [*started, *self._cached(run, time), *self.states(time)]
        match event.state:
            case "succeeded":
                said.append(("execution_success", self._timed(time)))
            case "failed":
                said.append(("execution_error", self._error(run, event.error or {}, time)))
            case _:
                said.append(("execution_interrupted", self._stopped(run, time)))
        self._run = None
        return [*said, STATUS, ("executing", {"node": None, "prompt_id": self._told.prompt_id})]

    def _node(self, run: _Run, event: Any, time: float) -> list[Said]:
        match event:
            case NodeReused(ui=ui):
                return self._reused(run, event, self._shown(event, ui), time)
            case NodeStarted():
                shown_at, node_id = self._ids(event.node_id, event.real_id)
                run.running[node_id] = shown_at
                self._note(run, node_id, _State(shown_at, "running", 0, 1))
                return [*self._cached(run, time), self._executing(node_id, shown_at)]
            case Progress(step=step, steps=steps):
                return [*self._cached(run, time), self._progress(run, event.node_id, step, steps)]
            case NodeFinished(ui=ui):
                shown_at, node_id = self._ids(event.node_id, event.real_id)
                run.done.append(node_id)
                self._finish(run, node_id, shown_at, "finished")
                return [*self._cached(run, time), *self._shown(event, ui)]
            case NodeFailed():
                shown_at, node_id = self._ids(event.node_id, event.real_id)
                run.failed = node_id
                self._finish(run, node_id, shown_at, "error")
                return []
            case _:
                return []

    def _reused(self, run: _Run, event: NodeReused, shown: list[Said], time: float) -> list[Said]:
        """Note a node with a stored result; those before the first that runs are told together."""
        node_id = self._ids(event.node_id, event.real_id)[1]
        run.reused.append(node_id)
        run.done.append(node_id)
        if run.waiting is not None:
            run.waiting += shown
            return []
        return [*self._cached(run, time), *shown]

    def _cached(self, run: _Run, time: float) -> list[Said]:
        """Tell which nodes have a stored result, at first also that there are none."""
        if run.waiting is None and not run.reused:
            return []
        nodes, waiting = self._with_ancestors(run), run.waiting or []
        run.reused, run.waiting = [], None
        return [("execution_cached", {"nodes": nodes, **self._timed(time)}), *waiting]

    def _with_ancestors(self, run: _Run) -> list[str]:
        """Return the reused nodes and those above them, which are not looked at any more."""
        found = dict.fromkeys(run.reused)
        waiting = list(found)
        prompt = self._told.prompt if waiting else {}
        while waiting:
            node = prompt.get(waiting.pop())
            above = parents(node, prompt) if node else []
            new = [each for each in above if each not in found and each not in run.running]
            found |= dict.fromkeys(new)
            waiting += new
        return list(found)

    def _shown(self, event: NodeReused | NodeFinished, ui: Any) -> list[Said]:
        if ui is None:
            return []
        shown_at, node_id = self._ids(event.node_id, event.real_id)
        place = {"node": node_id, "display_node": shown_at}
        return [("executed", {**place, "output": ui, "prompt_id": self._told.prompt_id})]

    def _executing(self, node_id: str, shown_at: str) -> Said:
        place = {"node": node_id, "display_node": shown_at}
        return "executing", {**place, "prompt_id": self._told.prompt_id}

    def _progress(self, run: _Run, doc_id: str, step: int, steps: int) -> Said:
        """Tell a node's progress; it is told of the node that is shown, not of those it added."""
        shown_at = self._ids(doc_id, doc_id)[0]
        inside = [node_id for node_id, shown in run.running.items() if shown == shown_at]
        node_id = shown_at if shown_at in inside or not inside else inside[-1]
        self._note(run, node_id, _State(shown_at, "running", step, steps))
        about = {"prompt_id": self._told.prompt_id, "node": shown_at}
        return "progress", {"value": step, "max": steps, **about}

    def _finish(self, run: _Run, node_id: str, shown_at: str, state: str) -> None:
        before = run.states.get(node_id)
        most = before.most if before else 1
        run.running.pop(node_id, None)
        self._note(run, node_id, _State(shown_at, state, most, most))

    def _note(self, run: _Run, node_id: str, state: _State) -> None:
        run.states[node_id] = state
        run.changed.add(node_id)

    def _told_state(self, node_id: str, state: _State) -> dict[str, Any]:
        amount = {"value": state.value, "max": state.most, "state": state.state}
        return {**amount, **self._place(node_id, state.shown_at)}

    def _place(self, node_id: str, shown_at: str) -> dict[str, Any]:
        return {
            "node_id": node_id,
            "prompt_id": self._told.prompt_id,
            "display_node_id": shown_at,
            "parent_node_id": None if node_id == shown_at else shown_at,
            "real_node_id": node_id,
        }

    def _ids(self, doc_id: str, real_id: str) -> tuple[str, str]:
        """Return, in the prompt's ids, the node that is shown and the one that it is about."""
        ids = self._told.ids
        if not ids:
            return doc_id, real_id
        return wire_id(doc_id, doc_id, ids), wire_id(real_id, doc_id, ids)

    def _timed(self, time: float) -> dict[str, Any]:
        return {"prompt_id": self._told.prompt_id, "timestamp": int(time * 1000)}

    def _error(self, run: _Run, error: Mapping[str, Any], time: float) -> dict[str, Any]:
        named = error.get("node") or ""
        node_id = run.failed or self._ids(named, named)[1]
        message = str(error.get("message", ""))
        return {
            "prompt_id": self._told.prompt_id,
            "node_id": node_id,
            "node_type": self._told.kind(node_id),
            "executed": list(run.done),
            "exception_message": message,
            "exception_type": str(error.get("kind", "error")),
            "traceback": message.splitlines(keepends=True),
            "current_inputs": {},
            "current_outputs": list(run.done),
            "timestamp": int(time * 1000),
        }

    def _stopped(self, run: _Run, time: float) -> dict[str, Any]:
        node_id = next(reversed(run.running), run.failed)
        return {
            "prompt_id": self._told.prompt_id,
            "node_id": node_id,
            "node_type": self._told.kind(node_id),
            "executed": list(run.done),
            "timestamp": int(time * 1000),
        }
