"""Errors as answers: one shape, and the status that goes with each kind.

    {"error": {"type": "not_found", "message": "…", "details": {…}, "node": null, "input": null}}

A request or a document that is wrong is 400, whatever is wrong with it.
"""

from __future__ import annotations

import errno
import json
import logging
import secrets
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.http import HttpProcessingError

from engine import errors
from engine.errors import EngineError
from engine.server.answers import Whole

#: The first class that an error is an instance of says the status.
STATUS: tuple[tuple[type[EngineError], int], ...] = (
    (errors.NotSignedIn, 401),
    (errors.Denied, 403),
    (errors.NotFound, 404),
    (errors.Conflict, 409),
    (errors.TooLarge, 413),
    (errors.DiskUsedUp, 507),
    (errors.QuotaExceeded, 429),
    (errors.StorageError, 500),
    (errors.WorkerError, 503),
    (errors.TimeLimit, 504),
    (errors.NodeError, 500),
    (errors.DeclarationError, 500),
    (EngineError, 400),
)
#: Seconds after which a client may try again when the worker is gone or a quota is used up.
RETRY_AFTER_S = 2

_FULL = ("full", "The disk is full. Make room and try again.")
_FORBIDDEN = (
    "read_only",
    "A file or its folder can not be used. Give the server's account the right to read and "
    "write it.",
)
_BUSY = (
    "busy",
    "The server has too many files and connections open. Try again in a minute.",
)
#: What the system says of a file -> a word for programs, and what to do.
DISK = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: _FORBIDDEN,
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.EIO: ("unreadable", "The disk reports an error. Check the disk."),
    errno.EMFILE: _BUSY,
    errno.ENFILE: _BUSY,
}

logger = logging.getLogger(__name__)


class ErrorBody(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong, for people and for programs.

    Attributes:
        type: a word that does not change.
        details: depends on the type; `problems` lists those of a document.
        node: the node of the document that it concerns.
        input: the input of that node.
    """

    type: str
    message: str
    details: dict[str, Any] = {}
    node: str | None = None
    input: str | None = None


class ErrorAnswer(msgspec.Struct, frozen=True):
    """The answer to a request that is not done."""

    error: ErrorBody


def status_of(problem: EngineError) -> int:
    """Return the status of an error."""
    match problem:
        case errors.StorageError(details={"reason": "full"}):
            return 507
        case errors.PathError(details={"kind": _, "name": _}, node_id=None):
            return 404  # what is named so is not there
        case _:
            pass
    return next(status for kind, status in STATUS if isinstance(problem, kind))


def body_of(problem: EngineError) -> ErrorAnswer:
    """Return an error in the one shape."""
    return ErrorAnswer(
        ErrorBody(
            type=problem.kind,
            message=problem.message,
            details=problem.details,
            node=problem.node_id,
            input=problem.socket,
        )
    )


def answer_to(problem: BaseException) -> web.Response:
    """Return the answer that tells an error; an unexpected one is told by its number in the log."""
    if isinstance(problem, web.HTTPException):
        return _of_aiohttp(problem)
    known = problem if isinstance(problem, EngineError) else _translated(problem)
    return _unexpected(problem) if known is None else _told(known, status_of(known))


def _translated(problem: BaseException) -> EngineError | None:
    """Return what an error means that is not one of ours; None if it means a mistake in here."""
    match problem:
        case RecursionError():
            return errors.BadRequest("The request is nested too deeply. Send it flatter.")
        case ConnectionError() | web.RequestPayloadError() | HttpProcessingError():
            return errors.BadRequest("The request broke off, or is packed wrongly.")
        case OSError(errno=errno.ENAMETOOLONG):
            return errors.PathError("A name is longer than names of files may be.")
        case OSError(errno=int(number)) if number in DISK:
            reason, told = DISK[number]
            return errors.StorageError(told, details={"reason": reason})
        case _:
            return None


def _told(problem: EngineError, status: int) -> web.Response:
    answer = Whole(_encoded(problem), status)
    if status == web.HTTPUnauthorized.status_code:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def _encoded(problem: EngineError) -> bytes:
    body = body_of(problem)
    try:
        return msgspec.json.encode(body, enc_hook=str)
    except UnicodeEncodeError:  # it quotes bytes of a client that are no text
        text = json.dumps(msgspec.to_builtins(body, enc_hook=str), ensure_ascii=False)
        return text.encode(errors="replace")


def _of_aiohttp(problem: web.HTTPException) -> web.Response:
    """Return what aiohttp raises, in our shape; a redirection stays what it is."""
    if isinstance(problem, web.HTTPRedirection):
        return problem
    kind = {404: errors.NotFound, 413: errors.TooLarge}.get(problem.status, errors.BadRequest)
    told = {
        404: "There is nothing at this address.",
        405: "This address does not take this method.",
        408: "Nothing more of the request came for too long.",
        413: "The request is larger than this address takes.",
    }
    answer = _told(kind(told.get(problem.status, f"{problem.reason}.")), problem.status)
    if "Allow" in problem.headers:
        answer.headers["Allow"] = problem.headers["Allow"]
    return answer


def _unexpected(problem: BaseException) -> web.Response:
    number = secrets.token_hex(4)
    logger.error("Unexpected error %s", number, exc_info=problem)
    told = EngineError(
        f"Something went wrong inside the server. Its log has more under {number}.",
        details={"reference": number},
    )
    return _told(told, 500)
