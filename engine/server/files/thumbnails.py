"""Small pictures, made once and kept on disk.

A thumbnail belongs to a file as it is: its path, size and time are in the key, so a changed file
has another one. Requests for one thumbnail wait for one computation.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from engine.server.files.making import room_for

#: What may be asked for; a size between is rounded up.
SIZES = (64, 128, 256, 512, 1024)
LIMIT_BYTES = 512 * 2**20
#: After making room, so much of the limit is used.
KEPT = 0.8
MAKERS = 2
SUFFIX = ".webp"


class Thumbnails:
    """The thumbnails of one installation."""

    def __init__(self, folder: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._makers = ThreadPoolExecutor(MAKERS, "thumbnails")
        self._under_way: dict[Path, asyncio.Task[bytes]] = {}
        self._gate = threading.Lock()
        self._total: int | None = None

    async def of(self, path: Path, size: int) -> tuple[bytes, str]:
        """Return a picture file's thumbnail as WebP, at most `size` pixels a side, and its tag.

        Raises:
            BadRequest: the file is none.
            TooLarge: it has too many pixels.
            FileNotFoundError: it is gone.
        """
        size = rounded(size)
        place = self._place(await asyncio.to_thread(_identity, path), size)
        return await self._shared(place, path, size), place.stem

    async def forget(self, path: Path) -> None:
        """Delete the thumbnails of a file that is about to be deleted."""

        def delete() -> None:
            identity = _identity(path)
            for size in SIZES:
                self._place(identity, size).unlink(missing_ok=True)

        await asyncio.to_thread(delete)

    def close(self) -> None:
        """End the threads; what is under way is finished."""
        self._makers.shutdown()

    async def _shared(self, place: Path, source: Path, size: int) -> bytes:
        task = self._under_way.get(place)
        if task is None:
            task = asyncio.create_task(self._found_or_made(place, source, size))
            self._under_way[place] = task
            task.add_done_callback(lambda done: self._end(place, done))
        return await asyncio.shield(task)  # another request may wait for it, too

    def _end(self, place: Path, done: asyncio.Task[bytes]) -> None:
        del self._under_way[place]
        if not done.cancelled():
            done.exception()  # whoever asked may have gone, then nobody looks at it

    async def _found_or_made(self, place: Path, source: Path, size: int) -> bytes:
        if (kept := await asyncio.to_thread(_kept, place)) is not None:
            return kept
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._makers, self._made, place, source, size)

    def _made(self, place: Path, source: Path, size: int) -> bytes:
        data = self._shrunk(source, size)
        try:
            self._keep(place, data)
        except OSError:  # a full disk: it is made again the next time
            return data
        return data

    @staticmethod
    def _shrunk(source: Path, size: int) -> bytes:
        from engine.server.files import pillow

        with pillow.opened(source, source.name) as picture, room_for(picture):
            return pillow.small(picture, size)

    def _keep(self, place: Path, data: bytes) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_name(f".{uuid.uuid4().hex}.part")
        try:
            beside.write_bytes(data)
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)
        with self._gate:
            if self._total is None:
                self._total = sum(size for _, size, _ in self._all())
            else:
                self._total += len(data)
            if self._total > self._limit_bytes:
                self._make_room()

    def _make_room(self) -> None:
        """Delete what was not asked for the longest."""
        kept = sorted(self._all())
        total = sum(size for _, size, _ in kept)
        for _, size, path in kept:
            if total <= self._limit_bytes * KEPT:
                break
            path.unlink(missing_ok=True)
            total -= size
        self._total = total

    def _all(self) -> list[tuple[int, int, Path]]:
        """Return time, size and path of each thumbnail."""
        found = ((path.stat(), path) for path in self._folder.glob(f"*/*{SUFFIX}"))
        return [(status.st_mtime_ns, status.st_size, path) for status, path in found]

    def _place(self, identity: str, size: int) -> Path:
        return self._folder / identity[:2] / f"{identity[2:42]}-{size}{SUFFIX}"


def rounded(size: int) -> int:
    """Return the size in which a thumbnail of `size` pixels is kept."""
    return next((each for each in SIZES if each >= size), SIZES[-1])


def _identity(path: Path) -> str:
    status = path.stat()
    text = f"{path}\0{status.st_ino}\0{status.st_size}\0{status.st_mtime_ns}"
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _kept(place: Path) -> bytes | None:
    try:
        data = place.read_bytes()
        os.utime(place)  # the time of use says which go first
    except OSError:
        return None
    return data
