from __future__ import annotations

import sqlite3

from engine.store import jobs, word_index
from engine.store.word_index import AT_ONCE
from tests.store.conftest import enter_words, job


def entered(c: sqlite3.Connection) -> list[int]:
    """Return the numbers of the jobs that a search may find."""
    return [number for (number,) in c.execute("SELECT rowid FROM job_words ORDER BY rowid")]


def test_many_jobs_are_entered_a_part_at_a_time(connection: sqlite3.Connection, document: str):
    jobs.add(connection, [job(str(each), document) for each in range(AT_ONCE + 1)])

    assert word_index.enter_next(connection)
    assert len(entered(connection)) == AT_ONCE
    assert not word_index.enter_next(connection)
    assert entered(connection) == [*range(1, AT_ONCE + 2)]


def test_a_job_that_gets_the_number_of_a_deleted_one_is_entered(
    connection: sqlite3.Connection, document: str
):
    jobs.add(connection, [job("1", document), job("2", document)])
    enter_words(connection)
    jobs.delete(connection, ["2"])
    jobs.add(connection, [job("3", document)])
    enter_words(connection)

    assert entered(connection) == [1, 2]


def test_jobs_of_one_document_share_its_reading(connection: sqlite3.Connection, document: str):
    jobs.add(connection, [job(str(each), document) for each in range(20)])
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    enter_words(connection)

    assert len([each for each in statements if each.startswith("SELECT text")]) == 1
