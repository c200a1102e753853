"""A file as an answer: whole, a part of it (RFC 9110, 14), or "not modified" (RFC 9110, 13).

`decide` is a function of plain data; `send_file` does what it says.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO

from aiohttp import web

from engine.errors import NotFound

PIECE = 2**18
_RANGE = re.compile(r"bytes=\s*(\d*)\s*-\s*(\d*)\s*", re.IGNORECASE)
_DIGITS = 18


@dataclass(frozen=True)
class Present:
    """What a file is like now."""

    size: int
    mtime_ns: int

    @property
    def etag(self) -> str:
        """Return a tag that changes when the file does."""
        return f'"{self.mtime_ns:x}-{self.size:x}"'

    @property
    def modified(self) -> int:
        """Return whole seconds, as dates in headers have."""
        return self.mtime_ns // 10**9


@dataclass(frozen=True)
class Decision:
    """What to send: a status and the bytes from `start` to before `stop`."""

    status: int
    start: int = 0
    stop: int = 0


def decide(headers: Mapping[str, str], present: Present) -> Decision:
    """Say how a GET for a file is answered."""
    if _is_known(headers, present):
        return Decision(304)
    whole = Decision(200, 0, present.size)
    if (wanted := headers.get("Range")) is None or not _is_same(headers.get("If-Range"), present):
        return whole
    found = _RANGE.fullmatch(wanted)
    if found is None or max(map(len, found.groups())) > _DIGITS:  # several ranges, another unit
        return whole
    first, last = found.groups()
    if not first and not last:
        return whole
    if not first:
        start, stop = max(0, present.size - int(last)), present.size
    else:
        start, stop = int(first), min(int(last) + 1 if last else present.size, present.size)
        if last and int(last) < start:  # not a range at all
            return whole
    return Decision(206, start, stop) if start < stop else Decision(416)


def _is_known(headers: Mapping[str, str], present: Present) -> bool:
    """Say whether the client has the file as it is."""
    tags = headers.get("If-None-Match")
    if tags is not None:
        known = [tag.strip().removeprefix("W/") for tag in tags.split(",")]
        return "*" in known or present.etag in known
    since = _seconds(headers.get("If-Modified-Since"))
    return since is not None and present.modified <= since


def _is_same(condition: str | None, present: Present) -> bool:
    """Say whether a range continues the file that the client has a part of."""
    if condition is None or condition == present.etag:
        return True
    return _seconds(condition) == present.modified


def _seconds(date: str | None) -> int | None:
    if date is None:
        return None
    try:
        return int(parsedate_to_datetime(date).timestamp())
    except (ValueError, OverflowError):
        return None


async def send_file(
    request: web.Request, path: Path, headers: Mapping[str, str]
) -> web.StreamResponse:
    """Answer with a file.

    Raises:
        NotFound: it is gone.
    """
    file, present = await asyncio.to_thread(_opened, path)
    try:
        decision = decide(request.headers, present)
        answer = web.StreamResponse(status=decision.status, headers=dict(headers))
        answer.headers["ETag"] = present.etag
        answer.headers["Last-Modified"] = formatdate(present.modified, usegmt=True)
        answer.headers["Accept-Ranges"] = "bytes"
        answer.headers.setdefault("Cache-Control", "private, no-cache")
        return await _sent(request, answer, file, decision, present.size)
    finally:
        await asyncio.to_thread(file.close)


def _opened(path: Path) -> tuple[BinaryIO, Present]:
    try:
        file = path.open("rb")
    except (FileNotFoundError, IsADirectoryError) as problem:
        raise NotFound(f'The file "{path.name}" is gone.') from problem
    status = os.fstat(file.fileno())
    return file, Present(status.st_size, status.st_mtime_ns)


async def _sent(
    request: web.Request, answer: web.StreamResponse, file: BinaryIO, part: Decision, size: int
) -> web.StreamResponse:
    if part.status == 206:  # noqa: PLR2004 partial content
        answer.headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    elif part.status == 416:  # noqa: PLR2004 range not satisfiable
        answer.headers["Content-Range"] = f"bytes */{size}"
    if part.status != 304:  # noqa: PLR2004 not modified
        answer.content_length = part.stop - part.start
    await answer.prepare(request)
    if request.method == "HEAD" or part.start == part.stop:
        await answer.write_eof()
    else:
        await _write(request, answer, file, part)
    return answer


async def _write(
    request: web.Request, answer: web.StreamResponse, file: BinaryIO, part: Decision
) -> None:
    left = part.stop - part.start
    await asyncio.to_thread(file.seek, part.start)
    with contextlib.suppress(ConnectionError):  # the client has gone
        while left and (piece := await asyncio.to_thread(file.read, min(PIECE, left))):
            left -= len(piece)
            await answer.write(piece)
        if not left:
            await answer.write_eof()
    if left and request.transport is not None:
        request.transport.abort()  # a broken connection tells that the file became shorter
