"""Bodies and answers as ComfyUI's clients send and expect them.

A body is read as JSON whatever its Content-Type says; an empty one is `{}`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import msgspec
from aiohttp import web

from engine.errors import BadRequest, WorkflowError
from engine.importers.json_text import parse_json
from engine.server.answers import Whole
from engine.server.limits import MAX_JSON_BYTES, read_body

if TYPE_CHECKING:
    from engine.server.routing import Call

_encode = msgspec.json.Encoder(enc_hook=str).encode


async def object_of(call: Call[Any, Any]) -> dict[str, Any]:
    """Return the object that a request's body holds.

    Raises:
        BadRequest: it is not JSON, or no object.
    """
    return object_in(await read_body(call.request, MAX_JSON_BYTES))


def object_in(body: bytes) -> dict[str, Any]:
    """Return the object that a body holds; NaN and the like become words.

    Raises:
        BadRequest: it is not JSON, or no object.
    """
    try:
        value = parse_json(body, "the request").value if body.strip() else {}
    except WorkflowError as problem:
        raise BadRequest(problem.message) from problem
    if not isinstance(value, dict):
        raise BadRequest("The body of the request is no JSON object.")
    return cast("dict[str, Any]", value)


def ids_in(value: Any) -> list[str]:
    """Return a list of ids that a client sends; what is no id is left out."""
    found = cast("list[Any]", value) if isinstance(value, list) else []
    return [str(each) for each in found if isinstance(each, str | int)]


def answered(value: Any, status: int = 200) -> web.Response:
    """Return an answer in JSON."""
    return Whole(_encode(value), status)


def nothing() -> web.Response:
    """Return the answer that says only that it is done."""
    return web.Response()
