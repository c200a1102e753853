"""Where a kill landed, as the disk and the client show it; what was aimed at does not count."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

from engine.jobs.job import Job
from tests.chaos.disk import Stored, answers_recorded, parts
from tests.chaos.server import Server
from tests.chaos.work import Picture, Wanted

Place = Literal["sampling", "saving", "commit"]
PLACES: tuple[Place, ...] = get_args(Place)
Victim = Literal["server", "worker", "both"]


@dataclass(frozen=True)
class Landing:
    """One kill.

    Attributes:
        sampled: the job whose sampler was told some of its answers, but not all.
        saved: the job whose pictures were being written.
        unanswered: changes that the client never heard of again.
        hit: jobs that ran, or were about to.
    """

    victim: Victim
    sampled: str = ""
    saved: str = ""
    unanswered: int = 0
    hit: tuple[str, ...] = ()

    @property
    def places(self) -> list[Place]:
        """Return where it landed; nowhere of interest, or at two places at once."""
        found: dict[Place, bool] = {
            "sampling": bool(self.sampled),
            "saving": bool(self.saved),
            "commit": self.unanswered > 0,
        }
        return [place for place, is_there in found.items() if is_there]


def landing(
    victim: Victim,
    server: Server,
    was_worker: int | None,
    since: float,
    facts: tuple[Stored, dict[str, Wanted], Collection[str]],
) -> Landing:
    """Look where a kill landed.

    Args:
        victim: what was killed.
        server: its base directory is looked at; nothing writes there now.
        was_worker: the process that was the worker.
        since: when the round began, by the clock of files.
        facts: the database, what acknowledged jobs are to give, the unanswered changes.
    """
    stored, wanted, unanswered = facts
    running = [job for job in stored.jobs.values() if job.state == "running"]
    saved = [job.id for job in running if _is_saving(server, job, was_worker, since, stored)]
    sampled = [
        job.id
        for job in running
        if job.id not in saved and _is_sampling(server, job, since, wanted.get(job.id))
    ]
    waiting = [job for job in stored.jobs.values() if job.state == "queued"]
    return Landing(
        victim,
        sampled[0] if sampled else "",
        saved[0] if saved else "",
        len(unanswered),
        tuple(job.id for job in running or waiting),
    )


def _is_sampling(server: Server, job: Job, since: float, wanted: Wanted | None) -> bool:
    answers = answers_recorded(server.base, job.id, since)
    most = wanted.steps if isinstance(wanted, Picture) else answers + 1
    return 0 < answers < most


def _is_saving(
    server: Server, job: Job, was_worker: int | None, since: float, stored: Stored
) -> bool:
    """Say whether a file is half written, or some of a running job's are there already."""
    output = server.base / "output"
    if parts(output, lambda pid: pid == was_worker):
        return True
    files = [output / each.file for each in stored.names if each.job == job.id]
    return any(each.exists() and each.stat().st_mtime >= since for each in files)
