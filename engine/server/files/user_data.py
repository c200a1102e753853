"""What the editor keeps for a user: files below `user/NAME/`, written beside and renamed."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine.errors import Conflict, Denied, NotFound, PathError
from engine.paths import inside
from engine.server.files.uploads import told

if TYPE_CHECKING:
    from engine.paths import Folders


class Entry(NamedTuple):
    """A file or a folder, by its name below the user's folder."""

    name: str
    is_folder: bool
    size: int
    modified: float
    created: float


def home(folders: Folders, user: str) -> Path:
    """Return a user's folder, which may not be there yet.

    Raises:
        PathError: the name leads out.
    """
    return inside(folders.user, user)


def place(root: Path, name: str) -> Path:
    """Return where a file or folder of the user lies; names with dots, such as `.index.json`, are
    the editor's own.

    Raises:
        Denied: the name leads out of the user's folder.
    """
    try:
        path = inside(root, name)
    except PathError as problem:
        raise Denied(problem.message) from problem
    if path == root.resolve():
        raise Denied(f'"{name}" names no file.')
    return path


def existing(root: Path, name: str) -> Path:
    """Return a file of the user.

    Raises:
        Denied: the name leads out of the user's folder.
        NotFound: there is no such file.
    """
    if not (path := place(root, name)).is_file():
        raise NotFound(f'There is no file "{name}".')
    return path


def write(path: Path, content: bytes, *, overwrite: bool) -> None:
    """Write a file, whole or not at all.

    Raises:
        Conflict: it is there and is not to be replaced, or is a folder.
        StorageError: it can not be written.
    """
    with told(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{uuid.uuid4().hex}.part")
        try:
            beside.write_bytes(content)
            _take(beside, path, overwrite=overwrite)
        finally:
            beside.unlink(missing_ok=True)


def move(source: Path, target: Path, *, overwrite: bool) -> None:
    """Give a file another name.

    Raises:
        Conflict: another file has it and is not to be replaced, or it is a folder.
        StorageError: it can not be done.
    """
    if source == target:
        return
    with told(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        _take(source, target, overwrite=overwrite)
        source.unlink(missing_ok=True)


def _take(source: Path, target: Path, *, overwrite: bool) -> None:
    """Give a file's content another name; the first name may stay."""
    if target.is_dir():
        raise Conflict(f'"{target.name}" is a folder. Choose another name.')
    if overwrite:
        source.replace(target)
        return
    try:
        os.link(source, target)
    except FileExistsError as problem:
        raise Conflict(
            f'There is a file "{target.name}" already. Choose another name, or overwrite it.'
        ) from problem
    except OSError:  # a file system without hard links
        target.touch(exist_ok=False)
        source.replace(target)


def entries(root: Path, folder: Path, *, recurse: bool) -> Iterator[Entry]:
    """Yield what lies in a folder of the user, sorted by name; links that lead out are left out."""
    top = root.resolve()
    with os.scandir(folder) as found:
        inside_it = sorted(found, key=lambda each: each.name)
    for each in inside_it:
        path = Path(each.path)
        if each.name.endswith(".part") or not path.resolve().is_relative_to(top):
            continue
        try:
            status = each.stat()
        except OSError:  # gone meanwhile
            continue
        name = path.relative_to(root).as_posix()
        is_folder = each.is_dir()
        yield Entry(name, is_folder, status.st_size, status.st_mtime, status.st_ctime)
        if is_folder and recurse and not each.is_symlink():
            yield from entries(root, path, recurse=True)
