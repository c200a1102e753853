from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.jobs.job import Job
from engine.store import jobs, word_index
from engine.store.database import Database
from engine.store.migrations import migrate
from engine.store.opening import connect


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return where a database is to be."""
    return tmp_path / "user" / "sfumato.sqlite"


@pytest.fixture
def database(place: Path) -> Iterator[Database]:
    """Return a new database, closed at the end."""
    database = Database.open(place)
    yield database
    database.close_now()


@pytest.fixture
def connection() -> Iterator[Any]:
    """Return a connection to a new database in memory."""
    with closing(connect(Path(":memory:"))) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        migrate(connection, Path(":memory:"))
        yield connection


@pytest.fixture
def document(connection: Any) -> str:
    """Return the digest of a document that is there."""
    return jobs.put_document(connection, b'{"nodes": {}}')


def job(job_id: str, document: str, **fields: Any) -> Job:
    """Return a job of "ann", submitted at time 0."""
    given: dict[str, Any] = {"owner": "ann", "created": 0.0, **fields}
    return Job(id=job_id, document=document, **given)


def enter_words(connection: Any) -> None:
    """Let a search find every job."""
    while word_index.enter_next(connection):
        pass
