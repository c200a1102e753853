"""Takes down what the worker says: which fields of which jobs change, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.events import Progress
from engine.jobs.events import JobChanged, PreviewMade
from engine.jobs.fates import Fate, after_death, after_run
from engine.worker.host import Death
from engine.worker.messages import FromWorker, JobBegan, JobEnded, JobTold, Pictured

if TYPE_CHECKING:
    from engine.jobs.board import Board
    from engine.jobs.job import Job
    from engine.jobs.ledger import Happening
    from engine.jobs.pacing import Pacer

Said = FromWorker | Death


@dataclass
class Notes:
    """What is to be stored and told.

    Attributes:
        jobs: those that have changed, as they are now.
        changes: job -> names of its changed fields.
        happenings: events, in order.
    """

    jobs: dict[str, Job] = field(default_factory=dict[str, "Job"])
    changes: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    happenings: list[Happening] = field(default_factory=list["Happening"])


@dataclass
class Hearing:
    """Follows the worker on the board.

    Attributes:
        clock: seconds since the epoch.
        on_changed: gets every new state of a job.
        verdicts: why the run of a job is stopped that nobody asked to stop.
        last_run_s: how long the last job ran.
    """

    board: Board
    pacer: Pacer
    clock: Callable[[], float]
    on_changed: Callable[[Job], None] = lambda job: None
    verdicts: dict[str, str] = field(default_factory=dict[str, str])
    last_run_s: float = float("inf")

    def take(self, said: Said, notes: Notes) -> None:
        """Follow one message; one of a job that is no more says nothing."""
        if isinstance(said, Death):
            self._died(said, notes)
            return
        job = self.board.jobs.get(getattr(said, "job", ""))
        if job is None:
            return
        match said:
            case JobBegan():
                self.board.begun = job.id
                self._change(job, notes, state="running", started=self.clock())
            case JobTold():
                self._told(job, said, notes)
            case Pictured():
                preview = PreviewMade(
                    said.node_id, said.real_id, said.mime, said.data, said.width, said.height
                )
                notes.happenings.append((job, preview))
            case JobEnded():
                self._ended(job, said, notes)
            case _:
                pass

    def settle(self, job: Job, fate: Fate, notes: Notes) -> None:
        """Give a job its new state; one that is queued again waits in its old place."""
        notes.happenings += self.pacer.flush(job.id)
        self.pacer.forget(job.id)
        self._change(job, notes, fate.why, **fate.fields)
        if fate.fields["state"] == "queued":
            self.board.queue.add(self.board.jobs[job.id])

    def _told(self, job: Job, said: JobTold, notes: Notes) -> None:
        for event in said.events:
            if isinstance(event, Progress):
                notes.happenings += self.pacer.put(job, event)
            else:
                notes.happenings += [*self.pacer.flush(job.id), (job, event)]

    def _ended(self, job: Job, said: JobEnded, notes: Notes) -> None:
        if job.id in self.board.sent:
            self.board.sent.remove(job.id)
        if self.board.begun == job.id:
            self.board.begun = None
        now = self.clock()
        if job.started is not None:
            self.last_run_s = now - job.started
        self.settle(job, after_run(job, said, now, self.verdicts.pop(job.id, "")), notes)

    def _died(self, death: Death, notes: Notes) -> None:
        board = self.board
        begun, board.begun = board.at_worker, None
        sent, board.sent = board.sent, []
        for job_id in sent:
            job = board.jobs[job_id]
            verdict = self.verdicts.pop(job_id, "")
            fate = after_death(job, death, self.clock(), verdict, was_begun=job_id == begun)
            self.settle(job, fate, notes)

    def _change(self, job: Job, notes: Notes, why: str = "", /, **fields: Any) -> None:
        job = self.board.change(job.id, **fields)
        notes.jobs[job.id] = job
        notes.changes.setdefault(job.id, set()).update(fields)
        notes.happenings.append((job, JobChanged(job.state, why, job.error)))
        self.on_changed(job)
