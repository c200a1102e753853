"""Saved workflows by name: a user's own, else the bundled ones."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from engine.errors import NotFound
from engine.server.workflow_disk import SUFFIX
from engine.server.workflow_files import Shelf
from engine.workflow import WORKFLOWS

if TYPE_CHECKING:
    from engine.server.services import Services
    from engine.store.workflows import Revision
    from engine.users import User


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A saved workflow.

    Attributes:
        revision: its newest one; None of a bundled workflow, which can not be changed.
        modified: when that was seen, in seconds since the epoch.
    """

    name: str
    title: str
    revision: int | None
    modified: float
    is_bundled: bool = False


class Found(NamedTuple):
    """A workflow's file: a user's own, or a bundled one, which has no revision."""

    entry: Entry
    content: bytes


def shelf_of(services: Services, user: User) -> Shelf:
    """Return a user's workflows."""
    return Shelf(services.database, services.folders, user.name)


async def find(services: Services, user: User, name: str) -> Found:
    """Return a user's workflow, or the bundled one of that name.

    Raises:
        NotFound: there is neither.
    """
    name = name.removesuffix(SUFFIX)
    try:
        seen = await shelf_of(services, user).look(name)
    except NotFound:
        bundled = await asyncio.to_thread(all_bundled)
        if name not in bundled:
            raise
        return bundled[name]
    return Found(entry_of(seen.revision), seen.content)


def entry_of(revision: Revision) -> Entry:
    """Return a user's own workflow as clients see it."""
    return Entry(
        name=revision.name,
        title=revision.title,
        revision=revision.number,
        modified=revision.time,
    )


def all_bundled() -> dict[str, Found]:
    """Return the bundled workflows by name."""
    return {found.entry.name: found for found in _read_all()}


def _read_all() -> Iterator[Found]:
    for path in sorted(WORKFLOWS.glob(f"*{SUFFIX}")):
        content, modified = path.read_bytes(), path.stat().st_mtime
        title = msgspec.json.decode(content)["title"]
        entry = Entry(
            name=path.stem, title=title, revision=None, modified=modified, is_bundled=True
        )
        yield Found(entry, content)
