"""A file that comes as the body of a request, to be read and not kept: bare, or in a form."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.errors import BadRequest
from engine.server.files.forms import received_form

if TYPE_CHECKING:
    from engine.server.routing import Call

#: What a file is called whose name nobody says.
UNNAMED = "the workflow"
#: Of a picture or a document that is read.
MAX_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Handed:
    """A file that a client hands in.

    Attributes:
        name: for errors and the title.
        texts: the fields beside it in a form.
    """

    data: bytes
    name: str = UNNAMED
    texts: dict[str, str] = field(default_factory=dict[str, str])


async def handed_in(call: Call[Any, Any]) -> Handed:
    """Read a request's file.

    Raises:
        BadRequest: there is none.
        TooLarge: it is larger than what is read.
    """
    folder = call.services.folders.of(call.user.name).temp
    async with received_form(call.request, folder, MAX_BYTES) as form:
        if form.part is None or not form.part.size:
            raise BadRequest("There is no file. Send it as the body, or in a form.")
        data = await asyncio.to_thread(form.part.path.read_bytes)
    return Handed(data, form.name or UNNAMED, form.texts)
