"""Reads uploads from requests: a form with one file (`multipart/form-data`), or a bare body."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import BodyPartReader, web

from engine.errors import BadRequest
from engine.server.files.uploads import Part, received
from engine.server.limits import chunks, soon

#: Of one field that is no file.
MAX_FIELD_BYTES = 2**16
MAX_FIELDS = 32
PIECE = 2**16


@dataclass
class Form:
    """What a client sent.

    Attributes:
        name: the file's name in the client's words.
        texts: the other fields.
        part: the file's content; None where the form has no file.
    """

    name: str = ""
    texts: dict[str, str] = field(default_factory=dict[str, str])
    part: Part | None = None


@asynccontextmanager
async def received_form(
    request: web.Request, folder: Path, limit: int, file_field: str | None = None
) -> AsyncGenerator[Form]:
    """Take in a form or a bare body; its file is gone at the end unless it was given a name.

    Args:
        folder: where the file is written for the time being.
        limit: bytes of the file.
        file_field: the field with the file; None takes the first file.

    Raises:
        BadRequest: the form is damaged, or broke off.
        HTTPRequestTimeout: nothing of it came for too long.
        TooLarge: the file is larger than the limit, or a field is.
    """
    async with AsyncExitStack() as stack:
        try:
            if request.content_type.startswith("multipart/"):
                form = await _read(stack, request, (folder, limit), file_field)
            else:
                part = await stack.enter_async_context(
                    received(chunks(request, limit), folder, limit)
                )
                form = Form(part=part)
        except (ConnectionError, web.RequestPayloadError, ValueError, AssertionError) as problem:
            raise BadRequest(f"The upload is damaged, or broke off: {problem}.") from problem
        yield form


async def _read(
    stack: AsyncExitStack, request: web.Request, target: tuple[Path, int], file_field: str | None
) -> Form:
    form = Form()
    reader = await request.multipart()
    count = 0
    while (each := await soon(reader.next())) is not None:
        count += 1
        if not isinstance(each, BodyPartReader) or count > MAX_FIELDS:
            raise BadRequest("The form is not a plain one with a few fields. Send one file a form.")
        if each.filename is None:
            form.texts[each.name or ""] = await _text(each)
        elif form.part is None and file_field in (None, each.name):
            form.name = each.filename
            form.part = await stack.enter_async_context(received(_chunks(each), *target))
        else:
            async for _ in _chunks(each):  # one file is taken
                pass
    return form


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await soon(part.read_chunk(PIECE)):
        yield chunk


async def _text(part: BodyPartReader) -> str:
    text = b""
    async for chunk in _chunks(part):
        text += chunk
        if len(text) > MAX_FIELD_BYTES:
            raise BadRequest(
                f'The field "{part.name}" is too long: {MAX_FIELD_BYTES} bytes are read.'
            )
    return text.decode("utf-8", "replace")
