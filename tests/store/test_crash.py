"""A process that is killed while it writes loses nothing that it has acknowledged."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from engine.store import events, jobs
from engine.store.database import Database

WRITES = """
import asyncio, sys
from pathlib import Path
from engine.jobs.job import Job
from engine.store import events, jobs
from engine.store.database import Database

database = Database.open(Path(sys.argv[1]))
first = database.write_now(lambda c: events.reserve_numbers(c, 1000))
print(f"numbers {first}", flush=True)

def submit(c, job_id):
    digest = jobs.put_document(c, job_id.encode() * 100)
    jobs.add(c, [Job(id=job_id, owner="ann", document=digest, created=0.0)])

async def one_after_another(name):
    number = 0
    while True:
        job_id = f"{name} {number}"
        await database.write(lambda c: submit(c, job_id))
        print(job_id, flush=True)
        number += 1

async def run():
    await asyncio.gather(*(one_after_another(sys.argv[2] + name) for name in "abcd"))

asyncio.run(run())
"""


def killed(path: Path, round_name: str, after: int) -> tuple[str, set[str]]:
    """Write in a process that is killed after some lines; return its first line and the others."""
    command = [sys.executable, "-c", WRITES, str(path), round_name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(after)]
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read()
    # the last line may be torn
    lines += rest.splitlines() if rest.endswith("\n") else rest.splitlines()[:-1]
    return lines[0], set(lines[1:])


def stored(database: Database) -> dict[str, bytes]:
    """Return the documents of all jobs, by job."""

    def read(c: sqlite3.Connection) -> dict[str, bytes]:
        return {job.id: jobs.document(c, job.document) for job in jobs.unfinished(c)}

    return database.read_now(read)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_what_was_acknowledged_survives_kills_in_the_middle_of_writing(tmp_path: Path):
    path = tmp_path / "sfumato.sqlite"

    first_number, first = killed(path, "first", after=40)
    second_number, second = killed(path, "second", after=173)

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database = Database.open(path)
    found = stored(database)
    third_number = database.write_now(lambda c: events.reserve_numbers(c, 1))
    database.close_now()
    assert first | second <= found.keys()
    assert all(text == job_id.encode() * 100 for job_id, text in found.items())
    assert (first_number, second_number, third_number) == ("numbers 1", "numbers 1001", 2001)
