"""The second part: every write of a run fails once, in the server and in its worker."""

from __future__ import annotations

import errno
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
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
PROCESSES: tuple[Process, ...] = ("server", "worker")
SHAPE = {"type", "message", "details", "node", "input"}
ENDED = ("succeeded", "failed", "cancelled")
#: A run that has not ended after so long hangs.
PATIENCE_S = 60.0
#: So long a disk stays full that does not fail only once.
FULL_S = 0.5
FOR_EVER = 10**9
LOOK_S = 0.003


def small_picture(random: Random) -> Work:
    """Return a job of one small picture."""
    wanted = replace(work.a_picture(random), steps=2, size=32, count=1)
    body = {"workflow": work.WORKFLOW, "values": wanted.values}
    return Work(str(random.getrandbits(64)), "native", (wanted,), body)


#: What is submitted, by the name under which it is reported.
RUNS: dict[str, Callable[[Random], Work]] = {"number": work.number, "picture": small_picture}


class Fault(NamedTuple):
    """How writes fail.

    Attributes:
        lasts: all that follow fail too, for `FULL_S`; else one fails.
        stride: only every so many writes of a run are tried.
    """

    error: int
    lasts: bool = False
    stride: int = 1


FAULTS = (Fault(errno.ENOSPC), Fault(errno.EIO), Fault(errno.ENOSPC, lasts=True, stride=4))


class Case(NamedTuple):
    """Whose writes fail, during what, and how."""

    process: Process
    run: str
    fault: Fault

    def __str__(self) -> str:
        how = f"from there on for {FULL_S:g} s" if self.fault.lasts else "once"
        return f"{self.process}, {self.run}, {errno.errorcode[self.fault.error]} {how}"


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

    def warm_up(self) -> None:
        """Run one of each kind, which loads models and makes folders."""
        for make in RUNS.values():
            asked = make(self.random)
            self._ended(self.client.change("POST", asked.path, asked.body))

    def go_through(self, case: Case) -> None:
        """Let the first write fail, then a later one, until a run has no more."""
        number = 1
        failed: Counter[str] = Counter()
        while (seen := self._attempt(case, number)).failed:
            failed[_kind(seen.failed)] += 1
            number += case.fault.stride
        self.tried += failed.total()
        print(f"  {case}: {failed.total()} runs of about {seen.writes} writes", flush=True)
        for kind, count in failed.most_common():
            print(f"{count:>12}  {kind}", flush=True)

    def _attempt(self, case: Case, number: int) -> Seen:
        worker = self.server.worker
        pid = self.server.pid if case.process == "server" else worker
        assert pid is not None
        asked = RUNS[case.run](self.random)
        fault = case.fault
        self.faults.arm(pid, fault.error, number, FOR_EVER if fault.lasts else 1)
        answer = self.client.change("POST", asked.path, asked.body)
        found: list[str] = []
        if fault.lasts:
            time.sleep(FULL_S)
            found += self._wrong_while_full(case)
            seen = self.faults.disarm()
            job = self._ended(answer)
        else:
            job = self._ended(answer)
            seen = self.faults.disarm()
        found += self._wrong_answer(answer, asked)
        found += self._wrong_end(job, asked) if job is not None else []
        found += self._wrong_disk()
        if self.server.worker != worker:
            found.append("the worker has ended")
            self._until_worker()
        self.wrong += [f"{case}, write {number} ({seen.failed}): {each}" for each in found]
        return seen

    def _wrong_while_full(self, case: Case) -> Iterator[str]:
        """While the server can write nothing it takes nothing, and still answers."""
        if case.process == "server" and self.faults.seen().failed:
            asked = work.number(self.random)
            answer = self.client.change("POST", asked.path, asked.body)
            if answer.is_good:
                yield "a submission was taken that could not be stored"
            yield from self._wrong_answer(answer, asked)
            if self.client.get(f"{JOBS}?limit=1")["total"] == 0:
                yield "the list of jobs is empty"

    def _ended(self, answer: Answer) -> dict[str, Any] | None:
        """Return the acknowledged job at its end, or as it is after a long time."""
        if not answer.is_good:
            return None
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


def _kind(failed: str) -> str:
    """Return a failed call without what is different each time: "write .part in output"."""
    call, _, name = failed.partition(" ")
    path = Path(name)
    return f"{call} {path.suffix or path.name} in {path.parts[0]}"


def run(base: Path, seed: int) -> list[str]:
    """Go through all cases on one server, and return what did not hold."""
    print("\nwrite errors", flush=True)
    base.parent.mkdir(parents=True, exist_ok=True)
    faults = Faults(base.parent, base)
    with Server(base, faults.variables) as server:
        server.start()
        failing = Failing(server, faults, Client(server), Random(seed))
        failing.warm_up()
        for name in RUNS:
            for process in PROCESSES:
                for fault in FAULTS:
                    failing.go_through(Case(process, name, fault))
        server.stop()
    counts = {
        "runs with a failed write": failing.tried,
        "submissions refused": failing.refused,
        "jobs failed": failing.failed,
    }
    print("\n".join(f"{name:>36}  {count}" for name, count in counts.items()), flush=True)
    return [*failing.wrong, *stored(base).damage]
