"""Which pack was being imported when a process died: it is named at the next start, not tried.

A mark is a file that lies in the cache, locked, while an import goes on. One that nobody holds any
more was left by a process that a pack took down: by `os._exit`, or by a crash of native code.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, ClassVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.packs.pack import Pack

FOLDER = "packs-being-read"


class _Told(msgspec.Struct):
    path: str
    code: str


class Mark:
    """The mark of one import; where the cache can not be written there is none."""

    _live: ClassVar[set[Mark]] = set()

    def __init__(self, cache: Path, pack: Pack) -> None:
        self._file: IO[bytes] | None = None
        name = hashlib.sha256(os.fsencode(pack.path)).hexdigest()[:16]
        self._path = cache / FOLDER / f"{os.getpid()}-{name}"
        with suppress(OSError, UnicodeEncodeError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            told = msgspec.json.encode(_Told(str(pack.path), pack.code))
            self._file = self._path.open("wb")
            _lock(self._file)
            self._file.write(told)
            self._file.flush()
            self._live.add(self)

    def remove(self) -> None:
        """Say that the import has ended, well or not."""
        self._live.discard(self)
        if self._file is not None:
            self._file.close()
            with suppress(OSError):
                self._path.unlink()

    @classmethod
    def remove_all(cls) -> None:
        """Say so of every import: the process ends as it should."""
        for mark in list(cls._live):
            mark.remove()


atexit.register(Mark.remove_all)


def left_over(cache: Path) -> dict[str, str]:
    """Return path and code of the packs whose import took a process down; each is told once."""
    return {told.path: told.code for told in _left(cache / FOLDER)}


def _left(folder: Path) -> Iterator[_Told]:
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        with suppress(OSError, msgspec.DecodeError), path.open("rb") as file:
            _lock(file)  # raises where the other process still holds it
            text = file.read()
            file.close()
            path.unlink()  # raises there, too, on Windows
            yield msgspec.json.decode(text, type=_Told)


def _lock(file: IO[bytes]) -> None:
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
