"""One run of one job in the worker: what it is asked meanwhile, what it tells, how it ended."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

from engine.context import Cancellation
from engine.document import read_document
from engine.document.dynamic_prompts import with_prompts_picked
from engine.errors import EngineError, Interrupted, Paused, WorkerError
from engine.events import Event, NodeFinished, NodeReused, Preview
from engine.importers.ui import resolve_foreign
from engine.importers.ui.nodes import FORMAT
from engine.jobs.values import filled
from engine.recordings import recordings_of_job
from engine.worker.messages import JobEnded
from engine.worker.plain import Plain, plain, plain_error

if TYPE_CHECKING:
    from engine.document import Document
    from engine.engine import Engine
    from engine.files.output_files import Reservation
    from engine.running.report import Report
    from engine.worker.messages import RunJob
    from engine.worker.outbox import Outbox
    from engine.worker.pictures import Pictures
    from engine.worker.reservations import Reservations

#: Seconds between previews at least: who looks sees no more, and each takes time from the sampler.
PREVIEW_S = 0.1

#: In the text of a document that may hold nodes as ComfyUI's editor saved them.
_KEPT = f'"{FORMAT}"'.encode()


class Counts(TypedDict, total=False):
    """How many nodes were called, and how many had a stored result."""

    ran: int
    reused: int


@dataclass
class Running:
    """One run.

    Attributes:
        wants_previews: somebody looks at them now.
    """

    message: RunJob
    engine: Engine
    outbox: Outbox
    pictures: Pictures
    reservations: Reservations
    cancellation: Cancellation = field(default_factory=Cancellation)
    wants_previews: bool = False
    #: what its nodes showed, by their ids
    _shown: dict[str, Mapping[str, Sequence[Any]]] = field(
        default_factory=dict[str, "Mapping[str, Sequence[Any]]"]
    )
    clock: Callable[[], float] = time.monotonic
    _plain: Plain = field(default_factory=Plain)
    _next_preview: float = 0.0
    #: nothing that a thread left behind tells is heard any more
    _is_over: bool = False

    def __post_init__(self) -> None:
        self.wants_previews = self.message.wants_previews

    def stop(self, how: Literal["cancel", "pause"]) -> None:
        """Have it end at its next step; a cancel outweighs a pause."""
        if how == "cancel":
            self.cancellation.cancel()
        else:
            self.cancellation.pause()

    def run(self) -> JobEnded:
        """Run the job; whatever happens is in the answer."""
        recordings = recordings_of_job(self.engine.folders, self.message.job)
        try:
            ended = self._ended(self._run(recordings))
        except EngineError as problem:
            ended = self._failed(problem)
        except BaseException as problem:  # noqa: BLE001 what a pack checks its nodes with may raise anything
            told = f"{type(problem).__name__}: {plain(problem)}"
            ended = self._failed(WorkerError(f"The job could not be run: {told}."))
        self._is_over = True
        if ended.how != "paused":
            shutil.rmtree(recordings, ignore_errors=True)
        return ended

    def _run(self, recordings: Path) -> Report:
        message = self.message
        return self.engine.run(
            _document(message, self.engine),
            targets=message.targets,
            on_event=self._hear,
            cancellation=self.cancellation,
            wants_previews=self._wants_preview,
            owner=message.owner,
            recordings=recordings,
            reserve=self._reserve,
        )

    def _wants_preview(self) -> bool:
        """Say whether a picture is to be made now; nobody sees more of them than a few a second."""
        now = self.clock()
        if not self.wants_previews or now < self._next_preview:
            return False
        self._next_preview = now + PREVIEW_S
        return True

    def _hear(self, event: Event) -> None:
        """Pass on what a node tells."""
        if self._is_over:
            return
        if isinstance(event, Preview):
            self.pictures.show(self.message.job, event)
            return
        told = self._plain.event(event)
        if isinstance(told, (NodeFinished, NodeReused)) and told.ui is not None:
            self._shown[told.real_id] = told.ui
        self.outbox.tell(self.message.job, told)

    def _reserve(self, wanted: Reservation) -> str:
        return self.reservations.ask(self.message.job, wanted, self.cancellation)

    def _ended(self, report: Report) -> JobEnded:
        counts: Counts = {"ran": len(report.ran), "reused": len(report.reused)}
        job = self.message.job
        match report.error:
            case None:
                return JobEnded(job, "succeeded", self._shown, **counts)
            case Paused():
                return JobEnded(job, "paused", self._shown, **counts)
            case Interrupted():
                return JobEnded(job, "cancelled", self._shown, **counts)
            case problem:
                return self._failed(problem, **counts)

    def _failed(self, problem: EngineError, **counts: Unpack[Counts]) -> JobEnded:
        error = plain_error(problem.as_json())
        return JobEnded(self.message.job, "failed", self._shown, **counts, error=error)


def _document(message: RunJob, engine: Engine) -> Document:
    """Return the document as it runs; nodes that were unknown when it was made are read now."""
    document = read_document(message.document)
    if _KEPT in message.document:
        document = resolve_foreign(document, engine.registry)
    specs = engine.registry.specs
    if message.values:
        document = filled(document, message.values, specs)
    if message.prompt_seed:
        document = with_prompts_picked(document, specs, Random(message.prompt_seed))
    return document
