"""Files that clients send: written beside in pieces, checked, and given a name when they are whole.

An upload that breaks off leaves nothing.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import shutil
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from engine.errors import (
    BadRequest,
    Conflict,
    EngineError,
    PathError,
    StorageError,
)
from engine.server.files.names import new_path
from engine.server.limits import too_large

#: So much is collected before it is written.
PIECE = 2**20
#: The longest name that makes room for a number.
_LONGEST = 240


@dataclass(frozen=True)
class Part:
    """A file that has come in whole and has no name yet."""

    path: Path
    size: int
    sha256: str


@asynccontextmanager
async def received(chunks: AsyncIterator[bytes], folder: Path, limit: int) -> AsyncGenerator[Part]:
    """Write what comes in beside the files of a folder; at the end it is gone or has a name.

    Raises:
        TooLarge: it has more than `limit` bytes.
        StorageError: the folder can not be written.
        OSError: the disk is full.
    """
    path = folder / f".{uuid.uuid4().hex}.part"
    try:
        with told(folder):
            yield await _written(chunks, path, limit)
    finally:
        path.unlink(missing_ok=True)


async def _written(chunks: AsyncIterator[bytes], path: Path, limit: int) -> Part:
    digest = hashlib.sha256()
    size = 0
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    file = await asyncio.to_thread(path.open, "xb")
    try:
        async for piece in _pieces(chunks):
            size += len(piece)
            if size > limit:
                raise too_large(limit)
            await asyncio.to_thread(file.write, piece)
            digest.update(piece)
        await asyncio.to_thread(file.close)
    finally:
        file.close()
    return Part(path, size, digest.hexdigest())


async def _pieces(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield larger pieces, so that a thread is asked less often."""
    waiting: list[bytes] = []
    size = 0
    async for chunk in chunks:
        waiting.append(chunk)
        size += len(chunk)
        if size >= PIECE:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def settled(part: Part, root: Path, name: str, *, overwrite: bool = False) -> Path:
    """Give a file its name below `root`, and return where it is.

    A file with the same name and content is used again; another one of that name is replaced, or
    the new one gets a number.

    Raises:
        PathError: the name can not be used.
        TooLarge, BadRequest: it is a picture that nobody should open.
        StorageError: it can not be written.
        OSError: the disk is full.
    """
    path = new_path(root, name)
    if path == root.resolve():
        raise PathError(f'"{name}" names no file. Add a name such as "picture.png".')
    check_content(part, path.name)
    with told(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        if overwrite:
            return _replaced(part, path)
        return next(taken for each in _numbered(path) if (taken := _taken(part, each)))


def check_content(part: Part, name: str) -> None:
    """Refuse pictures that take too much memory when they are opened; others may be anything.

    Raises:
        TooLarge: it is one.
    """
    from engine.server.files import pillow

    try:
        with pillow.opened(part.path, name):
            pass
    except BadRequest:  # no picture
        return


def _replaced(part: Part, path: Path) -> Path:
    if path.is_dir():
        raise Conflict(f'"{path.name}" is a folder. Choose another name.')
    part.path.replace(path)
    return path


def _numbered(path: Path) -> Iterator[Path]:
    """Yield a path, then those with a number: `name (1).png`."""
    yield path
    stem = path.stem
    while len((stem + path.suffix).encode()) > _LONGEST:
        stem = stem[:-1]
    for number in count(1):
        yield path.with_name(f"{stem} ({number}){path.suffix}")


def _taken(part: Part, path: Path) -> Path | None:
    """Give a file this name unless another one has it; one with the same content is as good."""
    try:
        _link(part.path, path)
    except FileExistsError:
        return path if _is_same(part, path) else None
    return path


def _link(source: Path, path: Path) -> None:
    try:
        os.link(source, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links, or another one
        path.touch(exist_ok=False)
        beside = path.with_name(source.name)
        try:
            if beside != source:
                shutil.copyfile(source, beside)
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            raise


def _is_same(part: Part, path: Path) -> bool:
    if not path.is_file() or path.stat().st_size != part.size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == part.sha256


@contextmanager
def told(folder: Path) -> Generator[None]:
    """Say in our words why a folder can not be written.

    Raises:
        PathError: the name is what does not fit.
        StorageError: something else is in the way.
        OSError: the disk is full, which the server tells in one way for all.
    """
    try:
        yield
    except OSError as problem:
        if problem.errno in (None, errno.ENOSPC, errno.EDQUOT):
            raise
        raise _meant(problem, f'The file can not be written to "{folder.name}"') from problem


def _meant(problem: OSError, what: str) -> EngineError:
    match problem.errno:
        case errno.ENAMETOOLONG:
            return PathError(f"{what}: its name is too long. Shorten it.")
        case errno.ENOTDIR | errno.EEXIST:
            return PathError(f"{what}: a part of its name is a file, not a folder. Choose another.")
        case _:
            return StorageError(f"{what}: {problem.strerror or problem}. Change its rights.")
