"""What a file is by its content, so that an edited file is another input and a moved one is not.

SHA-256, remembered under (path, inode, size, mtime_ns). A large file whose hash is not known when
the process starts is identified by its size, its header and 16 sampled blocks, which reads 17 MB
instead of gigabytes. It keeps that identity for the life of the process: a hash that becomes known
meanwhile is used from the next start on, so that nothing is computed twice in between.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from engine.errors import PathError

WHOLE_BELOW = 64 * 2**20
BLOCK = 2**20
SAMPLES = 16

_known: dict[tuple[str, int, int, int], str] = {}


def remember(hashes: Mapping[tuple[str, int, int, int], str]) -> None:
    """Take hashes that were computed before, by path, inode, size and mtime_ns."""
    for key, sha256 in hashes.items():
        _known.setdefault(key, sha256)


def file_identity(path: Path) -> str:
    """Return the content identity of a file, or of all files of a folder.

    Raises:
        PathError: the file cannot be read.
    """
    if path.is_dir():
        return _folder_identity(path)
    try:
        status = path.stat()
        key = (str(path), status.st_ino, status.st_size, status.st_mtime_ns)
        if key not in _known:
            _known[key] = _digest(path, status.st_size, status.st_mtime_ns)
        return _known[key]
    except OSError as problem:
        reason = problem.strerror or problem
        raise PathError(f'"{path.name}" can not be read: {reason}.') from problem


def _folder_identity(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{file_identity(path)}\0".encode())
    return digest.hexdigest()


def _digest(path: Path, size: int, mtime_ns: int) -> str:
    with path.open("rb") as file:
        if size <= WHOLE_BELOW:
            return hashlib.file_digest(file, "sha256").hexdigest()
        digest = hashlib.sha256(f"{size}:{mtime_ns}:".encode())
        step = (size - BLOCK) // SAMPLES
        for index in range(SAMPLES + 1):
            file.seek(index * step, os.SEEK_SET)
            digest.update(file.read(BLOCK))
    return "sampled-" + digest.hexdigest()
