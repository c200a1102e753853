"""Lists of users' files: names from the shared listing of folders, with what files are like now."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine.model_folders.kinds import ANY_FILE
from engine.model_folders.listing import Wanted
from engine.server.files.names import is_hidden

if TYPE_CHECKING:
    from engine.paths import Folders

_ALL = Wanted(ANY_FILE, strict=True)


class Listed(NamedTuple):
    """A file below a root; times are nanoseconds since the epoch."""

    name: str
    size: int
    mtime_ns: int
    ctime_ns: int


def listed(folders: Folders, root: Path, *, subfolder: str | None = None) -> list[Listed]:
    """Return the files below a root, newest first; hidden ones are left out.

    Args:
        subfolder: only what lies right in it; "" is the root.
    """
    names: Iterable[str] = folders.listing.look(root, _ALL).names
    if subfolder is not None:
        names = (name for name in names if posixpath.dirname(name) == subfolder)
    found = [*_seen(root, (name for name in names if not is_hidden(name)))]
    return sorted(found, key=lambda each: (-each.mtime_ns, each.name))


def _seen(root: Path, names: Iterable[str]) -> Iterator[Listed]:
    for name in names:
        try:
            status = os.stat(f"{root}/{name}")  # noqa: PTH116 strings, called for every file
        except OSError:  # gone meanwhile
            continue
        yield Listed(name, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
