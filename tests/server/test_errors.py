"""Errors as answers."""

from __future__ import annotations

import errno
import json
import logging
import os
from typing import Any

import pytest
from aiohttp import web

from engine import errors
from engine.errors import EngineError
from engine.server.errors import answer_to


def told(answer: web.StreamResponse) -> dict[str, Any]:
    assert isinstance(answer, web.Response)
    assert isinstance(answer.body, bytes)
    return json.loads(answer.body)["error"]


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (errors.WorkflowError("no"), 400),
        (errors.InvalidGraph([]), 400),
        (errors.PathError("no"), 400),
        (errors.BadRequest("no"), 400),
        (errors.NotSignedIn("no"), 401),
        (errors.Denied("no"), 403),
        (errors.NotFound("no"), 404),
        (errors.Conflict("no"), 409),
        (errors.TooLarge("no"), 413),
        (errors.QuotaExceeded("no"), 429),
        (errors.DiskUsedUp("no"), 507),
        (errors.TimeLimit("no"), 504),
        (errors.StorageError("no"), 500),
        (errors.StorageError("no", details={"reason": "full"}), 507),
        (errors.WorkerError("no"), 503),
    ],
    ids=lambda it: it.kind if isinstance(it, EngineError) else str(it),
)
def test_each_kind_has_its_status(problem: EngineError, status: int):
    answer = answer_to(problem)

    assert answer.status == status
    assert told(answer)["type"] == problem.kind


def test_every_field_of_an_error_is_told():
    problem = errors.BadValue("Too many.", node_id="4", socket="steps", details={"max": 3})

    assert told(answer_to(problem)) == {
        "type": "bad_value",
        "message": "Too many.",
        "details": {"max": 3},
        "node": "4",
        "input": "steps",
    }


def test_bytes_that_are_no_text_are_told_as_question_marks():
    problem = errors.Denied('This server is not called "\udcff".', details={"host": "\udcff"})

    assert told(answer_to(problem))["message"] == 'This server is not called "?".'
    assert told(answer_to(problem))["details"] == {"host": "?"}


def test_file_that_is_not_there_is_not_found():
    problem = errors.PathError("no", details={"kind": "output", "name": "x.png"})

    assert answer_to(problem).status == 404


def test_client_may_try_again_when_the_worker_is_gone():
    assert int(answer_to(errors.WorkerError("no")).headers["Retry-After"]) > 0


def test_full_disk_is_told_as_such():
    assert answer_to(OSError(errno.ENOSPC, "No space left")).status == 507


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.EROFS, "read_only"),
        (errno.EACCES, "read_only"),
        (errno.EIO, "unreadable"),
        (errno.EMFILE, "busy"),
    ],
)
def test_disk_that_does_not_serve_is_told_without_its_paths(number: int, reason: str):
    answer = answer_to(OSError(number, os.strerror(number), "/home/ada/input"))

    assert (answer.status, told(answer)["type"]) == (500, "storage")
    assert told(answer)["details"] == {"reason": reason}
    assert "ada" not in told(answer)["message"]


def test_nesting_that_is_too_deep_is_the_clients_fault():
    assert answer_to(RecursionError()).status == 400


def test_unexpected_error_is_told_by_its_number_in_the_log(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.ERROR):
        answer = answer_to(ValueError("/home/ada/secret"))

    error = told(answer)
    assert answer.status == 500
    assert error["details"]["reference"] in caplog.text
    assert "/home/ada" in caplog.text
    assert "/home/ada" not in json.dumps(error)
