"""The files of saved workflows: JSON below a user's folder, written beside and moved into place."""

from __future__ import annotations

import errno
import os
import unicodedata
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.document.reader import LARGEST
from engine.errors import NotFound, StorageError

SUFFIX = ".json"


def stored_name(name: str) -> str:
    """Return a name as it is stored: composed, with forward slashes."""
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _state(status: os.stat_result) -> str:
    return f"{status.st_ino}:{status.st_size}:{status.st_mtime_ns}"


def states_below(root: Path) -> Iterator[tuple[str, tuple[Path, str]]]:
    """Yield name, path and state of each workflow; hidden files are other programs' notes."""
    for folder, below, files in os.walk(root):
        below[:] = [each for each in below if not each.startswith(".")]
        for file in files:
            path = Path(folder, file)
            if file.startswith(".") or not file.endswith(SUFFIX) or path.is_symlink():
                continue
            with suppress(OSError):  # gone meanwhile
                name = path.relative_to(root).as_posix().removesuffix(SUFFIX)
                yield stored_name(name), (path, _state(path.stat()))


def read_file(path: Path, name: str) -> tuple[bytes, str]:
    """Return what a file holds, and its state.

    Raises:
        NotFound: it is gone.
        StorageError: it can not be read, or is too large.
    """
    try:
        with path.open("rb") as file:
            state = _state(os.fstat(file.fileno()))
            content = file.read(LARGEST + 1)
    except FileNotFoundError as problem:
        raise NotFound(f'There is no workflow "{name}".', details={"name": name}) from problem
    except OSError as problem:
        raise _unusable(name, "read", problem) from problem
    if len(content) > LARGEST:
        raise StorageError(f'The workflow "{name}" is too large: more than {LARGEST >> 20} MB.')
    return content, state


def write_file(path: Path, content: bytes, name: str) -> str:
    """Write a file beside its place, move it there, and return its state."""
    with _told(name, "saved"):
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{uuid.uuid4().hex}.part")
        try:
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        return _state(path.stat())


def move_file(source: Path, target: Path) -> None:
    """Give a file another name."""
    with _told(source.stem, "renamed"):
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)


def remove_file(path: Path, root: Path) -> None:
    """Delete a file and the folders that are empty without it."""
    with _told(path.stem, "deleted"):
        path.unlink()
    home = root.resolve()
    for folder in path.parents:
        if folder == home:
            break
        try:
            folder.rmdir()
        except OSError:
            break


@contextmanager
def _told(name: str, what: str) -> Generator[None]:
    try:
        yield
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _unusable(name, what, problem) from problem


def _unusable(name: str, what: str, problem: OSError) -> StorageError:
    reason = problem.strerror or "the system refuses"
    return StorageError(f'The workflow "{name}" can not be {what}: {reason}.')
