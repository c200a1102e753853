"""Results on disk, so that a second process does not compute them again.

One file a result, written beside and renamed, with a checksum; a damaged file is a miss and is
removed. Processes share the folder without a lock. A file's modification time is when it was last
used, and what was not used for longest goes first.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.cache.codecs import Codecs, Opaque
from engine.results import MISSING, Outputs

logger = logging.getLogger(__name__)

MAGIC = b"sfumato1"
SUFFIX = ".value"
_DIGEST_BYTES = 32
#: A file that is being written.
_PART = ".part"
#: One that was begun an hour ago has no writer any more.
_ABANDONED_NS = 3600 * 10**9
#: After giving up files the tier is this full.
_LOW_WATER = 0.9


class DiskTier:
    """A folder of results, bounded in bytes."""

    def __init__(self, folder: Path, limit_bytes: int, codecs: Codecs | None = None) -> None:
        self.folder = folder
        self.limit_bytes = limit_bytes
        self.codecs = codecs or Codecs()
        self._sizes: dict[str, int] = {}
        self._seen_mtime_ns = -1
        self._lock = threading.Lock()

    def refresh(self) -> None:
        """Look which results are there, if other processes added some."""
        try:
            mtime_ns = self.folder.stat().st_mtime_ns
        except OSError:
            self._sizes.clear()
            return
        if mtime_ns != self._seen_mtime_ns:
            with self._lock:
                self._seen_mtime_ns = mtime_ns
                self._sizes = {path.stem: size for path, size, _ in self._files()}

    def __contains__(self, key: str) -> bool:
        return key in self._sizes

    def get(self, key: str) -> Any:
        """Return the outputs under a key, or MISSING."""
        if key not in self._sizes:
            return MISSING
        path = self._path(key)
        try:
            outputs = self._read(path)
        except Exception as problem:  # noqa: BLE001 a damaged or foreign file may do anything
            logger.debug("Cached result %s is not usable: %s", key, problem)
            self.drop(key)
            return MISSING
        with suppress(OSError):  # the folder may be one that can only be read
            os.utime(path)
        return outputs

    def put(self, key: str, outputs: Outputs) -> bool:
        """Write outputs; False if a value has no codec or there is no room on the disk."""
        try:
            payload = self.codecs.encode(outputs)
        except Opaque:
            return False
        size = len(MAGIC) + _DIGEST_BYTES + len(payload)
        if size > self.limit_bytes:
            return False
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write(self._path(key), payload)
        except OSError as problem:
            logger.warning("The result cache in %s can not be written: %s", self.folder, problem)
            return False
        with self._lock:
            self._sizes[key] = size
            if sum(self._sizes.values()) > self.limit_bytes:
                self._give_up()
        return True

    def drop(self, key: str) -> None:
        """Forget one result."""
        with self._lock:
            self._sizes.pop(key, None)
        with suppress(OSError):
            self._path(key).unlink()

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{SUFFIX}"

    def _read(self, path: Path) -> Outputs:
        data = path.read_bytes()
        start = len(MAGIC) + _DIGEST_BYTES
        payload = data[start:]
        if data[: len(MAGIC)] != MAGIC:
            raise ValueError("not a result file")
        if hashlib.sha256(payload).digest() != data[len(MAGIC) : start]:
            raise ValueError("its checksum is wrong")
        return self.codecs.decode(payload)

    def _write(self, path: Path, payload: bytes) -> None:
        handle, beside = tempfile.mkstemp(dir=self.folder, suffix=_PART)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(MAGIC + hashlib.sha256(payload).digest())
                file.write(payload)
            Path(beside).replace(path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise

    def _files(self, suffix: str = SUFFIX) -> list[tuple[Path, int, int]]:
        """Return path, size and modification time of what is there; others may remove it."""
        found: list[tuple[Path, int, int]] = []
        with suppress(OSError), os.scandir(self.folder) as entries:
            for entry in entries:
                with suppress(OSError):
                    if entry.name.endswith(suffix):
                        status = entry.stat()
                        found.append((Path(entry.path), status.st_size, status.st_mtime_ns))
        return found

    def _give_up(self) -> None:
        files = sorted(self._files(), key=lambda each: each[2])
        total = sum(size for _, size, _ in files)
        for path, size, _ in files[:-1]:
            if total <= self.limit_bytes * _LOW_WATER:
                break
            self._sizes.pop(path.stem, None)
            with suppress(OSError):
                path.unlink()
                total -= size
        for path, _, mtime_ns in self._files(_PART):
            if time.time_ns() - mtime_ns > _ABANDONED_NS:
                path.unlink(missing_ok=True)
