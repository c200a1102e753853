"""Many jobs: 10,000 queued behind one that is paused for, and 100,000 in history. Milliseconds over
HTTP to submit one more, to list, and to give one another place; seconds to cancel and to forget all
of them, and how long others wait for an answer meanwhile.

    python -m benchmarks queue
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.serving import DATABASE, Server, serving, trivial
from benchmarks.store import made
from engine.jobs.job import Job
from engine.store import jobs
from engine.store.database import Database

QUEUED, HISTORY = 10_000, 100_000
ROUNDS = 20
#: Milliseconds that are asked for.
QUEUE_LIMIT, PAGE_LIMIT = 20.0, 50.0


def main(arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        queued(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        history(Path(folder))


def queued(base: Path) -> None:
    """Measure among jobs that wait for a worker that is stopped."""
    with serving(base=base) as server:
        server.wait_for("/readyz")
        holding = _worker_stopped(server)
        first = _submit(server, range(5_000))
        _submit(server, range(5_000, QUEUED))
        print(f"{QUEUED:,} queued (at most {QUEUE_LIMIT:.0f} ms)")
        prompt = {"prompt": trivial(-1)}
        show("POST /prompt", lambda: server.ask("POST", "/prompt", prompt))
        one = {"document": document(-2)}
        show("POST /api/v1/jobs", lambda: server.ask("POST", "/api/v1/jobs", one))
        show("GET /api/v1/queue", lambda: server.ask("GET", "/api/v1/queue"))
        show("GET /api/v1/jobs", lambda: server.ask("GET", "/api/v1/jobs?state=queued"))
        show("GET /prompt", lambda: server.ask("GET", "/prompt"))
        move = f"/api/v1/jobs/{first}/move"
        show("move to the front", lambda: server.ask("POST", move, {"to": "front"}))
        show("move to the back", lambda: server.ask("POST", move, {"to": "back"}))
        show("GET /queue, all of them", lambda: server.ask("GET", "/queue"), rounds=5)
        show_beside(server, "once, beside other requests", "GET", "/queue")
        show_beside(server, "cancel all", "POST", "/queue", {"clear": True})
        holding()


def _worker_stopped(server: Server) -> Callable[[], None]:
    """Let the worker stand still; return what lets it go on."""
    stop, go_on = (partial(_signal_all, server, each) for each in (signal.SIGSTOP, signal.SIGCONT))
    stop()
    return go_on


def _signal_all(server: Server, number: int) -> None:
    for pid in server.children():
        os.kill(pid, number)


def _submit(server: Server, seeds: range) -> str:
    """Submit jobs as one batch; return the last one's id."""
    batch = {"seeds": {"count": len(seeds), "start": seeds[0], "input": "1.value"}}
    body = {"document": document(0), "batch": batch}
    answer = json.loads(server.ask("POST", "/api/v1/jobs", body))
    return answer["jobs"][-1]["id"]


def document(value: int) -> dict[str, Any]:
    nodes = {
        "1": {"type": "PrimitiveInt", "values": {"value": value}},
        "2": {"type": "PreviewAny", "links": {"source": ["1", 0, "INT"]}},
    }
    return {"format": "sfumato", "version": 1, "nodes": nodes}


def history(base: Path) -> None:
    """Measure pages of jobs that have ended."""
    database = Database.open(base / "user" / DATABASE)
    for first in range(0, HISTORY, 500):
        database.write_now(partial(_store, numbers=range(first, first + 500)))
    database.close_now()
    with serving(base=base) as server:
        server.wait_for("/readyz")
        print(f"\n{HISTORY:,} in history (at most {PAGE_LIMIT:.0f} ms)")
        for path in (
            "/api/v1/jobs",
            f"/api/v1/jobs?offset={HISTORY // 2}",
            f"/api/v1/jobs?offset={HISTORY - 50}",
            "/api/v1/jobs?state=failed",
            "/api/v1/jobs?sort=duration",
            "/api/v1/jobs?search=word777",
            "/history?max_items=50",
            f"/history?max_items=50&offset={HISTORY // 2}",
            "/api/jobs?limit=50",
            "/api/jobs?status=failed",
        ):
            show(f"GET {path}", partial(server.ask, "GET", path))
        show("POST /prompt", lambda: server.ask("POST", "/prompt", {"prompt": trivial(-1)}))
        show_beside(server, "forget all", "POST", "/history", {"clear": True})


def _store(c: Any, numbers: range) -> None:
    for number in numbers:
        text, job = made(time.time() - HISTORY + number, "succeeded")
        jobs.put_document(c, text)
        jobs.add(c, [_owned(job)])


def _owned(job: Job) -> Job:
    return msgspec.structs.replace(job, owner="default")


def show(name: str, action: Callable[[], Any], *, rounds: int = ROUNDS) -> None:
    times: list[float] = []
    for _ in range(rounds):
        started = time.perf_counter()
        action()
        times.append((time.perf_counter() - started) * 1e3)
    print(f"{name:<34}{statistics.median(times):8.2f} ms, at most {max(times):7.2f}", flush=True)


def show_beside(server: Server, name: str, *request: Any) -> None:
    """Print how long one request takes, and how long others wait that are sent meanwhile."""
    waits: list[float] = []
    with ThreadPoolExecutor(1) as pool:
        started = time.perf_counter()
        answer = pool.submit(server.ask, *request)
        while not answer.done():
            sent = time.perf_counter()
            server.ask("GET", "/healthz")
            waits.append((time.perf_counter() - sent) * 1e3)
        took = time.perf_counter() - started
        answer.result()
    print(f"{name:<34}{took:8.2f} s; others wait at most {max(waits):7.2f} ms", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
