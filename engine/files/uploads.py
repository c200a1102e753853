"""Files that come from outside into the input folder."""

from __future__ import annotations

import shutil
from itertools import count
from typing import TYPE_CHECKING

from engine.errors import StorageError
from engine.files.identity import file_identity

if TYPE_CHECKING:
    from pathlib import Path

    from engine.paths import Folders


def take_in(source: Path, folders: Folders) -> str:
    """Copy a file into the input folder and return its name there.

    A file with the same name and content is used again; another one of that name gets a number.

    Raises:
        StorageError: it can not be copied.
    """
    if source.resolve().is_relative_to(folders.input.resolve()):
        return source.resolve().relative_to(folders.input.resolve()).as_posix()
    try:
        folders.input.mkdir(parents=True, exist_ok=True)
        for number in count():
            mark = f" ({number})" if number else ""
            target = folders.input / f"{source.stem}{mark}{source.suffix}"
            if not target.exists():
                _copy(source, target)
                return target.name
            if file_identity(target) == file_identity(source):
                return target.name
    except OSError as problem:
        reason = problem.strerror or problem
        raise StorageError(
            f'"{source}" can not be copied to the input folder: {reason}.'
        ) from problem
    raise AssertionError("count never ends")


def _copy(source: Path, target: Path) -> None:
    beside = target.with_name(target.name + ".part")
    try:
        shutil.copyfile(source, beside)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
