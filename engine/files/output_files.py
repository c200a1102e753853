"""Writing output files: none is ever seen half-written, and no two take one name.

A file is written beside under a name that begins with a dot and holds the writer's process, and
gets its own name when it is whole. The names are numbered, `stem_00001_.png`. A job that may be run
again after a crash has its names reserved, so that it fills them again and makes no second file.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import StorageError
from engine.paths import OTHER_OWNERS

if TYPE_CHECKING:
    from engine.paths import Folders

#: Of this process; another one may have had its number before.
_MARK = secrets.token_hex(4)
PART = re.compile(r"\.(\d+)-([0-9a-f]{8})-[0-9a-f]{8}\.part")
#: A part that is older has no writer any more, whatever process has its number now.
ABANDONED_S = 3600.0


@dataclass(frozen=True, slots=True)
class Reservation:
    """What an output file is to be called, and whose it is.

    Attributes:
        node, index: which file of which node (`real_id`) of the job; they count from 0.
        folder: the kind of folder, "output" or "temp".
        subfolder, stem, suffix: the file becomes `subfolder/stem_NUMBER_suffix`.
        least: the smallest number that is free in the folder.
    """

    node: str
    index: int
    folder: str
    subfolder: str
    stem: str
    suffix: str
    least: int


#: Gives a file its name, the same one when it is asked again for the same file of a job.
ReserveName = Callable[[Reservation], str]
#: The same for one node: takes subfolder, stem, suffix and the smallest free number.
NameFor = Callable[[str, str, str, int], str]


def write_numbered(
    folder: Path,
    stem: str,
    suffix: str,
    data: bytes | Iterable[bytes],
    name_from: Callable[[int], str] | None = None,
) -> Path:
    """Write one file and return it: under the next free number, or the name that it is given.

    A file that has the given name already is from an earlier run of the job, and is replaced.

    Raises:
        StorageError: the disk is full, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _written_beside(folder, data) as written:
            least = next_number(folder, stem)
            if name_from is not None:
                path = folder / name_from(least)
                if _filled(written, path, is_new=_number(path.name, stem) >= least):
                    return path
            return _numbered(written, folder, stem, suffix, least)
    except OSError as problem:
        raise StorageError(_why_not(problem, folder / f"{stem}{suffix}")) from problem


def next_number(folder: Path, stem: str) -> int:
    """Return one more than the highest counter of a stem in a folder, whatever the suffix."""
    with os.scandir(folder) as entries:
        return 1 + max((_number(entry.name, stem) for entry in entries), default=0)


def remove_leftovers(folder: Path, older_than_s: float = ABANDONED_S) -> list[Path]:
    """Remove parts of files whose writer has died, below a folder too, and return them.

    A part of a living process is removed only when it is older than `older_than_s`.
    """
    removed: list[Path] = []
    for home, _, names in os.walk(folder):
        for name in names:
            if (found := PART.fullmatch(name)) is None:
                continue
            path = Path(home, name)
            with suppress(OSError):  # somebody else may have removed it
                is_old = time.time() - path.stat().st_mtime > older_than_s
                if is_old or not _is_writing(int(found[1]), found[2]):
                    path.unlink()
                    removed.append(path)
    return removed


def clean_in_background(folders: Folders) -> threading.Thread:
    """Remove what dead processes left in the output folders of all users."""

    def clean() -> None:
        for folder in (folders.output, folders.temp, folders.base / OTHER_OWNERS):
            remove_leftovers(folder)

    thread = threading.Thread(target=clean, name="clean", daemon=True)
    thread.start()
    return thread


def _is_writing(pid: int, mark: str) -> bool:
    if pid == os.getpid():
        return mark == _MARK
    if sys.platform == "win32":
        return True  # there a signal of 0 ends the process; such parts go by their age
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def _written_beside(folder: Path, data: bytes | Iterable[bytes]) -> Generator[Path]:
    """Hold the data, whole or in parts, in a file that nobody takes for a whole one."""
    path = folder / f".{os.getpid()}-{_MARK}-{secrets.token_hex(4)}.part"
    try:
        with path.open("wb") as file:
            file.writelines((data,) if isinstance(data, bytes) else data)
        yield path
    finally:
        path.unlink(missing_ok=True)


def _filled(written: Path, path: Path, *, is_new: bool) -> bool:
    """Give a file its reserved name; False where another program took it just now."""
    try:
        os.link(written, path)
    except FileExistsError:
        if is_new:
            return False
        written.replace(path)
    except OSError:  # a file system without hard links
        if is_new and path.exists():
            return False
        written.replace(path)
    return True


def _numbered(written: Path, folder: Path, stem: str, suffix: str, number: int) -> Path:
    while True:
        path = folder / f"{stem}_{number:05}_{suffix}"
        try:
            _take_name(written, path)
        except FileExistsError:
            number += 1
        else:
            return path


def _number(name: str, stem: str) -> int:
    """Return the counter in a name of this stem, or 0."""
    start = os.path.normcase(stem) + "_"
    name = os.path.normcase(name)
    digits = name[len(start) :].partition("_")
    if not name.startswith(start) or not digits[1] or not digits[0].isdecimal():
        return 0
    return int(digits[0])


def _take_name(written: Path, path: Path) -> None:
    """Give a file its name unless the name is taken."""
    try:
        os.link(written, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: hold the name with an empty file
        path.touch(exist_ok=False)
        written.replace(path)


def _why_not(problem: OSError, path: Path) -> str:
    what = f'"{path.name}" can not be written to the folder "{path.parent.name}": '
    match problem.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return what + "the disk is full. Make room or choose another output folder."
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return (
                what + "there is no permission. Choose another output folder or change its rights."
            )
        case errno.ENAMETOOLONG:
            return what + "the name is too long. Shorten the prefix."
        case _:
            return what + f"{problem.strerror or problem}."
