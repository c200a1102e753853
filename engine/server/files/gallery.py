"""The gallery: an index of the output folders that follows them.

Files are looked into by one thread in the background: at start, when a job has written some, and
when a listing finds that a folder has changed. A listing waits for that only a moment.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from engine.errors import EngineError, NotFound
from engine.events import NodeFinished
from engine.server.files import names, scan
from engine.store import pictures as store

if TYPE_CHECKING:
    from engine.jobs.feed import Feed
    from engine.paths import Folders
    from engine.server.files.thumbnails import Thumbnails
    from engine.store.database import Database
    from engine.store.pictures import Picture, Search

#: Seconds that a listing waits for a changed folder; what jobs write is known without.
PATIENCE = 0.03
#: Files that are stored at once.
BATCH = 200

P = ParamSpec("P")
T = TypeVar("T")
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Page:
    """A part of a gallery.

    Attributes:
        is_complete: every file that lies in the folder has been looked into.
    """

    pictures: list[Picture]
    total: int
    is_complete: bool


@dataclass
class _Followed:
    """What is known of one user's folder."""

    folders: dict[str, int] = field(default_factory=dict[str, int])
    scan: asyncio.Task[None] | None = None


class Gallery:
    """The output folders of all users."""

    def __init__(self, database: Database, folders: Folders, thumbnails: Thumbnails) -> None:
        self._database = database
        self._folders = folders
        self._thumbnails = thumbnails
        self._looker = ThreadPoolExecutor(1, "gallery")
        self._followed: dict[str, _Followed] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._takings: set[asyncio.Task[None]] = set()

    async def page(self, owner: str, search: Search, limit: int, offset: int) -> Page:
        """Return a user's files, newest first."""
        is_complete = await self._freshened(owner)
        found, total = await self._database.read(
            lambda c: store.page(c, owner, search, limit, offset)
        )
        return Page(found, total, is_complete)

    def note_written(self, owner: str, written: Iterable[str]) -> None:
        """Take in files that a job has written, by their names below the output folder."""
        taking = self._start(self._take_in(owner, list(written)))
        self._takings.add(taking)
        taking.add_done_callback(self._takings.discard)

    def follow(self, feed: Feed) -> None:
        """Take in what jobs write, as they tell it."""
        self._start(self._follow(feed))

    def start_scan(self, owner: str) -> asyncio.Task[None]:
        """Begin to look through a user's folder, or return the look that is under way."""
        followed = self._followed.setdefault(owner, _Followed())
        if followed.scan is None or followed.scan.done():
            followed.scan = self._start(self._scan(owner, followed))
        return followed.scan

    async def find(self, owner: str, name: str) -> Picture:
        """Return what is known of a file.

        Raises:
            NotFound: there is no such file.
        """
        root = self._root(owner)
        path = names.existing_file(root, name)
        key = path.relative_to(root.resolve()).as_posix()
        if found := await self._database.read(lambda c: store.find(c, owner, key)):
            return found
        try:
            return await self._in_thread(scan.picture, root, key)
        except FileNotFoundError as problem:
            raise NotFound(f'The file "{path.name}" is gone.') from problem

    async def remove(self, owner: str, name: str) -> None:
        """Delete a file, its thumbnails and what is known of it.

        Raises:
            NotFound: there is no such file.
        """
        root = self._root(owner)
        path = names.existing_file(root, name)
        await self._thumbnails.forget(path)
        await asyncio.to_thread(path.unlink, missing_ok=True)
        key = path.relative_to(root.resolve()).as_posix()
        await self._database.write(lambda c: store.remove(c, owner, [key]))

    async def settled(self) -> None:
        """Wait until the files that were noted are taken in."""
        await asyncio.gather(*self._takings)

    async def close(self) -> None:
        """End what is under way; the next start goes on from there."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._looker.shutdown(cancel_futures=True)

    def _root(self, owner: str) -> Path:
        return self._folders.of(owner).output

    async def _freshened(self, owner: str) -> bool:
        """Look into what has changed, and say whether that is done."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._caught_up(owner)
        except TimeoutError:
            return False
        return True

    async def _caught_up(self, owner: str) -> None:
        followed = self._followed.setdefault(owner, _Followed())
        if followed.scan is not None:  # it may have begun before the last change
            await asyncio.wait({followed.scan})
        if not await asyncio.to_thread(scan.is_current, self._root(owner), followed.folders):
            await asyncio.wait({self.start_scan(owner)})

    async def _scan(self, owner: str, followed: _Followed) -> None:
        root = self._root(owner)
        seen = await self._in_thread(scan.walk, root)
        known = await self._database.read(lambda c: store.states(c, owner))
        fresh, gone = scan.changes(seen.files, known)
        if gone:
            await self._database.write(lambda c: store.remove(c, owner, gone))
        await self._look_into(owner, fresh)
        followed.folders = seen.folders

    async def _take_in(self, owner: str, written: list[str]) -> None:
        shown = await self._in_thread(_inside, self._root(owner), written)
        await self._look_into(owner, shown)

    async def _look_into(self, owner: str, fresh: list[str]) -> None:
        root = self._root(owner)
        for start in range(0, len(fresh), BATCH):
            found = await self._in_thread(_looked_into, root, fresh[start : start + BATCH])
            await self._database.write(partial(store.put, owner=owner, pictures=found))

    async def _follow(self, feed: Feed) -> None:
        heard = feed.subscribe(kinds=(NodeFinished,))
        try:
            while True:
                for each in await heard.next():
                    ui = each.event.ui if isinstance(each.event, NodeFinished) else None
                    if ui and (written := _files_in(ui)):
                        self.note_written(each.owner, written)
        finally:
            heard.close()

    async def _in_thread(self, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._looker, partial(work, *given, **named))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: work.close())  # it may have ended before it began
        return task


def _looked_into(root: Path, names: Iterable[str]) -> list[Picture]:
    return list(scan.pictures(root, names))


def _inside(root: Path, written: Iterable[str]) -> list[str]:
    """Return the names of files that do lie in a folder; nodes may say anything."""
    found: list[str] = []
    for name in written:
        with suppress(EngineError):
            path = names.existing_file(root, name)
            found.append(path.relative_to(root.resolve()).as_posix())
    return found


def _files_in(ui: Mapping[str, Sequence[Any]]) -> list[str]:
    """Return the names of the files that a node says it has written to the output folder."""
    lists = (items for items in ui.values() if isinstance(items, list | tuple))
    files = (each for items in lists for each in items if isinstance(each, Mapping))
    return [
        f"{each.get('subfolder', '')}/{each.get('filename', '')}".removeprefix("/")
        for each in files
        if each.get("type") == "output"
    ]


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except (EngineError, OSError) as problem:
        logger.warning("The gallery is not up to date: %s", problem)
