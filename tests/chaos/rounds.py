"""One round: a server is asked for things, and it or its worker is killed at some moment."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from random import Random

from tests.chaos.aims import WEIGHTS, Aim, wait_for
from tests.chaos.client import Client
from tests.chaos.disk import Stored, stored
from tests.chaos.landing import Landing, Victim, landing
from tests.chaos.notes import Notes
from tests.chaos.server import PATIENCE_S, Server, until_gone
from tests.chaos.traffic import Clients, Traffic
from tests.chaos.work import JOBS

#: Victim -> how often it is chosen where something runs.
VICTIMS: dict[Victim, int] = {"server": 4, "worker": 4, "both": 2}
#: Aim -> how many clients ask meanwhile, and how long each rests, in seconds.
CLIENTS: dict[Aim, tuple[int, float]] = {
    "sampling": (1, 0.5),
    "saving": (1, 0.5),
    "commit": (3, 0.02),
    "any": (2, 0.3),
}
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

    def play(self, number: int) -> tuple[Aim, Landing]:
        """Play one round; return what was aimed at and where the kill landed."""
        random = Random(f"{self.seed} {number}")
        aim = random.choices([*WEIGHTS], [*WEIGHTS.values()])[0]
        victim = random.choices([*VICTIMS], [*VICTIMS.values()])[0]
        if aim == "commit" and victim == "worker":
            victim = "server"
        self.started()
        since = time.time()
        client = Client(self.server)
        if aim != "commit":
            Traffic(client, self.notes, random).heavy(HEAVY)
        count, rest_s = CLIENTS[aim]
        traffics = [
            Traffic(client, self.notes, Random(f"{self.seed} {number} {place}"))
            for place in range(count)
        ]
        pauses = Random(f"{self.seed} {number} pauses")
        clients = Clients(traffics, lambda: pauses.uniform(0, 2 * rest_s))
        wait_for(aim, client, random)
        landed = self._kill(victim, client, clients, since)
        if clients.failed:
            raise clients.failed[0]
        hits = self.notes.worker_kills if victim == "worker" else self.notes.server_kills
        hits += landed.hit
        return aim, landed

    def started(self) -> Client:
        """Start the server unless it runs, and look whether it heeds what it acknowledged."""
        client = Client(self.server)
        if self.server.is_alive:
            return client
        self.server.start()
        for job, each in self.notes.stopped.items():
            if job in self.notes.unsure or job in self.notes.leaving:
                continue
            state = client.get(f"{JOBS}/{job}")["state"]
            if state in ("queued", "running"):
                told = f"job {job} is {state} after a restart, although its {each.how} was taken"
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

    def _kill(self, victim: Victim, client: Client, clients: Clients, since: float) -> Landing:
        server, worker = self.server, self.server.worker
        if victim == "worker":
            while worker is None:  # the last one was killed just now
                time.sleep(0.05)
                worker = server.worker
            os.kill(worker, signal.SIGKILL)
            os.kill(server.pid, signal.SIGSTOP)  # it does nothing while the disk is looked at
            until_gone(worker)
        else:
            if victim == "both" and worker is not None:
                os.kill(worker, signal.SIGKILL)
            server.kill()
            clients.join()
        facts = self._facts(client)
        landed = landing(victim, server, worker, since, facts)
        if victim == "worker":
            os.kill(server.pid, signal.SIGCONT)
            clients.join()
            self._until_replaced(worker)
        return landed

    def _facts(self, client: Client):
        found: Stored = stored(self.server.base)
        self.notes.wrong += [f"after a kill: {each}" for each in found.damage]
        return found, self.notes.acknowledged(), list(client.unanswered)

    def _until_replaced(self, before: int | None) -> None:
        end = time.monotonic() + PATIENCE_S
        while self.server.worker in (None, before):
            assert time.monotonic() < end, "the server starts no other worker"
            time.sleep(0.01)
