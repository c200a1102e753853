"""Names of output files: `prefix_00001_.png`, in subfolders, with `%…%` tokens filled in.

Two runs that write at once never take one name: a file is written under a name of its own, and
gets its numbered name by a step that fails if the name is taken.
"""

from __future__ import annotations

import errno
import os
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.errors import PathError, StorageError
from engine.paths import inside

#: Characters that some file system refuses in a name.
ILLEGAL = re.compile(r'[/\\?<>:*|"\x00-\x1f\x7f]')
TOKEN = re.compile(
    r"%(?:(?P<fixed>width|height|year|month|day|hour|minute|second)"
    r"|date:(?P<date>[^%]+)|(?P<widget>[^%.]+\.[^%]+))%"
)
DATE_PART = re.compile(r"yyyy|yy|MM?|dd?|hh?|mm?|ss?")

#: Finds a widget's value by `Node.input`, the node's title or type and the input's name.
FindWidget = Callable[[str], object | None]


@dataclass(frozen=True)
class NumberedFiles:
    """Files that share a folder and a stem and differ by a counter.

    Attributes:
        folder: exists or is made by the first file.
        subfolder: the folder's name below its root, with forward slashes; "" at the root.
        stem: what stands before the counter; `%batch_num%` in it is the picture's place.
    """

    folder: Path
    subfolder: str
    stem: str

    def write(self, data: bytes, suffix: str, batch_num: int = 0) -> Path:
        """Write one file under the next free number and return it.

        Raises:
            StorageError: the disk is full, or the folder cannot be written.
        """
        stem = self.stem.replace("%batch_num%", str(batch_num))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            written = _written_beside(self.folder, data)
            try:
                return _numbered(written, self.folder, stem, suffix)
            finally:
                written.unlink(missing_ok=True)
        except OSError as problem:
            raise StorageError(_why_not(problem, self.folder / f"{stem}{suffix}")) from problem


def numbered_files(
    root: Path,
    prefix: str,
    *,
    width: int,
    height: int,
    now: datetime,
    find_widget: FindWidget,
) -> NumberedFiles:
    """Return where the files of a prefix go, its tokens filled in.

    Raises:
        PathError: the prefix leads out of `root`, or names no file.
    """
    fixed = {"width": f"{width}", "height": f"{height}", "year": f"{now.year}"}
    fixed |= {
        name: f"{getattr(now, name):02}" for name in ("month", "day", "hour", "minute", "second")
    }
    filled = TOKEN.sub(lambda found: _filled(found, fixed, now, find_widget), prefix)
    path = inside(root, filled)
    home = root.resolve()
    if path == home or filled.endswith(("/", "\\")):
        raise PathError(f'"{prefix}" names a folder, not a file. Add a name such as "image".')
    subfolder = path.parent.relative_to(home).as_posix()
    return NumberedFiles(path.parent, "" if subfolder == "." else subfolder, path.name)


def _filled(
    found: re.Match[str], fixed: dict[str, str], now: datetime, find_widget: FindWidget
) -> str:
    """Return what a token stands for; what is no token stays as it is."""
    if name := found["fixed"]:
        return fixed[name]
    if pattern := found["date"]:
        return _formatted(now, pattern)
    value = find_widget(found["widget"])
    return found[0] if value is None else ILLEGAL.sub("_", str(value))


def _formatted(now: datetime, pattern: str) -> str:
    numbers = {"M": now.month, "d": now.day, "h": now.hour, "m": now.minute, "s": now.second}

    def part(found: re.Match[str]) -> str:
        letters = found[0]
        if letters[0] == "y":
            return str(now.year)[-len(letters) :]
        return f"{numbers[letters[0]]:0{len(letters)}}"

    return "/".join(ILLEGAL.sub("_", DATE_PART.sub(part, each)) for each in pattern.split("/"))


def widget_value(prompt: Mapping[str, Any], reference: str) -> object | None:
    """Find the value that `Node.input` names in a graph, or None.

    The node is named by its title, its handle or its type; it and the input may hold dots.
    """
    for node in prompt.values():
        meta = node.get("_meta", {})
        for name in (meta.get("title"), meta.get("handle"), node["class_type"]):
            if name and reference.startswith(f"{name}."):
                value = node["inputs"].get(reference[len(name) + 1 :])
                if isinstance(value, (str, int, float)):
                    return value
    return None


def next_number(folder: Path, stem: str) -> int:
    """Return one more than the highest counter of a stem in a folder, whatever the suffix."""
    pattern = re.compile(re.escape(os.path.normcase(stem)) + r"_(\d+)_")
    numbers = (pattern.match(os.path.normcase(entry.name)) for entry in os.scandir(folder))
    return 1 + max((int(found[1]) for found in numbers if found), default=0)


def _written_beside(folder: Path, data: bytes) -> Path:
    path = folder / f".{uuid.uuid4().hex}.part"
    try:
        path.write_bytes(data)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _numbered(written: Path, folder: Path, stem: str, suffix: str) -> Path:
    number = next_number(folder, stem)
    while True:
        path = folder / f"{stem}_{number:05}_{suffix}"
        try:
            _take_name(written, path)
        except FileExistsError:
            number += 1
        else:
            return path


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
