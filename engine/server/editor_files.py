"""The editor's files as browsers get them: without comments, compressed once, kept in memory."""

from __future__ import annotations

import gzip
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from engine.server.module_text import without_comments
from engine.server.pack_files import CONTENT_TYPES

#: Where our own modules are; those of others are sent as they came.
OURS = "app"
#: More files than the editor has.
_MOST = 1024

#: What a file is by name and time: when it changes, this does.
Stamp = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Packed:
    """A file of text as it is sent."""

    kind: str
    plain: bytes
    small: bytes


def stamps(folder: Path, rooms: tuple[str, ...]) -> tuple[Stamp, ...]:
    """Return what is in the rooms of a folder now, in the order of names."""
    found: list[Stamp] = []
    for room in rooms:
        at = folder / room
        for path in sorted(at.rglob("*")) if at.is_dir() else [at]:
            if path.is_file():
                found.append(stamp_of(folder, path.relative_to(folder).as_posix()))
    return tuple(found)


def stamp_of(folder: Path, name: str) -> Stamp:
    """Return what a file is now."""
    about = (folder / name).stat()
    return name, about.st_mtime_ns, about.st_size


@lru_cache(maxsize=_MOST)
def packed(folder: Path, stamp: Stamp) -> Packed:
    """Return a file as it is sent."""
    name = stamp[0]
    path = folder / name
    plain = path.read_bytes()
    if path.suffix == ".js" and path.is_relative_to(folder / OURS):
        plain = without_comments(plain.decode()).encode()
    kind = CONTENT_TYPES.get(path.suffix) or mimetypes.guess_type(name)[0] or "text/plain"
    return Packed(kind, plain, gzip.compress(plain, 9, mtime=0))
