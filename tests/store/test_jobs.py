from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

import pytest

from engine.errors import Conflict, NotFound
from engine.jobs.events import JobChanged, JobDeleted, Numbered
from engine.jobs.job import Job
from engine.store import events, jobs
from tests.store.conftest import enter_words, job

FULL: dict[str, Any] = {
    "state": "failed",
    "title": "Ein Bild",
    "values": {"seed": 2**64 - 1, "prompt": "é", "cfg": 4.5},
    "targets": ["9", "12:7"],
    "priority": -3,
    "position": 0.25,
    "key": "k",
    "batch": "b",
    "batch_index": 2,
    "source": "comfyui",
    "extra": {"client_id": "c", "extra_data": {"extra_pnginfo": {"workflow": {"nodes": []}}}},
    "started": 5.0,
    "ended": 9.5,
    "crashes": 1,
    "restarts": 2,
    "ui": {"9": {"images": [{"filename": "a.png", "subfolder": "", "type": "output"}]}},
    "ran": 5,
    "reused": 2,
    "error": {"kind": "node", "message": "no", "node": "1", "input": None, "details": {}},
}


def ids(found: Sequence[Job]) -> list[str]:
    return [each.id for each in found]


def told(seq: int, job_id: str, event: Any = None) -> Numbered:
    event = event or JobChanged("queued")
    return Numbered(seq=seq, job=job_id, owner="ann", time=0.0, event=event)


def count(c: sqlite3.Connection, table: str) -> int:
    return c.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]


@pytest.mark.parametrize("fields", [{}, FULL], ids=["defaults", "all fields"])
def test_a_job_is_read_as_it_was_added(
    connection: sqlite3.Connection, document: str, fields: dict[str, Any]
):
    jobs.add(connection, [job("1", document, **fields)])

    assert jobs.find(connection, "1") == job("1", document, **fields)


def test_every_field_can_be_changed(connection: sqlite3.Connection, document: str):
    jobs.add(connection, [job("1", document)])

    changed = jobs.change(connection, "1", **FULL)

    assert changed == jobs.find(connection, "1") == job("1", document, **FULL)


def test_a_job_that_is_not_there_is_not_found(connection: sqlite3.Connection):
    assert jobs.find(connection, "1") is None
    with pytest.raises(NotFound, match='There is no job "1"'):
        jobs.change(connection, "1", state="running")


def test_a_document_is_kept_once(connection: sqlite3.Connection):
    digests = {jobs.put_document(connection, b'{"nodes": {}}') for _ in range(2)}

    assert digests == {jobs.digest_of(b'{"nodes": {}}')}
    assert jobs.document(connection, digests.pop()) == b'{"nodes": {}}'
    assert count(connection, "documents") == 1


def test_a_document_that_is_not_there_is_not_found(connection: sqlite3.Connection):
    with pytest.raises(NotFound, match='There is no document "0"'):
        jobs.document(connection, "0")


def test_a_job_without_its_document_is_refused(connection: sqlite3.Connection):
    with pytest.raises(sqlite3.IntegrityError):
        jobs.add(connection, [job("1", "nothing")])


def test_a_second_job_of_an_id_is_refused(connection: sqlite3.Connection, document: str):
    jobs.add(connection, [job("1", document)])

    with pytest.raises(Conflict, match='There is a job "1" already'):
        jobs.add(connection, [job("1", document)])


def test_unfinished_jobs_come_in_the_order_in_which_they_run(
    connection: sqlite3.Connection, document: str
):
    rows: list[tuple[str, Any]] = [
        ("later", {"position": 2.0}),
        ("first", {"position": 1.0, "state": "running"}),
        ("urgent", {"priority": 5, "position": 9.0}),
        ("paused", {"position": 3.0, "state": "paused"}),
        ("done", {"state": "succeeded"}),
        ("also later", {"position": 2.0}),
    ]
    jobs.add(connection, [job(name, document, **fields) for name, fields in rows])

    found = ids(jobs.unfinished(connection))

    assert found == ["urgent", "first", "later", "also later", "paused"]


def test_jobs_are_moved(connection: sqlite3.Connection, document: str):
    jobs.add(connection, [job(name, document) for name in "abc"])
    jobs.reorder(connection, {"a": 3.0, "c": -1.0})

    assert ids(jobs.unfinished(connection)) == ["c", "b", "a"]


def test_an_idempotency_key_is_its_owners(connection: sqlite3.Connection, document: str):
    mine = [job(str(index), document, key="k", batch_index=index) for index in (1, 0)]
    jobs.add(connection, [*mine, job("3", document, key="k", owner="bob"), job("4", document)])

    assert ids(jobs.by_key(connection, "ann", "k")) == ["0", "1"]
    assert ids(jobs.by_key(connection, "bob", "k")) == ["3"]
    assert jobs.by_key(connection, "ann", "other") == []


def test_a_batch_is_read_in_its_order(connection: sqlite3.Connection, document: str):
    rows = [job(str(index), document, batch="b", batch_index=index) for index in (2, 0, 1)]
    jobs.add(connection, [*rows, job("other", document)])

    assert ids(jobs.of_batch(connection, "b")) == ["0", "1", "2"]


def test_deleting_a_job_removes_all_that_is_its_own(connection: sqlite3.Connection):
    kept, gone = (jobs.put_document(connection, text) for text in (b"kept", b"gone"))
    jobs.add(connection, [job("1", kept), job("2", kept), job("3", gone, title="whale")])
    events.append(connection, [told(1, "1"), told(2, "2"), told(3, "3")])
    enter_words(connection)

    jobs.delete(connection, ["2", "3", "never there"])

    assert ids(jobs.unfinished(connection)) == ["1"]
    assert [each.job for each in events.since(connection, 0, limit=9)] == ["1"]
    assert jobs.document(connection, kept) == b"kept"
    assert count(connection, "documents") == 1
    assert count(connection, "job_words") == 1


def test_that_a_job_was_deleted_is_told_while_jobs_of_its_time_are_there(
    connection: sqlite3.Connection, document: str
):
    jobs.add(connection, [job(name, document, created=float(name)) for name in "123"])
    events.append(connection, [told(int(name), name) for name in "123"])
    jobs.delete(connection, ["2"])
    events.append(connection, [told(4, "2", JobDeleted())])
    before = [each.seq for each in events.since(connection, 0, limit=9)]
    jobs.add(connection, [job("5", document, created=5.0)])
    events.append(connection, [told(5, "5")])
    jobs.delete(connection, ["1", "3"])

    assert before == [1, 3, 4]
    assert [each.seq for each in events.since(connection, 0, limit=9)] == [5]


def test_retention_by_count_keeps_the_newest_and_what_has_not_ended(
    connection: sqlite3.Connection, document: str
):
    rows = [job(str(each), document, state="failed", ended=float(each)) for each in range(5)]
    jobs.add(connection, [*rows, job("running", document, state="running")])

    assert jobs.beyond_retention(connection, 3, None) == ["0", "1"]
    assert jobs.beyond_retention(connection, 5, None) == []
    assert jobs.beyond_retention(connection, None, None) == []


def test_retention_by_bytes_counts_a_document_once(connection: sqlite3.Connection):
    shared, own = (jobs.put_document(connection, text * 1000) for text in (b"s", b"o"))
    digests = [own, shared, shared, shared]
    jobs.add(connection, [job(str(i), d, ended=float(i)) for i, d in enumerate(digests)])

    assert jobs.beyond_retention(connection, None, 2100) == []
    assert jobs.beyond_retention(connection, None, 1100) == ["0"]
    assert jobs.beyond_retention(connection, None, 900) == ["0", "1", "2", "3"]
    assert jobs.beyond_retention(connection, 2, 1100) == ["0", "1"]


def test_events_count_for_retention(connection: sqlite3.Connection, document: str):
    jobs.add(connection, [job("1", document), job("2", document)])
    events.append(connection, [told(1, "1", JobChanged("failed", why="w" * 5000))])
    jobs.change(connection, "1", state="succeeded", ended=1.0)
    jobs.change(connection, "2", state="succeeded", ended=2.0)

    assert jobs.beyond_retention(connection, None, 3000) == ["1"]
