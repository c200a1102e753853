"""A client that submits, stops, resumes, asks again and deletes until the server is gone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from random import Random
from typing import get_args

from tests.chaos import work
from tests.chaos.client import Answer, Client, NoAnswer
from tests.chaos.notes import Notes, Stop, Submitted
from tests.chaos.work import JOBS, Number, Picture, Work

STOPS: tuple[Stop, ...] = get_args(Stop)
#: Of a server with so many unfinished jobs no more pictures are asked.
MOST_WAITING = 12

Make = Callable[[Random], Work]
LIGHT: tuple[Make, ...] = (work.number, work.number, work.numbers, work.prompt)
HEAVY: tuple[Make, ...] = (
    work.picture, work.picture, work.many_pictures, work.seeds, work.grid, work.picture_prompt,
)  # fmt: skip


class Traffic:
    """Asks for things at random and notes what was acknowledged."""

    def __init__(self, client: Client, notes: Notes, random: Random) -> None:
        self._client = client
        self._notes = notes
        self._random = random

    def submit(self, asked: Work) -> None:
        """Send a submission, or the same one again.

        Raises:
            NoAnswer: the server ended.
        """
        self._notes.send(asked)
        answer = self._client.change("POST", asked.path, asked.body)
        if answer.is_good:
            self._notes.took(asked, asked.ids_in(answer.body))
        else:
            self._notes.wrong.append(f"{asked.path} was not taken: {answer}")

    def act(self) -> None:
        """Do one thing.

        Raises:
            NoAnswer: the server ended.
        """
        does = (self._light, self._heavy, self._again, self._stop, self._resume, self._delete)
        self._random.choices(does, weights=(6, 1, 2, 3, 2, 1))[0]()

    def heavy(self) -> None:
        """Ask for pictures.

        Raises:
            NoAnswer: the server ended.
        """
        self.submit(self._random.choice(HEAVY)(self._random))

    def _light(self) -> None:
        self.submit(self._random.choice(LIGHT)(self._random))

    def _heavy(self) -> None:
        if self._client.get(f"{JOBS}?state=queued,running&limit=1")["total"] < MOST_WAITING:
            self.heavy()

    def _again(self) -> None:
        """Send an earlier submission again; one that was not answered first."""
        with self._notes.forgetting:
            sent = [each for each in self._notes.sent() if self._is_known(each)]
            unanswered = [each for each in sent if each.ids is None]
            if chosen := unanswered or sent:
                self.submit(self._random.choice(chosen).work)
                self._notes.done["submissions sent again"] += 1

    def _is_known(self, each: Submitted) -> bool:
        """Say whether the server knows a key: not that of deleted jobs, nor ComfyUI's ids."""
        is_left = self._notes.leaving.isdisjoint(each.ids or ())
        return each.work.api == "native" and is_left

    def _stop(self) -> None:
        """Cancel or pause a job that waits or runs."""
        state = self._random.choice(("running", "queued"))
        found = self._client.get(f"{JOBS}?state={state}&limit=20")["items"]
        jobs = [each["id"] for each in found if each["id"] not in self._notes.stopped]
        if jobs:
            how = self._random.choices(STOPS, weights=(1, 12))[0]
            job = self._random.choice(jobs)
            answer = self._ask("POST", job, f"/{how}")
            if answer.is_good:
                self._notes.stop(job, how, answer.body["state"])
                self._notes.done[f"{how}s of {state} jobs"] += 1

    def _resume(self) -> None:
        if jobs := self._notes.paused():
            job = self._random.choice(jobs)
            if self._ask("POST", job, "/resume").is_good:
                self._notes.stopped.pop(job, None)
                self._notes.done["resumes"] += 1

    def _delete(self) -> None:
        """Delete a job that has ended, or try to delete one that has not."""
        notes = self._notes
        with notes.forgetting:
            kinds = (Number, Number, Number, Picture)  # most pictures stay, to be looked at
            kind = self._random.choice(kinds)
            acknowledged = notes.acknowledged().items()
            jobs = [
                job
                for job, wanted in acknowledged
                if type(wanted) is kind and job not in notes.leaving
            ]
            if not jobs:
                return
            job = self._random.choice(jobs)
            files = self._client.get(f"{JOBS}/{job}")["outputs"]
            notes.left_files.update(each["name"] for each in files)
            notes.leaving.add(job)
            if self._ask("DELETE", job).is_good:
                notes.deleted.add(job)
                notes.done["deletions"] += 1
            else:
                notes.leaving.discard(job)

    def _ask(self, method: str, job: str, what: str = "") -> Answer:
        try:
            return self._client.change(method, f"{JOBS}/{job}{what}")
        except NoAnswer:
            self._notes.unsure.add(job)
            raise


class Clients:
    """Several clients at once, each in a thread, until the server ends or they are told to."""

    def __init__(self, traffics: Sequence[Traffic], pause_s: Callable[[], float]) -> None:
        self._over = threading.Event()
        self._pause_s = pause_s
        self._failed: list[BaseException] = []
        self._threads = [threading.Thread(target=self._run, args=(each,)) for each in traffics]
        for each in self._threads:
            each.start()

    def join(self) -> None:
        """Let them end what they do, and end; what one failed with is raised."""
        self._over.set()
        for each in self._threads:
            each.join()
        if self._failed:
            raise self._failed[0]

    def _run(self, traffic: Traffic) -> None:
        try:
            while not self._over.wait(self._pause_s()):
                traffic.act()
        except NoAnswer:
            pass
        except BaseException as problem:  # noqa: BLE001 told by the thread that joins
            self._failed.append(problem)
