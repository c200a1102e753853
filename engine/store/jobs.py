"""Jobs and their documents: functions of a connection, called within a work of the database."""

from __future__ import annotations

import hashlib
import sqlite3
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from engine.errors import Conflict, NotFound
from engine.jobs.job import Job
from engine.store import events
from engine.store.words import spaced

#: Fields with a column of their own, in the table's order; the others are JSON in `rest`.
_COLUMNS = (
    "id",
    "owner",
    "document",
    "created",
    "state",
    "title",
    "priority",
    "position",
    "key",
    "batch",
    "batch_index",
    "source",
    "started",
    "ended",
)
_REST = tuple(name for name in Job.__struct_fields__ if name not in _COLUMNS)
SELECT = f"SELECT {', '.join(_COLUMNS)}, rest FROM jobs"
_INSERT = (
    f"INSERT INTO jobs ({', '.join(_COLUMNS)}, rest, size, document_size) "
    f"VALUES ({', '.join('?' * (len(_COLUMNS) + 2))}, "
    "(SELECT LENGTH(text) FROM documents WHERE digest = ?))"
)
_SIZE_OF_EVENTS = "(SELECT IFNULL(SUM(LENGTH(event)), 0) FROM events WHERE job = jobs.id)"
_AMONG = "IN (SELECT value FROM json_each(?))"

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(dict[str, Any])


def digest_of(text: bytes) -> str:
    """Return the name under which a document is kept."""
    return hashlib.blake2b(text, digest_size=20).hexdigest()


def put_document(c: sqlite3.Connection, text: bytes) -> str:
    """Keep a document's text and return its digest; the same work adds a job that names it."""
    digest = digest_of(text)
    keep_document(c, digest, text)
    return digest


def keep_document(c: sqlite3.Connection, digest: str, text: bytes) -> None:
    """Keep a document's text, for whoever knows its digest.

    Its words are not stored: they are in the index, where they are looked for.
    """
    c.execute(
        "INSERT OR IGNORE INTO documents (digest, words, text) VALUES (?, '', ?)", (digest, text)
    )


def document(c: sqlite3.Connection, digest: str) -> bytes:
    """Return a document's text.

    Raises:
        NotFound: none has this digest.
    """
    row = c.execute("SELECT text FROM documents WHERE digest = ?", (digest,)).fetchone()
    if row is None:
        raise NotFound(f'There is no document "{digest}". Its jobs were deleted.')
    return row[0]


def add(c: sqlite3.Connection, jobs: Iterable[Job]) -> None:
    """Store new jobs; their documents are there already.

    Raises:
        Conflict: a job has the id of one of them.
    """
    for job in jobs:
        try:
            c.execute(_INSERT, (*_row(job), job.document))
        except sqlite3.IntegrityError as problem:
            if problem.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_UNIQUE:
                raise
            raise Conflict(f'There is a job "{job.id}" already. Choose another id.') from problem


def change(c: sqlite3.Connection, job_id: str, **fields: Any) -> Job:
    """Give a job's fields other values, and return it as it is now.

    Raises:
        NotFound: there is no such job.
    """
    before = find(c, job_id)
    if before is None:
        raise NotFound(f'There is no job "{job_id}". It was deleted, or never submitted.')
    job = msgspec.structs.replace(before, **fields)
    put_fields(c, job, fields.keys())
    return job


def put_fields(c: sqlite3.Connection, job: Job, names: Collection[str]) -> None:
    """Store fields of a job that have changed; for whoever has the job, which is not read."""
    # an index is written where its columns are named, changed or not
    columns = [name for name in _COLUMNS if name in names]
    settings = [f"{name} = ?" for name in columns]
    values = [getattr(job, name) for name in columns]
    if job.has_ended or len(columns) < len(names):
        rest = _rest(job)
        settings += ["rest = ?", f"size = ? + {_SIZE_OF_EVENTS if job.has_ended else 0}"]
        values += [rest, len(job.title) + len(rest)]
    c.execute(f"UPDATE jobs SET {', '.join(settings)} WHERE id = ?", (*values, job.id))
    if "error" in names and job.error is not None:
        c.execute(
            "UPDATE job_words SET words = words || ' ' || ? "
            "WHERE rowid = (SELECT number FROM jobs WHERE id = ?)",
            (spaced((job.error.get("message"),)), job.id),
        )


def reorder(c: sqlite3.Connection, positions: Mapping[str, float]) -> None:
    """Give jobs other places among those of their owner and priority."""
    rows = [(position, job_id) for job_id, position in positions.items()]
    c.executemany("UPDATE jobs SET position = ? WHERE id = ?", rows)


def find(c: sqlite3.Connection, job_id: str) -> Job | None:
    """Return a job, or None."""
    row = c.execute(f"{SELECT} WHERE id = ?", (job_id,)).fetchone()
    return row and read_row(row)


def unfinished(c: sqlite3.Connection) -> list[Job]:
    """Return the jobs that wait, run or are paused, those that run first at the front."""
    return _found(
        c,
        "WHERE state IN ('queued', 'running', 'paused') ORDER BY priority DESC, position, number",
    )


def by_key(c: sqlite3.Connection, owner: str, key: str) -> list[Job]:
    """Return what an owner has submitted with an idempotency key."""
    return _found(c, "WHERE owner = ? AND key = ? ORDER BY batch_index, number", owner, key)


def of_batch(c: sqlite3.Connection, batch: str) -> list[Job]:
    """Return the jobs of one submission, in its order."""
    return _found(c, "WHERE batch = ? ORDER BY batch_index, number", batch)


def beyond_retention(
    c: sqlite3.Connection, max_count: int | None, max_bytes: int | None
) -> list[str]:
    """Return the jobs, oldest first, that have ended and are more than may be kept.

    None is no limit. A document counts once, with the newest job that names it.
    """
    ended = "FROM jobs WHERE ended IS NOT NULL"
    count, most_bytes = c.execute(
        f"SELECT COUNT(*), TOTAL(size + document_size) {ended}"
    ).fetchone()
    kept = count if max_count is None else min(count, max_count)
    if max_bytes is not None and most_bytes > max_bytes:
        kept = min(kept, _fitting(c, max_bytes))
    oldest = f"SELECT id {ended} ORDER BY ended, number LIMIT ?"
    return [job_id for (job_id,) in c.execute(oldest, (count - kept,))]


def _fitting(c: sqlite3.Connection, max_bytes: int) -> int:
    """Return how many of the newest ended jobs take no more than so many bytes."""
    rows = c.execute(
        "SELECT document, size, document_size FROM jobs WHERE ended IS NOT NULL "
        "ORDER BY ended DESC, number DESC"
    )
    kept_bytes = 0
    seen: set[str] = set()
    for count, (digest, size, document_size) in enumerate(rows):
        kept_bytes += size + (0 if digest in seen else document_size)
        if kept_bytes > max_bytes:
            return count
        seen.add(digest)
    return sys.maxsize


def delete(c: sqlite3.Connection, job_ids: Collection[str]) -> None:
    """Remove jobs with their events and reserved names, and documents that no job names now.

    Events that tell of deleted jobs go when all jobs of their time are gone.
    """
    ids = _encoder.encode(list(job_ids)).decode()
    documents = c.execute(f"SELECT DISTINCT document FROM jobs WHERE id {_AMONG}", (ids,))
    digests = _encoder.encode([digest for (digest,) in documents]).decode()
    c.execute(
        f"DELETE FROM job_words WHERE rowid IN (SELECT number FROM jobs WHERE id {_AMONG})", (ids,)
    )
    c.execute(f"DELETE FROM events WHERE job {_AMONG}", (ids,))
    c.execute(f"DELETE FROM jobs WHERE id {_AMONG}", (ids,))
    c.execute(
        f"DELETE FROM documents WHERE digest {_AMONG} "
        "AND NOT EXISTS (SELECT 1 FROM jobs WHERE document = digest)",
        (digests,),
    )
    for (oldest,) in c.execute("SELECT id FROM jobs ORDER BY created, number LIMIT 1").fetchall():
        events.forget_before(c, oldest)


def read_row(row: Sequence[Any]) -> Job:
    """Return the job of a row of `SELECT`."""
    *values, rest = row
    return Job(**dict(zip(_COLUMNS, values, strict=True)), **_decoder.decode(rest))


def _found(c: sqlite3.Connection, condition: str, *values: Any) -> list[Job]:
    return [read_row(row) for row in c.execute(f"{SELECT} {condition}", values)]


def _row(job: Job) -> tuple[Any, ...]:
    """Return the values of the columns."""
    rest = _rest(job)
    return (*(getattr(job, name) for name in _COLUMNS), rest, len(job.title) + len(rest))


def _rest(job: Job) -> str:
    """Return the fields without a column as JSON, defaults left out."""
    whole = msgspec.to_builtins(job)
    return _encoder.encode({name: whole[name] for name in _REST if name in whole}).decode()
