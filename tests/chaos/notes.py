"""What a client knows: what it asked for, and what was acknowledged. Written down at once."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from tests.chaos.work import Wanted, Work

Stop = Literal["cancel", "pause"]


@dataclass
class Submitted:
    """A submission that was sent.

    Attributes:
        ids: its jobs, once it was acknowledged.
    """

    work: Work
    ids: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Stopped:
    """A cancel or a pause that was acknowledged, when, and the state that was answered."""

    how: Stop
    time: float
    state: str


@dataclass
class Notes:
    """All that one client asked for.

    Attributes:
        submitted: by key.
        stopped: job -> the newest cancel or pause that was acknowledged and not taken back.
        unsure: jobs whose cancel, pause or resume was sent and not answered.
        deleted: jobs whose deletion was acknowledged.
        leaving: jobs whose deletion was sent, acknowledged or not.
        left_files: names of the pictures of jobs that were to be deleted.
        forgetting: held while jobs are deleted, or asked for once more by their key.
        worker_kills: jobs that may have run when the worker was killed, once for each kill.
        server_kills: the same for the server.
        done: how often what was acknowledged, for the report.
        wrong: what the client itself saw that must not be.
    """

    submitted: dict[str, Submitted] = field(default_factory=dict[str, Submitted])
    stopped: dict[str, Stopped] = field(default_factory=dict[str, Stopped])
    unsure: set[str] = field(default_factory=set[str])
    deleted: set[str] = field(default_factory=set[str])
    leaving: set[str] = field(default_factory=set[str])
    left_files: set[str] = field(default_factory=set[str])
    forgetting: threading.Lock = field(default_factory=threading.Lock)
    worker_kills: list[str] = field(default_factory=list[str])
    server_kills: list[str] = field(default_factory=list[str])
    done: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])

    def send(self, work: Work) -> None:
        """Note that a submission is about to be sent."""
        self.submitted.setdefault(work.key, Submitted(work))

    def took(self, work: Work, ids: list[str]) -> None:
        """Note an acknowledgement; a second one names the same jobs."""
        noted = self.submitted[work.key]
        if len(ids) != len(work.wanted):
            self.wrong.append(f"{len(ids)} of {len(work.wanted)} jobs of {work.key} were taken")
        if noted.ids not in (None, tuple(ids)):
            self.wrong.append(f"{work.key} gave the jobs {noted.ids}, and then {ids}")
        noted.ids = tuple(ids)

    def stop(self, job: str, how: Stop, state: str) -> None:
        """Note an acknowledged cancel or pause."""
        before = self.stopped.get(job)
        if before is None or before.how == "pause":
            self.stopped[job] = Stopped(how, time.time(), state)

    def sent(self) -> list[Submitted]:
        """Return all submissions."""
        return list(self.submitted.values())

    def unanswered(self) -> set[str]:
        """Return the keys of submissions that were not acknowledged, or not yet."""
        return {each.work.key for each in self.sent() if each.ids is None}

    def acknowledged(self) -> dict[str, Wanted]:
        """Return the jobs that were acknowledged, and what each is to give."""
        return {
            job: wanted
            for each in self.sent()
            if each.ids is not None
            for job, wanted in zip(each.ids, each.work.wanted, strict=False)
        }

    def paused(self) -> list[str]:
        """Return the jobs that rest because they were asked to."""
        return [
            job
            for job, each in list(self.stopped.items())
            if each.how == "pause" and job not in self.unsure
        ]
