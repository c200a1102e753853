"""One round: a server is asked for things, and it or its worker is killed at some moment."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Collection, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

from tests.chaos.aims import WEIGHTS, Aim, wait_for
from tests.chaos.client import Client
from tests.chaos.disk import stored
from tests.chaos.landing import Landing, Place, Scene, Victim, landing
from tests.chaos.notes import Notes
from tests.chaos.server import PATIENCE_S, Server, until_gone
from tests.chaos.traffic import Clients, Traffic
from tests.chaos.work import JOBS

#: Victim -> how often it is chosen where something runs.
VICTIMS: dict[Victim, int] = {"server": 4, "worker": 4, "both": 2}
#: Aim -> how many clients ask meanwhile, and how long each rests, in seconds.
CLIENTS: dict[Aim, tuple[int, float]] = {
    "sampling": (2, 0.2),
    "saving": (2, 0.2),
    "commit": (3, 0.02),
    "any": (2, 0.3),
}
#: How much more often a place is aimed at where too few kills have landed.
LACKING = 3
#: Jobs of pictures that are asked for before the clients begin.
HEAVY = 2
#: Seconds in which everything that was asked for has to end.
FINISH_S = 300.0


@dataclass
class Rounds:
    """Rounds on one base directory, everything at random from one seed."""

    server: Server
    notes: Notes
    seed: int

    def play(self, number: int, lacking: Collection[Place]) -> tuple[Aim, Landing]:
        """Play one round; return what was aimed at and where the kill landed.

        Args:
            number: of the round.
            lacking: places where too few have landed so far; they are aimed at more often.
        """
        random = Random(f"{self.seed} {number}")
        weights: dict[Aim, int] = {
            aim: each * (LACKING if aim in lacking else 1) for aim, each in WEIGHTS.items()
        }
        aim = random.choices(list(weights), list(weights.values()))[0]
        victim = random.choices(list(VICTIMS), list(VICTIMS.values()))[0]
        if aim == "commit" and victim == "worker":
            victim = "server"
        client = self.started()
        since, before = time.time(), self.notes.unanswered()
        for _ in range(0 if aim == "commit" else HEAVY):
            Traffic(client, self.notes, random).heavy()
        clients = self._clients(aim, client, f"{self.seed} {number}")
        wait_for(aim, client, random)
        kill = self._kill_worker if victim == "worker" else self._kill_server
        with kill(clients, is_both=victim == "both") as worker:
            unheard = self.notes.unanswered() - before if victim != "worker" else set[str]()
            found = stored(self.server.base)
            wanted = self.notes.acknowledged()
            scene = Scene(self.server.base, worker, since, found, wanted, unheard)
            landed = landing(victim, scene, len(client.unanswered))
        self.notes.wrong += [f"after a kill: {each}" for each in found.damage]
        hits = self.notes.worker_kills if victim == "worker" else self.notes.server_kills
        hits += landed.hit
        return aim, landed

    def _clients(self, aim: Aim, client: Client, seed: str) -> Clients:
        count, rest_s = CLIENTS[aim]
        traffics = [
            Traffic(client, self.notes, Random(f"{seed} {place}")) for place in range(count)
        ]
        pauses = Random(f"{seed} pauses")
        return Clients(traffics, lambda: pauses.uniform(0, 2 * rest_s))

    def started(self) -> Client:
        """Start the server unless it runs, and look whether it heeds what it acknowledged."""
        client = Client(self.server)
        if not self.server.is_alive:
            self.server.start()
        for each in client.get(f"{JOBS}?state=queued,running&limit=500")["items"]:
            job, is_heeded = each["id"], each["wish"] != ""
            stopped = self.notes.stopped.get(job)
            if stopped is not None and job not in self.notes.unsure and not is_heeded:
                told = f"job {job} is {each['state']} again, although its {stopped.how} was taken"
                self.notes.wrong.append(told)
        return client

    def finish(self) -> None:
        """Let everything end that was asked for, and end the server."""
        client = self.started()
        for job in client.get(f"{JOBS}?state=paused&limit=500")["items"]:
            client.change("POST", f"{JOBS}/{job['id']}/resume")
        end = time.monotonic() + FINISH_S
        while client.get(f"{JOBS}?state=queued,running,paused&limit=1")["total"]:
            if time.monotonic() > end:
                self.notes.wrong.append(f"jobs have not ended {FINISH_S:g} s after the last kill")
                break
            time.sleep(0.1)
        self.server.stop()

    @contextmanager
    def _kill_server(self, clients: Clients, *, is_both: bool) -> Generator[int | None]:
        """Kill the server; its worker too, or leave that to the system."""
        worker = self.server.worker
        if is_both and worker is not None:
            os.kill(worker, signal.SIGKILL)
        self.server.kill()
        clients.join()
        yield worker

    @contextmanager
    def _kill_worker(self, clients: Clients, *, is_both: bool) -> Generator[int | None]:
        """Kill the worker; the server does nothing while one looks at the disk, then goes on."""
        assert not is_both
        server = self.server
        worker = self._until_worker(None)
        os.kill(worker, signal.SIGKILL)
        os.kill(server.pid, signal.SIGSTOP)
        until_gone(worker)
        yield worker
        os.kill(server.pid, signal.SIGCONT)
        clients.join()
        self._until_worker(worker)

    def _until_worker(self, before: int | None) -> int:
        """Wait until there is a worker, another one than before."""
        end = time.monotonic() + PATIENCE_S
        while (worker := self.server.worker) in (None, before):
            assert time.monotonic() < end, "the server starts no worker"
            time.sleep(0.01)
        assert worker is not None
        return worker
