"""Names of output files: `prefix_00001_.png`, in subfolders, with `%…%` tokens filled in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import PathError
from engine.files.output_files import NameFor, write_numbered
from engine.paths import inside

if TYPE_CHECKING:
    from engine.context import Context

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
        name_for: gives files their names; None takes the next free number.
    """

    folder: Path
    subfolder: str
    stem: str
    name_for: NameFor | None = None

    def write(self, data: bytes | Iterable[bytes], suffix: str, batch_num: int = 0) -> Path:
        """Write one file, given whole or in parts, and return it; it is never seen half-written.

        Raises:
            StorageError: the disk is full, or the folder cannot be written.
        """
        stem = self.stem.replace("%batch_num%", str(batch_num))
        name_from = self.name_for and partial(self.name_for, self.subfolder, stem, suffix)
        return write_numbered(self.folder, stem, suffix, data, name_from)


def files_of(ctx: Context, kind: str, prefix: str, size: tuple[int, int] = (0, 0)) -> NumberedFiles:
    """Return where the files of a node's prefix go, in a kind of folder.

    Args:
        ctx: of the node.
        kind: "output" or "temp".
        prefix: as a person wrote it.
        size: width and height of what is written, in pixels.

    Raises:
        PathError: the prefix leads out of the folder, or names no file.
    """
    (root,) = ctx.folders.roots(kind)
    return numbered_files(
        root,
        prefix,
        width=size[0],
        height=size[1],
        now=datetime.now(),
        find_widget=partial(widget_value, ctx.prompt),
        name_for=ctx.names_in(kind),
    )


def numbered_files(
    root: Path,
    prefix: str,
    *,
    width: int,
    height: int,
    now: datetime,
    find_widget: FindWidget,
    name_for: NameFor | None = None,
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
    subfolder = "" if subfolder == "." else subfolder
    return NumberedFiles(path.parent, subfolder, path.name, name_for)


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
