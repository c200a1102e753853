"""Where a kill landed, as the disk and the client show it; what was aimed at does not count."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from engine.jobs.job import Job
from tests.chaos.disk import Stored, answers_recorded, parts
from tests.chaos.work import Picture, Wanted

Place = Literal["sampling", "saving", "commit"]
PLACES: tuple[Place, ...] = get_args(Place)
Victim = Literal["server", "worker", "both"]


@dataclass(frozen=True)
class Scene:
    """What a kill has left.

    Attributes:
        worker: the process that was the worker.
        since: when the round began, by the clock of files.
        wanted: what acknowledged jobs are to give.
        unheard: keys of the round's submissions that were not answered.
    """

    base: Path
    worker: int | None
    since: float
    stored: Stored
    wanted: Mapping[str, Wanted]
    unheard: Set[str]


@dataclass(frozen=True)
class Landing:
    """One kill.

    Attributes:
        sampled: the job whose sampler was told some of its answers, but not all.
        saved: the job whose pictures were being written.
        unanswered: changes that the client never heard of again.
        kept, dropped: submissions among them that are stored, and that are not.
        hit: jobs that ran, or were about to.
    """

    victim: Victim
    sampled: str = ""
    saved: str = ""
    unanswered: int = 0
    kept: int = 0
    dropped: int = 0
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


def landing(victim: Victim, scene: Scene, unanswered: int) -> Landing:
    """Return where a kill landed after which so many changes were left without an answer."""
    jobs = scene.stored.jobs.values()
    running = [job for job in jobs if job.state == "running"]
    saved = [job.id for job in running if is_saving(job, scene)]
    sampled = [job.id for job in running if job.id not in saved and is_sampling(job, scene)]
    waiting = [job for job in jobs if job.state == "queued"]
    keys = {name for job in jobs for name in (job.key, job.id)}
    return Landing(
        victim,
        sampled="".join(sampled[:1]),
        saved="".join(saved[:1]),
        unanswered=unanswered,
        kept=len(scene.unheard & keys),
        dropped=len(scene.unheard - keys),
        hit=tuple(job.id for job in running or waiting),
    )


def is_sampling(job: Job, scene: Scene) -> bool:
    """Say whether a running job's sampler was told some of its answers, but not all."""
    answers = answers_recorded(scene.base, job.id, scene.since)
    wanted = scene.wanted.get(job.id)
    most = wanted.steps if isinstance(wanted, Picture) else answers + 1
    return 0 < answers < most


def is_saving(job: Job, scene: Scene) -> bool:
    """Say whether a file is half written, or some of a running job's are there already."""
    output = scene.base / "output"
    if parts(output, lambda pid: pid == scene.worker):
        return True
    files = [output / each.file for each in scene.stored.names if each.job == job.id]
    return any(each.exists() and each.stat().st_mtime >= scene.since for each in files)
