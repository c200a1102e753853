"""What the database of jobs costs: commits a second, one by one and with eight in flight; adding,
listing and moving among 10,000 queued jobs; pages of 100,000 in history, and of 100,000 pictures
in the gallery. Needs no torch.

    python -m benchmarks store [FOLDER]

FOLDER is on the disk to measure; else it is that of temporary files.
"""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from engine.jobs.events import JobChanged, Numbered
from engine.jobs.job import Job
from engine.store import events, job_lists, jobs, pictures, word_index
from engine.store.database import Database
from engine.store.opening import Durability

SECONDS = 2.0
IN_FLIGHT = (1, 8, 64)
QUEUED, HISTORY = 10_000, 100_000
ROUNDS = 20
#: Milliseconds that are asked for.
QUEUE_LIMIT, PAGE_LIMIT = 20.0, 50.0

Work = Callable[[sqlite3.Connection], Any]


def main(arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory(dir=arguments[0] if arguments else None) as folder:
        for durability in ("process", "power"):
            measure_commits(Path(folder) / f"{durability}.sqlite", durability)
        measure_queue(Path(folder) / "queue.sqlite")
        measure_history(Path(folder) / "history.sqlite")
        measure_gallery(Path(folder) / "gallery.sqlite")


def measure_commits(path: Path, durability: Durability) -> None:
    database = Database.open(path, durability=durability)
    for name, work_of in (("rows", row), ("jobs", submission)):
        for in_flight in IN_FLIGHT:
            rate, slow = asyncio.run(commits(database, work_of, in_flight))
            what = f"{durability}: {name}, {in_flight} in flight"
            print(f"{what:34} {rate:8,.0f} a second, 95 % within {slow:6.2f} ms", flush=True)
    database.close_now()


async def commits(
    database: Database, work_of: Callable[[], Work], in_flight: int
) -> tuple[float, float]:
    """Write for some seconds; return commits a second, and milliseconds that few take longer."""
    waits: list[float] = []
    start = time.perf_counter()

    async def write() -> None:
        while (began := time.perf_counter()) - start < SECONDS:
            await database.write(work_of())
            waits.append(time.perf_counter() - began)

    await asyncio.gather(*(write() for _ in range(in_flight)))
    return len(waits) / (time.perf_counter() - start), 1e3 * statistics.quantiles(waits, n=20)[-1]


def row() -> Work:
    """Return a work that writes one row."""
    digest = f"{random.getrandbits(128):032x}"
    return lambda c: c.execute("INSERT INTO documents VALUES (?, '', x'00')", (digest,)).rowcount


def submission() -> Work:
    """Return a work that stores what submitting does: a document, a job and an event."""
    text, job = made(time.time(), "queued")
    seq = random.getrandbits(62)
    event = JobChanged("queued")
    told = [Numbered(seq=seq, job=job.id, owner=job.owner, time=0.0, event=event)]

    def work(c: sqlite3.Connection) -> None:
        jobs.put_document(c, text)
        jobs.add(c, [job])
        events.append(c, told)

    return work


def measure_queue(path: Path) -> None:
    database = Database.open(path)
    fill(database, QUEUED, "queued")
    waiting = database.read_now(jobs.unfinished)
    first = waiting[0].position
    moved = {job.id: job.position + 1 for job in waiting}
    print(f"\n{QUEUED:,} queued (at most {QUEUE_LIMIT:.0f} ms)")
    show("add one", lambda: database.write_now(submission()))
    show("list a page", lambda: page(database, owner="default", states=("queued",)))
    show("move one", lambda: database.write_now(lambda c: move(c, waiting[-1].id, first - 1)))
    show(
        "give all another place", lambda: database.write_now(partial(jobs.reorder, positions=moved))
    )
    show("read all", lambda: database.read_now(jobs.unfinished))
    database.close_now()


def move(c: sqlite3.Connection, job_id: str, position: float) -> None:
    jobs.change(c, job_id, position=position)


def measure_history(path: Path) -> None:
    database = Database.open(path)
    fill(database, HISTORY, "succeeded")
    while database.write_now(word_index.enter_next):
        pass
    print(f"\n{HISTORY:,} in history (at most {PAGE_LIMIT:.0f} ms)")
    for name, asked in {
        "first page": {},
        "middle page": {"offset": HISTORY // 2},
        "last page": {"offset": HISTORY - 50},
        "one owner's": {"owner": "default"},
        "one state's": {"owner": "default", "states": ("failed",)},
        "by duration": {"owner": "default", "sort": "duration"},
        "search, all fit": {"owner": "default", "search": "masterpiece"},
        "search, few fit": {"owner": "default", "search": "word777 word1234"},
    }.items():
        show(name, partial(page, database, **asked))
    show("what is too much", lambda: database.read_now(lambda c: excess(c, HISTORY - 100)))
    oldest = database.read_now(lambda c: excess(c, HISTORY - 1000))
    show("delete 1,000", lambda: database.write_now(partial(jobs.delete, job_ids=oldest)), rounds=1)
    database.close_now()


def page(database: Database, **asked: Any) -> int:
    """Read a page and return how many jobs fit."""
    return database.read_now(lambda c: job_lists.page(c, limit=50, **asked))[1]


def excess(c: sqlite3.Connection, max_count: int) -> list[str]:
    return jobs.beyond_retention(c, max_count, None)


def fill(database: Database, count: int, state: Any) -> None:
    """Store jobs, a few hundred in a transaction."""

    def store(c: sqlite3.Connection, numbers: range) -> None:
        for number in numbers:
            text, job = made(float(number), state)
            jobs.put_document(c, text)
            jobs.add(c, [job])

    for first in range(0, count, 500):
        database.write_now(partial(store, numbers=range(first, min(first + 500, count))))


def made(created: float, state: Any) -> tuple[bytes, Job]:
    """Return a workflow of eight nodes with a prompt of its own, and a job that runs it."""
    prompt = " ".join(f"word{random.randrange(2000)}" for _ in range(40))
    values = {"1": {"text": f"{prompt}, masterpiece"}, "2": {"seed": random.getrandbits(64)}}
    nodes = {str(each): {"type": "Node", "values": values.get(str(each), {})} for each in range(8)}
    text = json.dumps({"format": "sfumato", "version": 1, "nodes": nodes}).encode()
    job = Job(
        id=f"{random.getrandbits(128):032x}",
        owner=random.choice(("default", "default", "ann")),
        document=jobs.digest_of(text),
        created=created,
        position=created,
        state=state,
        title="Text to image",
    )
    if state == "queued":
        return text, job
    ended = created + random.random() * 60
    fields = {"started": created, "ended": ended, "ui": {"9": {"images": [{"filename": "a.png"}]}}}
    return text, msgspec.structs.replace(job, **fields)


def measure_gallery(path: Path) -> None:
    database = Database.open(path)
    for first in range(0, HISTORY, 500):
        some = [_picture(number) for number in range(first, first + 500)]
        database.write_now(partial(pictures.put, owner="default", pictures=some))
    print(f"\n{HISTORY:,} pictures (at most {PAGE_LIMIT:.0f} ms)")
    for words in ("", "unicorn", "word777 word1234", "masterpiece", "zz"):
        search = pictures.Search(words=words)
        asked = partial(pictures.page, owner="default", search=search, limit=50, offset=0)
        show(f'search "{words}"', partial(database.read_now, asked))
    database.close_now()


def _picture(number: int) -> pictures.Picture:
    words = " ".join(f"word{random.randrange(2000)}" for _ in range(40)) + ", masterpiece"
    name = f"picture_{number:05}_.png"
    return pictures.Picture(
        name=name,
        size=1,
        mtime_ns=number,
        width=512,
        height=512,
        prompt=words,
        negative="",
        model="sd15.safetensors",
        seed=str(number),
        sampler="euler",
        scheduler="karras",
        steps=20,
        cfg=7.0,
        job="",
        has_workflow=True,
        words=f"{name} {words} sd15.safetensors" + " unicorn" * (number % 1000 == 0),
    )


def show(name: str, action: Callable[[], Any], *, rounds: int = ROUNDS) -> None:
    times: list[float] = []
    for _ in range(rounds):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    middle, worst = statistics.median(times) * 1e3, max(times) * 1e3
    print(f"{name:34} {middle:8.2f} ms, at most {worst:7.2f} ms", flush=True)
