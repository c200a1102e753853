"""`packs check`: each node of a pack runs once on made-up inputs, and what it did is looked at."""

from __future__ import annotations

import io
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from engine.context import Cancellation
from engine.engine import Engine, Settings
from engine.errors import EngineError, InvalidGraph, NodeError
from engine.packs.made_up import SUBJECT, Draft, Unmade
from engine.packs.returned import misfit
from engine.packs.snapshots import is_unchanged, snapshot
from engine.packs.sources import line_of
from engine.packs.writes import Write, watched
from engine.registry import Registry

if TYPE_CHECKING:
    from engine.paths import Folders
    from engine.running.report import Report
    from engine.spec import NodeSpec

#: A node may take so long, seconds.
LIMIT_S = 20.0
Kind = Literal["changed", "returned", "raised", "wrote", "slow"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a node; `file` and `line` are the place, where it is known."""

    pack: str
    node: str
    kind: Kind
    message: str
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f" ({self.file}:{self.line})" if self.file else ""
        return f"{self.node}: {self.message}{place}"


@dataclass(slots=True)
class Examination:
    """What came out.

    Attributes:
        tried: the node types that ran.
        untried: node type -> why it did not run.
        has_hung: a node is still running on a thread, which only the end of the process ends.
    """

    findings: list[Finding] = field(default_factory=list[Finding])
    tried: list[str] = field(default_factory=list[str])
    untried: dict[str, str] = field(default_factory=dict[str, str])
    has_hung: bool = False


def examine(
    path: Path,
    specs: Sequence[NodeSpec],
    registry: Registry,
    folders: Folders,
    *,
    limit_s: float = LIMIT_S,
) -> Examination:
    """Run each node of a pack once.

    Args:
        path: the pack's folder or file.
        specs: its node types.
        registry: where the built-in nodes are.
        folders: where models are; what nodes put into the output folder is thrown away.
        limit_s: seconds that a node may take.
    """
    examination = Examination()
    for spec in specs:
        _Trial(path, spec, specs, registry, folders, examination).run(limit_s)
    return examination


@dataclass(slots=True)
class _Trial:
    """One node."""

    path: Path
    spec: NodeSpec
    specs: Sequence[NodeSpec]
    registry: Registry
    folders: Folders
    examination: Examination

    def run(self, limit_s: float) -> None:
        with TemporaryDirectory(ignore_cleanup_errors=True) as place:
            home = Path(place)
            folders = replace(self.folders, output=home / "output", temp=home / "temp")
            draft = Draft(self.specs, self.registry, folders)
            try:
                draft.add(self.spec)
            except Unmade as reason:
                self.examination.untried[self.spec.id] = f"It was not tried: {reason}."
                return
            before = {name: snapshot(value) for name, value in draft.made.items()}
            kept = (self.folders.output, self.folders.temp, home)
            with watched(self.path, kept) as written:
                report = self._report(draft, folders, limit_s)
            if report is None:
                return
            self._look(draft, before, list(written.values()), report)

    def _report(self, draft: Draft, folders: Folders, limit_s: float) -> Report | None:
        """Run the document; None where nothing came of it."""
        # as a built-in: it gets the values themselves, so that every change of one is seen
        bare = replace(self.spec, source="", lane="cpu", code="")
        others = [each for each in self.specs if each.id != bare.id]
        registry = Registry([*self.registry.added, *others, bare, *draft.value_nodes()])
        engine = Engine(registry, folders, Settings(cache_disk_bytes=0))
        stop = Cancellation()
        document = draft.document(self.spec)
        outcome = _within(
            limit_s, lambda: engine.run(document, targets=[SUBJECT], cancellation=stop)
        )
        if outcome is None:
            stop.cancel()
            self.examination.has_hung = True
            self._find("slow", f"It took more than {limit_s:g} s for small inputs.")
            return None
        engine.close()
        if isinstance(outcome, InvalidGraph):
            self.examination.untried[self.spec.id] = f"It was not tried: {outcome}"
            return None
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def _look(
        self, draft: Draft, before: dict[str, Any], written: list[Write], report: Report
    ) -> None:
        for name, value in draft.made.items():
            owner, _, socket = name.partition(".")
            if owner == SUBJECT and "." not in socket and not is_unchanged(before[name], value):
                self._find("changed", f'It changed its input "{socket}" in place.')
        for write in written:
            message = f"It wrote {write.path}, which is outside the output folders."
            self._find("wrote", message, write.file, write.line)
        if report.error is not None:
            self._failed(report.error, uses_models=draft.uses_models)
            return
        self.examination.tried.append(self.spec.id)
        for place, output in enumerate(self.spec.outputs):
            wrong = (misfit(each, output.type) for each in report.outputs.get(f"out{place}", ()))
            if said := next(filter(None, wrong), ""):
                name = f'Output "{output.name}" is declared {output.type}'
                self._find("returned", f"{name}, but gave {said}.")

    def _failed(self, error: EngineError, *, uses_models: bool) -> None:
        cause = error.__cause__
        if error.node_id != SUBJECT:
            reason = f"It was not tried: what feeds it failed. {error.message}"
            self.examination.untried[self.spec.id] = reason
        elif cause is None and isinstance(error, NodeError):
            self.examination.tried.append(self.spec.id)
            self._find("returned", error.message.partition(": ")[2] or error.message)
        elif uses_models:
            reason = f"It was not tried: the built-in model may not fit its inputs ({cause})."
            self.examination.untried[self.spec.id] = reason
        else:
            self.examination.tried.append(self.spec.id)
            said = f"It raised {type(cause).__name__}: {cause}"
            self._find("raised", said, *self._raised_at(cause))

    def _raised_at(self, problem: BaseException | None) -> tuple[str, int]:
        """Return the innermost line of the pack that an exception came through."""
        frames = traceback.extract_tb(problem.__traceback__) if problem else []
        inside = [each for each in frames if Path(each.filename).is_relative_to(self.path)]
        return (inside[-1].filename, inside[-1].lineno or 0) if inside else ("", 0)

    def _find(self, kind: Kind, message: str, file: str = "", line: int = 0) -> None:
        if not file:
            file, line = line_of(self.spec)
        found = Finding(self.spec.source, self.spec.id, kind, message, file, line)
        self.examination.findings.append(found)


def _within(limit_s: float, work: Callable[[], Report]) -> Report | BaseException | None:
    """Do work on a thread, with nothing printed; None if it has not ended by then."""
    ended: list[Report | BaseException] = []

    def on_thread() -> None:
        try:
            ended.append(work())
        except BaseException as problem:  # noqa: BLE001 it belongs to whoever waits
            ended.append(problem)

    thread = threading.Thread(target=on_thread, daemon=True)
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        thread.start()
        thread.join(limit_s)
    return ended[0] if ended else None
