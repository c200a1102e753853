"""Notices what a pack's code writes to the disk, by Python's audit events (PEP 578)."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
#: event -> which of its arguments are paths that it changes
_CHANGES = {
    "os.rename": (0, 1),
    "os.remove": (0,),
    "os.rmdir": (0,),
    "os.mkdir": (0,),
    "os.link": (1,),
    "os.symlink": (1,),
    "os.truncate": (0,),
}
_MADE_BY_TEMPFILE = ("tempfile.mkstemp", "tempfile.mkdtemp")
_EVENTS = frozenset({"open", *_CHANGES, *_MADE_BY_TEMPFILE})


@dataclass(frozen=True, slots=True)
class Write:
    """A file or folder that was written, and the line that did it."""

    path: Path
    file: str
    line: int


@dataclass(slots=True)
class _Watch:
    """What is watched for.

    Attributes:
        code: only what code below here does counts.
        allowed: folders that may be written; what the tempfile module makes is added.
    """

    code: Path
    allowed: list[Path]
    found: dict[Path, Write] = field(default_factory=dict[Path, Write])

    def see(self, event: str, arguments: Sequence[Any]) -> None:
        if event in _MADE_BY_TEMPFILE:
            self.allowed.append(Path(arguments[0]).resolve())
            return
        for path in _written(event, arguments):
            if path not in self.found and not any(map(path.is_relative_to, self.allowed)):
                place = self._place()
                if place is not None and "__pycache__" not in path.parts:
                    self.found[path] = Write(path, *place)

    def _place(self) -> tuple[str, int] | None:
        """Return the nearest line of the pack, unless a library writes for reasons of its own."""
        frame = inspect.currentframe()
        while frame is not None:
            name = str(frame.f_globals.get("__name__", ""))
            if name.partition(".")[0] in _EXCUSED:
                return None
            file = Path(frame.f_code.co_filename)
            if file.is_relative_to(self.code):
                return str(file), frame.f_lineno
            frame = frame.f_back
        return None


#: Libraries that keep files of their own.
_EXCUSED = frozenset({"tempfile", "torch", "triton", "importlib", "matplotlib", "numba"})
_watches: list[_Watch] = []
_is_installed = False


@contextmanager
def watched(code: Path, allowed: Sequence[Path]) -> Generator[dict[Path, Write]]:
    """Collect what code below `code` writes elsewhere than in the allowed folders."""
    global _is_installed  # an audit hook can not be taken away again
    if not _is_installed:
        _is_installed = True
        sys.addaudithook(_hook)
    watch = _Watch(code, [*(path.resolve() for path in allowed), Path(os.devnull)])
    _watches.append(watch)
    try:
        yield watch.found
    finally:
        _watches.remove(watch)


def _hook(event: str, arguments: Sequence[Any]) -> None:
    if not _watches or event not in _EVENTS:
        return
    for watch in list(_watches):
        watch.see(event, arguments)


def _written(event: str, arguments: Sequence[Any]) -> list[Path]:
    if event == "open":
        path, mode, flags = arguments
        writes = any(sign in mode for sign in "wax+") if isinstance(mode, str) else flags & _WRITING
        places = (path,) if writes else ()
    else:
        places = tuple(arguments[index] for index in _CHANGES[event])
    named = (each for each in places if isinstance(each, (str, bytes, os.PathLike)))
    return [Path(os.path.abspath(os.fsdecode(each))) for each in named]  # noqa: PTH100 no links
