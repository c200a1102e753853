"""What the worker said is stored a moment later; a person may have been quicker."""

from typing import Any

from engine.jobs.board import Board
from engine.jobs.events import JobChanged
from engine.jobs.fates import queued_again
from engine.jobs.hearing import Hearing, Notes
from engine.jobs.job import Job
from engine.jobs.pacing import Pacer


def noted_as_queued(board: Board) -> tuple[Job, Notes]:
    """Return notes of a job that waits again after its worker died."""
    job = Job(id="a", owner="ada", document="", created=1.0, state="running")
    board.add(job)
    notes = Notes()
    pacer = Pacer(lambda: 0.0, lambda seconds: None)
    Hearing(board, pacer, clock=lambda: 2.0).settle(job, queued_again("The worker died."), notes)
    return job, notes


def left(notes: Notes) -> tuple[Any, list[Any]]:
    return notes.changes, [event for _, event in notes.happenings]


def test_a_job_cancelled_meanwhile_is_not_stored_as_queued():
    board = Board()
    job, notes = noted_as_queued(board)
    board.change(job.id, state="cancelled", ended=3.0)
    notes.drop_overtaken(board)

    assert left(notes) == ({}, [])


def test_a_job_paused_meanwhile_is_not_stored_as_queued():
    board = Board()
    job, notes = noted_as_queued(board)
    board.change(job.id, state="paused")
    notes.drop_overtaken(board)

    assert left(notes) == ({}, [])


def test_a_job_that_is_still_so_is_stored():
    board = Board()
    job, notes = noted_as_queued(board)
    notes.drop_overtaken(board)

    assert job.id in notes.changes
    assert any(isinstance(event, JobChanged) for _, event in notes.happenings)


def test_a_job_that_has_ended_is_stored_although_the_board_has_let_it_go():
    board = Board()
    job, notes = noted_as_queued(board)
    board.change(job.id, state="succeeded")
    notes.jobs[job.id] = Job(id="a", owner="ada", document="", created=1.0, state="succeeded")
    notes.drop_overtaken(board)

    assert job.id in notes.changes
