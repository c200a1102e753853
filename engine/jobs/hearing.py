"""Takes down what the worker says: which fields of which jobs change, and what is told of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.events import Progress
from engine.jobs.events import JobChanged, PreviewMade
from engine.jobs.fates import Fate, after_death, after_run
from engine.worker.host import Death
from engine.worker.messages import FromWorker, JobBegan, JobEnded, JobTold, Pictured

if TYPE_CHECKING:
    from engine.errors import EngineError
    from engine.jobs.board import Board
    from engine.jobs.job import Job
    from engine.jobs.ledger import Happening
    from engine.jobs.pacing import Pacer

Said = FromWorker | Death
#: Jobs that say something of the next ones.
DOZEN = 12


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

    def drop_overtaken(self, board: Board) -> None:
        """Leave out states that a person changed again before they were stored."""
        gone = {each.id for each in self.jobs.values() if _is_overtaken(each, board)}
        if gone:
            self.changes = {job: names for job, names in self.changes.items() if job not in gone}
            self.happenings = [
                (job, event)
                for job, event in self.happenings
                if job.id not in gone or not isinstance(event, JobChanged)
            ]


def _is_overtaken(noted: Job, board: Board) -> bool:
    now = board.jobs.get(noted.id)
    return not noted.has_ended and (now is None or now.state != noted.state)


@dataclass
class Hearing:
    """Follows the worker on the board.

    Attributes:
        clock: seconds since the epoch.
        on_changed: gets every new state of a job.
        verdicts: why the run of a job is stopped that nobody asked to stop.
        last_run_s: how long the last job ran.
        ends: when the last jobs ended.
    """

    board: Board
    pacer: Pacer
    clock: Callable[[], float]
    on_changed: Callable[[Job], None] = lambda job: None
    verdicts: dict[str, EngineError] = field(default_factory=dict[str, "EngineError"])
    last_run_s: float = float("inf")
    ends: deque[float] = field(default_factory=lambda: deque(maxlen=DOZEN))

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

    def are_ending_within(self, seconds: float) -> bool:
        """Say whether a dozen jobs have ended in the last so many seconds."""
        return len(self.ends) == DOZEN and self.clock() - self.ends[0] < seconds

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
            self.ends.append(now)
        self.settle(job, after_run(job, said, now, self.verdicts.pop(job.id, None)), notes)

    def _died(self, death: Death, notes: Notes) -> None:
        board = self.board
        begun, board.begun = board.at_worker, None
        sent, board.sent = board.sent, []
        for job_id in sent:
            job = board.jobs[job_id]
            verdict = self.verdicts.pop(job_id, None)
            fate = after_death(job, death, self.clock(), verdict, was_begun=job_id == begun)
            self.settle(job, fate, notes)

    def _change(self, job: Job, notes: Notes, why: str = "", /, **fields: Any) -> None:
        job = self.board.change(job.id, **fields)
        notes.jobs[job.id] = job
        notes.changes.setdefault(job.id, set()).update(fields)
        notes.happenings.append((job, JobChanged(job.state, why, job.error)))
        self.on_changed(job)
