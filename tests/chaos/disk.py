"""What lies on the disk after a kill: read from a copy, so that nothing is mended by looking."""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Collection, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from engine.diffusion.denoising.recording import FRAME
from engine.files.output_files import PART
from engine.jobs.events import Numbered
from engine.jobs.job import Job
from engine.paths import Folders
from engine.recordings import recordings_of_job
from engine.server.starting import DATABASE
from engine.store import events
from engine.store import jobs as job_table


class Name(NamedTuple):
    """The name that was given to one picture of a job."""

    job: str
    file: str


@dataclass(frozen=True)
class Stored:
    """What the database holds.

    Attributes:
        jobs: by id.
        events: in order.
        names: of output files.
        pictures: what the gallery has seen of them, also of jobs that are deleted.
        damage: what SQLite finds wrong.
    """

    jobs: dict[str, Job]
    events: list[Numbered]
    names: list[Name]
    pictures: list[Name]
    damage: list[str]

    def seen_of(self, jobs: Collection[str]) -> set[str]:
        """Return the pictures that jobs made: a cancelled one may have, and not say so."""
        return {each.file for each in self.pictures if each.job in jobs}


def stored(base: Path) -> Stored:
    """Read all of a database, whatever state a kill left it in."""
    with _copied(base / "user") as connection:
        jobs = [job_table.read_row(row) for row in connection.execute(job_table.SELECT)]
        return Stored(
            {job.id: job for job in jobs},
            events.since(connection, 0, limit=sys.maxsize),
            [Name(*row) for row in connection.execute(_NAMES)],
            [Name(*row) for row in connection.execute(_PICTURES)],
            _damage(connection),
        )


_NAMES = (
    "SELECT job, subfolder || iif(subfolder = '', '', '/') || stem || '_' "
    "|| printf('%05d', number) || '_' || suffix FROM outputs WHERE folder = 'output'"
)
_PICTURES = "SELECT job, name FROM pictures WHERE job IS NOT NULL"


def _damage(connection: sqlite3.Connection) -> list[str]:
    found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    broken = [f"a row of {row[0]} names nothing" for row in
              connection.execute("PRAGMA foreign_key_check")]  # fmt: skip
    return [each for each in found if each != "ok"] + broken


@contextmanager
def _copied(user: Path) -> Generator[sqlite3.Connection]:
    with tempfile.TemporaryDirectory() as place:
        for suffix in ("", "-wal"):
            file = user / f"{DATABASE}{suffix}"
            if file.exists():
                shutil.copy(file, place)
        with closing(sqlite3.connect(Path(place, DATABASE))) as connection:
            yield connection


def answers_recorded(base: Path, job: str, since: float) -> int:
    """Return how many answers of a network are whole in a job's recordings that grew lately."""
    folder = recordings_of_job(Folders.at(base), job)
    return sum(
        _frames(each.read_bytes()) - 1  # the header
        for each in (folder.iterdir() if folder.is_dir() else ())
        if each.stat().st_mtime >= since
    )


def _frames(data: bytes) -> int:
    count = at = 0
    while at + FRAME.size <= len(data):
        length, _ = FRAME.unpack_from(data, at)
        at += FRAME.size + length
        count += at <= len(data)
    return count


def parts(output: Path, is_of: Callable[[int], bool] = lambda pid: True) -> list[Path]:
    """Return the files that were being written by processes that `is_of` holds for."""
    found: list[Path] = []
    for each in output.rglob("*.part") if output.is_dir() else ():
        match = PART.fullmatch(each.name)
        if match is None or is_of(int(match[1])):
            found.append(each)
    return found
