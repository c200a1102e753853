"""Facts about the machine that each operating system tells in its own way."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import BinaryIO

#: A container's share of the memory (cgroup 2, cgroup 1).
LIMIT_FILES = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
#: What the system says of a disk, or of an account's share of it, on which nothing more fits.
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
#: Of files and connections of one process; more are of no use.
MANY_FILES = 16_384
#: Less than this is no room.
LEAST_ROOM_BYTES = 2**20
_PR_SET_PDEATHSIG = 1
#: Of `mallopt`: pieces from this size on are mapped each, and unmapped when they are free.
_M_MMAP_THRESHOLD, _LARGE_PIECE = -3, 2**20


def memory_bytes() -> int:
    """Return the machine's memory, or a container's smaller share of it; 0 if it cannot be told."""
    found = [_physical_memory_bytes()]
    for path in LIMIT_FILES:
        with contextlib.suppress(OSError, ValueError):  # "max" means no limit
            found.append(int(path.read_text()))
    return min((size for size in found if size), default=0)


def _physical_memory_bytes() -> int:
    if sys.platform == "win32":
        return _windows_memory_bytes()
    with contextlib.suppress(OSError, ValueError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return 0


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load_percent", ctypes.c_uint32),
        *((name, ctypes.c_uint64) for name in ("total", "free", "page_total", "page_free")),
        *((name, ctypes.c_uint64) for name in ("virtual_total", "virtual_free", "extended_free")),
    )


def _windows_memory_bytes() -> int:
    status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
    windll = getattr(ctypes, "windll")  # noqa: B009 exists on Windows alone
    return status.total if windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)) else 0


def is_full(folder: Path) -> bool:
    """Say whether nothing more fits on the disk of a folder; False if it cannot be told."""
    try:
        return shutil.disk_usage(folder).free < LEAST_ROOM_BYTES
    except OSError:
        return False


def end_with_parent() -> None:
    """Have the system kill this process when the one that started it dies; Linux alone can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def give_back_large_memory() -> None:
    """Have the system get large pieces of memory back as soon as they are free; glibc alone can.

    Left alone it keeps pieces of some size for later: one large picture, and they stay for good.
    """
    if sys.platform == "linux" and (set_option := getattr(ctypes.CDLL(None), "mallopt", None)):
        set_option(_M_MMAP_THRESHOLD, _LARGE_PIECE)


def allow_many_files() -> int:
    """Let this process open as many files as the system lets it, and return how many."""
    if sys.platform == "win32":
        return MANY_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(_count(hard), MANY_FILES)
    if _count(soft) < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):  # macOS allows fewer than it says
            return soft
    return wanted


def try_lock(path: Path) -> BinaryIO | None:
    """Return an open file that is locked for as long as it is open; None if another has it.

    The system frees it when the process ends, however it ends.

    Raises:
        OSError: the file cannot be made, or its file system has no locks.
    """
    file = path.open("ab")
    try:
        _lock(file)
    except OSError as problem:
        file.close()
        if problem.errno in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
            return None
        raise
    return file


if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl
    import resource

    def _count(limit: int) -> int:
        return MANY_FILES if limit == resource.RLIM_INFINITY else limit

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
