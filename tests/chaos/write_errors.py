"""The second part: every write of a run fails once, in the server and in its worker."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Literal, NamedTuple

from tests.chaos import checks, work
from tests.chaos.client import Answer, Client
from tests.chaos.disk import parts, stored
from tests.chaos.faults import Faults, Seen
from tests.chaos.server import Server
from tests.chaos.work import JOBS, Number, Work

Process = Literal["server", "worker"]
#: An error of a write, and how many writes in a row have it: a bad sector, a full disk.
ERRORS: tuple[tuple[int, int], ...] = ((errno.ENOSPC, 1), (errno.EIO, 1))
SHAPE = {"type", "message", "details", "node", "input"}
ENDED = ("succeeded", "failed", "cancelled")
#: A run that has not ended after so long hangs.
PATIENCE_S = 60.0
LOOK_S = 0.003


def small_picture(random: Random) -> Work:
    """Return a job of one small picture."""
    wanted = work.a_picture(random)._replace(steps=2, size=32, count=1)
    body = {"workflow": work.WORKFLOW, "values": wanted.values}
    return Work(str(random.getrandbits(64)), "native", (wanted,), body)


#: What is submitted, by the name under which it is reported.
RUNS: dict[str, Callable[[Random], Work]] = {"number": work.number, "picture": small_picture}


class Case(NamedTuple):
    """Whose writes fail, during what, and how."""

    process: Process
    run: str
    error: int
    count: int

    def __str__(self) -> str:
        return f"{self.process}, {self.run}, {errno.errorcode[self.error]}"


@dataclass
class Failing:
    """One server whose writes fail on demand."""

    server: Server
    faults: Faults
    client: Client
    random: Random
    wrong: list[str] = field(default_factory=list[str])
    refused: int = 0
    failed: int = 0
    tried: int = 0

    def go_through(self, case: Case) -> None:
        """Let the first write fail, then the second, and so on until a run has no more."""
        number = 0
        seen = Seen(0, "something")
        while seen.failed:
            number += 1
            seen = self._attempt(case, number)
        self.tried += number - 1
        print(f"  {case}: {number - 1} writes failed, one a run", flush=True)

    def _attempt(self, case: Case, number: int) -> Seen:
        worker = self.server.worker
        pid = self.server.pid if case.process == "server" else worker
        assert pid is not None
        asked = RUNS[case.run](self.random)
        self.faults.arm(pid, case.error, number, case.count)
        answer = self.client.change("POST", asked.path, asked.body)
        job = self._ended(answer) if answer.is_good else None
        seen = self.faults.disarm()
        told = f"{case}, write {number} ({seen.failed})"
        found = [
            *self._wrong_answer(answer, asked),
            *([] if job is None else self._wrong_end(job, asked)),
            *self._wrong_disk(),
        ]
        if self.server.worker != worker:
            found.append("the worker has ended")
            self._until_worker()
        self.wrong += [f"{told}: {each}" for each in found]
        return seen

    def _ended(self, answer: Answer) -> dict[str, Any]:
        """Return the acknowledged job at its end, or as it is after a long time."""
        path = f"{JOBS}/{answer.body['jobs'][0]['id']}"
        end = time.monotonic() + PATIENCE_S
        while (job := self.client.get(path))["state"] not in ENDED and time.monotonic() < end:
            time.sleep(LOOK_S)
        return job

    def _wrong_answer(self, answer: Answer, asked: Work) -> Iterator[str]:
        if answer.is_good:
            return
        self.refused += 1
        error = answer.body.get("error", {})
        if error.keys() != SHAPE or error["type"] != "storage":
            yield f"the answer was {answer}"
        if any(job.key == asked.key for job in stored(self.server.base).jobs.values()):
            yield "the submission was refused, and its job is there"

    def _wrong_end(self, job: dict[str, Any], asked: Work) -> Iterator[str]:
        if job["state"] == "failed":
            self.failed += 1
            if job["error"]["type"] != "storage":
                yield f"the job failed: {job['error']}"
            return
        if job["state"] != "succeeded":
            yield f"the job is {job['state']}"
            return
        (wanted,) = asked.wanted
        if isinstance(wanted, Number):
            shown = [text for each in job["shown"].values() for text in each["text"]]
            if shown != [str(wanted.value)]:
                yield f"the job shows {shown}, not {wanted.value}"
        elif len(job["outputs"]) != wanted.count:
            yield f"the job has {len(job['outputs'])} pictures, not {wanted.count}"

    def _wrong_disk(self) -> Iterator[str]:
        found, output = stored(self.server.base), self.server.base / "output"
        yield from found.damage
        yield from checks.success_is_told_once(found.jobs, found.events)
        yield from (f"{each.name} was left behind" for each in parts(output))
        yield from checks.outputs_are_whole(output)
        yield from checks.outputs_are_the_jobs(output, found, {}, set())

    def _until_worker(self) -> None:
        while self.server.worker is None:
            time.sleep(LOOK_S)


def run(base: Path, seed: int) -> list[str]:
    """Go through all cases on one server, and return what did not hold."""
    print("\nwrite errors", flush=True)
    base.parent.mkdir(parents=True, exist_ok=True)
    faults = Faults(base.parent, base)
    server = Server(base, faults.variables)
    server.start()
    failing = Failing(server, faults, Client(server), Random(seed))
    for make in RUNS.values():  # the first of a kind loads models and makes folders
        asked = make(failing.random)
        failing._ended(failing.client.change("POST", asked.path, asked.body))
    for name in RUNS:
        for process in ("server", "worker"):
            for error, count in ERRORS:
                failing.go_through(Case(process, name, error, count))
    server.stop()
    failing.wrong += stored(base).damage
    print(
        f"{failing.tried:>36}  writes failed\n{failing.refused:>36}  submissions refused\n"
        f"{failing.failed:>36}  jobs failed",
        flush=True,
    )
    return failing.wrong
