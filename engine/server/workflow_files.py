"""The saved workflows of a user: files below `user/NAME/workflows`, and what each held before.

The file is the workflow: other programs may write it, ComfyUI's editor among them. Whenever it is
looked at and holds something new, that becomes a revision; so nothing that was seen once is lost,
whoever writes over it.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakValueDictionary

import msgspec

from engine.errors import Conflict, NotFound, StorageError
from engine.server.files.names import existing_file, new_path
from engine.server.workflow_disk import (
    SUFFIX,
    move_file,
    read_file,
    remove_file,
    states_below,
    stored_name,
    write_file,
)
from engine.store import workflows as table
from engine.store.workflows import How, Revision

if TYPE_CHECKING:
    import sqlite3

    from engine.paths import Folders
    from engine.store.database import Database

#: Who writes in a folder waits for who does already.
_locks: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()


class Seen(NamedTuple):
    """A workflow as its file is now."""

    revision: Revision
    content: bytes


class Stale(Exception):
    """A workflow is not what a change was based on; it holds what it is, None if it is gone."""

    def __init__(self, current: Seen | None) -> None:
        super().__init__()
        self.current = current


class Shelf:
    """The workflows of one user. Names have no ending; parts of them are folders."""

    def __init__(self, database: Database, folders: Folders, owner: str) -> None:
        self._database = database
        self._owner = owner
        self._root = folders.user / owner / "workflows"
        self._lock = _locks.setdefault(self._root, asyncio.Lock())

    async def all(self, *, deleted: bool = False) -> list[Revision]:
        """Return the newest revision of each workflow, by name; or of those that were deleted."""
        async with self._lock:
            known = await self._database.read(partial(table.newest, owner=self._owner))
            fresh = await asyncio.to_thread(self._fresh, known)
            if fresh:
                await self._database.write(partial(self._keep, fresh=fresh))
                known = await self._database.read(partial(table.newest, owner=self._owner))
        found = (each for each in known.values() if each.is_deletion is deleted)
        return sorted(found, key=lambda each: each.name.casefold())

    async def look(self, name: str) -> Seen:
        """Return a workflow.

        Raises:
            NotFound: there is none of that name.
        """
        async with self._lock:
            return await self._look(name)

    async def save(self, name: str, content: bytes, base: int | None) -> Revision:
        """Save a workflow and return its new revision; saving what is there makes none.

        Args:
            base: the revision that was changed; None for a new workflow.

        Raises:
            Stale: it has another revision by now.
        """
        async with self._lock:
            current = await self._look_for(name)
            if current is not None and current.content == content:
                return current.revision
            if base != (current.revision.number if current else None):
                raise Stale(current)
            return await self._put(name, content, "saved")

    async def rename(self, name: str, to: str) -> Revision:
        """Give a workflow another name; its revisions go with it.

        Raises:
            NotFound: there is none of that name.
            Conflict: another one has the new name.
        """
        async with self._lock:
            await self._look(name)
            source, target = self._existing(name), self._place(to)
            if await asyncio.to_thread(target.exists):
                raise Conflict(f'There is a workflow "{to}" already. Choose another name.')
            await asyncio.to_thread(move_file, source, target)
            await self._database.write(
                partial(table.rename, owner=self._owner, old=stored_name(name), new=stored_name(to))
            )
            return (await self._look(to)).revision

    async def delete(self, name: str) -> Revision:
        """Delete a workflow; `restore` brings it back.

        Raises:
            NotFound: there is none of that name.
        """
        async with self._lock:
            await self._look(name)
            await asyncio.to_thread(remove_file, self._existing(name), self._root)
            return await self._add(_made(stored_name(name), "deleted"), None)

    async def restore(self, name: str, number: int | None = None) -> Revision:
        """Save what a workflow held in a revision, or before it was deleted.

        Raises:
            NotFound: there is no such revision, or it holds nothing.
        """
        async with self._lock:
            await self._look_for(name)
            if number is None:
                number = await self._database.read(
                    partial(table.last_with_content, owner=self._owner, name=stored_name(name))
                )
            kept = await self._revision(name, number or 0)
            return await self._put(name, kept.content, "restored")

    async def revisions(self, name: str, limit: int, offset: int) -> list[Revision]:
        """Return revisions, newest first; none where there never was such a workflow."""
        async with self._lock:
            await self._look_for(name)
        return await self._database.read(
            partial(
                table.revisions,
                owner=self._owner,
                name=stored_name(name),
                limit=limit,
                offset=offset,
            )
        )

    async def revision(self, name: str, number: int) -> Seen:
        """Return a revision with what it holds.

        Raises:
            NotFound: there is none of that number, or it is a deletion.
        """
        return await self._revision(name, number)

    async def remember(self, name: str) -> None:
        """Keep what a workflow holds, for those who are about to write or delete its file."""
        async with self._lock:
            await self._look_for(name)

    async def _look_for(self, name: str) -> Seen | None:
        try:
            return await self._look(name)
        except NotFound:
            return None

    async def _look(self, name: str) -> Seen:
        known = await self._database.read(
            partial(table.newest_of, owner=self._owner, name=stored_name(name))
        )
        try:
            content, state = await asyncio.to_thread(read_file, self._existing(name), name)
        except NotFound:
            if known is not None and not known.is_deletion:
                await self._add(_made(stored_name(name), "deleted"), None)
            raise
        if known is not None and known.digest == _digest(content):
            return Seen(known, content)
        return Seen(
            await self._add(_made(stored_name(name), "found", content, state), content), content
        )

    async def _revision(self, name: str, number: int) -> Seen:
        found = await self._database.read(
            partial(table.revision, owner=self._owner, name=stored_name(name), number=number)
        )
        if found is None or found[0].is_deletion:
            raise NotFound(
                f'The workflow "{name}" has no revision {number}. Look which ones it has.',
                details={"name": name, "revision": number},
            )
        return Seen(*found)

    async def _put(self, name: str, content: bytes, how: How) -> Revision:
        """Write the file, then keep the revision: after a crash between them the file is found."""
        state = await asyncio.to_thread(write_file, self._place(name), content, name)
        return await self._add(_made(stored_name(name), how, content, state), content)

    async def _add(self, revision: Revision, content: bytes | None) -> Revision:
        return await self._database.write(
            partial(table.add, owner=self._owner, found=revision, content=content)
        )

    def _place(self, name: str) -> Path:
        return new_path(self._root, name + SUFFIX)

    def _existing(self, name: str) -> Path:
        try:
            return existing_file(self._root, name + SUFFIX)
        except NotFound as problem:
            raise NotFound(
                f'There is no workflow "{name}". It may have been renamed or deleted.',
                details={"name": name},
            ) from problem

    def _fresh(self, known: dict[str, Revision]) -> list[tuple[Revision, bytes | None]]:
        """Return what files hold that were changed, and what is gone."""
        fresh: list[tuple[Revision, bytes | None]] = []
        states = dict(states_below(self._root))
        for name, (path, state) in states.items():
            last = known.get(name)
            if last is not None and last.state == state:
                continue
            with suppress(NotFound, StorageError):  # gone meanwhile, or nobody may read it
                content, state = read_file(path, name)
                fresh.append((_made(name, "found", content, state), content))
        gone = [each for each in known.values() if not each.is_deletion and each.name not in states]
        return fresh + [(_made(each.name, "deleted"), None) for each in gone]

    def _keep(
        self, connection: sqlite3.Connection, fresh: list[tuple[Revision, bytes | None]]
    ) -> None:
        for seen, content in fresh:
            last = table.newest_of(connection, self._owner, seen.name)
            if last is not None and last.digest == seen.digest:
                table.set_state(connection, self._owner, last, seen.state)
            else:
                table.add(connection, self._owner, seen, content)


def _made(name: str, how: How, content: bytes = b"", state: str = "") -> Revision:
    is_deletion = how == "deleted"
    digest = "" if is_deletion else _digest(content)
    return Revision(name, 0, time.time(), how, _title(content), digest, state)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class _Titled(msgspec.Struct):
    title: str = ""


def _title(content: bytes) -> str:
    try:
        return msgspec.json.decode(content, type=_Titled).title if content else ""
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
