"""Which files lie below a folder, quickly: a folder is scanned again only when it has changed.

A folder's modification time changes when an entry comes or goes. A time within the last seconds
is not trusted, as a later change could leave it the same (FAT counts in steps of 2 s).
"""

from __future__ import annotations

import errno
import os
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from stat import S_ISDIR, S_ISREG

from engine.model_folders.kinds import DIFFUSERS_INDEX

TRUSTED_AFTER_NS = 2_000_000_000
LEFT_OUT = ".git"


@dataclass(frozen=True)
class Wanted:
    """Which entries are asked for.

    Attributes:
        suffixes: in lower case; none means every file.
        folders: a folder in the diffusers layout is one name.
        strict: links that lead out of the root are left out.
    """

    suffixes: frozenset[str]
    folders: bool = False
    strict: bool = False


@dataclass
class Found:
    """What lies below a root.

    Attributes:
        names: relative to the root, with forward slashes.
        problems: entries that cannot be used, and why.
    """

    names: list[str] = field(default_factory=list[str])
    problems: list[str] = field(default_factory=list[str])


@dataclass
class _Scan:
    """One folder's entries at the time of a scan."""

    state: tuple[int, int, int]  # device, inode, mtime_ns
    is_settled: bool
    files: list[str] = field(default_factory=list[str])
    folders: list[str] = field(default_factory=list[str])
    links: list[str] = field(default_factory=list[str])
    untellable: list[str] = field(default_factory=list[str])
    _chosen: dict[frozenset[str], list[str]] = field(
        default_factory=dict[frozenset[str], list[str]]
    )

    def chosen(self, suffixes: frozenset[str]) -> list[str]:
        """Return the files with one of these suffixes."""
        if suffixes not in self._chosen:
            self._chosen[suffixes] = [name for name in self.files if _fits(name, suffixes)]
        return self._chosen[suffixes]


class Listing:
    """Remembers scanned folders. Threads may share it: they only ever replace whole scans."""

    def __init__(self) -> None:
        self._scans: dict[str, _Scan] = {}

    def forget(self) -> None:
        """Scan every folder anew from now on, for file systems that keep no times of change."""
        self._scans = {}

    def look(self, root: str | os.PathLike[str], wanted: Wanted) -> Found:
        """Return what lies below `root`; a root that is not there holds nothing.

        Links are followed, those that lead nowhere or in a circle are problems. A folder that is
        reached twice goes by its own name, or else by the first link's.
        """
        found = Found()
        top = os.fspath(root)
        home = os.path.realpath(top)
        seen: set[tuple[int, int]] = set()
        waiting = deque([""])  # links wait on the left, so that folders' own names come first
        while waiting:
            prefix = waiting.pop()
            scan = self._scan(top, prefix, found)
            if scan is None or scan.state[:2] in seen:
                continue
            seen.add(scan.state[:2])
            if wanted.folders and prefix and _is_diffusers(scan):
                found.names.append(prefix[:-1])
                continue
            found.names += [prefix + name for name in scan.chosen(wanted.suffixes)]
            found.problems += [_untellable(prefix, name) for name in scan.untellable]
            waiting.extend(f"{prefix}{name}/" for name in scan.folders)
            for link in _followed(top, prefix, scan, found):
                if wanted.strict and not _is_below(f"{top}/{link}", home):
                    continue
                if os.path.isdir(f"{top}/{link}"):  # noqa: PTH112 strings, called for every link
                    waiting.appendleft(f"{link}/")
                elif _fits(link, wanted.suffixes):
                    found.names.append(link)
        return found

    def _scan(self, top: str, prefix: str, found: Found) -> _Scan | None:
        path = f"{top}/{prefix}"
        try:
            now = time.time_ns()
            status = os.stat(path)  # noqa: PTH116 strings, called for every folder
            state = (status.st_dev, status.st_ino, status.st_mtime_ns)
            known = self._scans.get(path)
            if known is None or known.state != state or not known.is_settled:
                known = _scanned(path, state, now)
                self._scans[path] = known
        except OSError as problem:
            if prefix or not isinstance(problem, FileNotFoundError):
                reason = problem.strerror or problem
                found.problems.append(f'The folder "{path.rstrip("/")}" can not be read: {reason}.')
            return None
        return known


def _scanned(path: str, state: tuple[int, int, int], now: int) -> _Scan:
    scan = _Scan(state, is_settled=now - state[2] > TRUSTED_AFTER_NS)
    with os.scandir(path) as entries:
        for entry in entries:
            name = entry.name
            if (not name.isascii() and not _is_utf8(name)) or "\\" in name:
                scan.untellable.append(name)
            elif entry.is_symlink():
                scan.links.append(name)
            elif entry.is_file():
                scan.files.append(name)
            elif entry.is_dir() and name != LEFT_OUT:
                scan.folders.append(name)
    for names in (scan.files, scan.folders, scan.links):
        names.sort()
    scan.folders.reverse()  # they are taken from the end
    return scan


def _followed(top: str, prefix: str, scan: _Scan, found: Found) -> Iterator[str]:
    """Yield the names of links that lead somewhere; the others are problems."""
    for name in scan.links:
        if reason := _why_not(f"{top}/{prefix}", name):
            found.problems.append(f'The link "{top}/{prefix}{name}" {reason}.')
        elif name != LEFT_OUT:
            yield prefix + name


def _why_not(folder: str, name: str) -> str:
    """Say why a link can not be followed; nothing where it can."""
    try:
        status = os.stat(folder + name)  # noqa: PTH116 strings, called for every link
    except FileNotFoundError:
        return "leads nowhere"
    except OSError as problem:
        if problem.errno == errno.ELOOP:
            return "leads in a circle"
        return f"can not be followed: {problem.strerror or problem}"
    if not S_ISDIR(status.st_mode):
        return "" if S_ISREG(status.st_mode) else "leads to a pipe or a device"
    return "leads in a circle" if _is_below(folder, os.path.realpath(folder + name)) else ""


def _is_below(path: str, home: str) -> bool:
    real = os.path.realpath(path)
    return real == home or real.startswith(home.rstrip(os.sep) + os.sep)


def _is_diffusers(scan: _Scan) -> bool:
    return DIFFUSERS_INDEX in scan.files or DIFFUSERS_INDEX in scan.links


def _fits(name: str, suffixes: frozenset[str]) -> bool:
    return not suffixes or os.path.splitext(name)[1].lower() in suffixes  # noqa: PTH122 strings


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _untellable(prefix: str, name: str) -> str:
    shown = (prefix + name).encode(errors="backslashreplace").decode()
    return (
        f'"{shown}" can not be named in a workflow: its name holds a backslash or is not '
        "UTF-8. Rename it."
    )
