"""The jobs that have not ended, as the server holds them in memory, and the line they stand in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from engine.jobs.job import Job
from engine.jobs.order import Place, Queue


@dataclass
class Board:
    """Unfinished jobs by id.

    Attributes:
        queue: those that wait.
        sent: those that the worker was given, in their order; the first is running or about to.
        begun: the one that runs.
    """

    jobs: dict[str, Job] = field(default_factory=dict[str, Job])
    queue: Queue = field(default_factory=Queue)
    sent: list[str] = field(default_factory=list[str])
    begun: str | None = None

    @property
    def at_worker(self) -> str | None:
        """Return the job that runs or is about to."""
        return self.begun or (self.sent[0] if self.sent else None)

    def add(self, job: Job) -> None:
        """Take a job that has not ended; a queued one waits from now on."""
        self.jobs[job.id] = job
        if job.state == "queued":
            self.queue.add(job)

    def change(self, job_id: str, **fields: Any) -> Job:
        """Replace fields of a job; one that has ended is let go."""
        job = msgspec.structs.replace(self.jobs[job_id], **fields)
        if job.has_ended:
            del self.jobs[job_id]
        else:
            self.jobs[job_id] = job
        return job

    def waits(self, job_id: str) -> bool:
        """Say whether a job stands in the line, not at the worker."""
        return job_id in self.queue

    def ahead(self) -> list[str]:
        """Return those that the worker has but will not begin next: they can be taken back."""
        return [each for each in self.sent if each != self.at_worker]

    def line(self, owner: str, priority: int) -> list[Place]:
        """Return an owner's line, with those in it that were sent ahead."""
        jobs = (self.jobs[each] for each in self.ahead())
        sent = [
            Place(job.position, -1, job.id)
            for job in jobs
            if (job.owner, job.priority) == (owner, priority)
        ]
        return sorted([*sent, *self.queue.line(owner, priority)])

    def running(self, owner: str | None) -> list[Job]:
        """Return the job that runs."""
        found = self.jobs.get(self.begun or "")
        return [found] if found is not None and owner in (None, found.owner) else []

    def queued(self, owner: str | None) -> list[Job]:
        """Return those that will run, in their order."""
        ids = [each for each in self.sent if each != self.begun] + self.queue.in_order()
        jobs = [self.jobs[each] for each in ids]
        return [job for job in jobs if owner in (None, job.owner)]
