"""Saved workflows: list, open, save, rename, delete, and what they were before.

A name may have folders. In an address its slashes may be plain, or `%2F`, as they have to be where
the last part is a word of the API, such as `run`.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from engine.document import read_document as read_own
from engine.document import send_document, write_document
from engine.errors import Conflict, Denied, NotFound, WorkflowError
from engine.server.disk_use import check_disk
from engine.server.native.saved import Entry, Found, all_bundled, entry_of, find, shelf_of
from engine.server.native.whose import Limit, Number, Offset
from engine.server.reading import open_document
from engine.server.routing import Call, Routes
from engine.server.workflow_disk import SUFFIX
from engine.server.workflow_files import Stale
from engine.store.workflows import kept_bytes

if TYPE_CHECKING:
    from engine.server.workflow_files import Seen
    from engine.store.workflows import Revision

routes = Routes("workflows")


class Listing(msgspec.Struct, frozen=True):
    """Workflows by name."""

    items: list[Entry]
    total: int


class ListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which workflows to list.

    Attributes:
        search: a part of the name or title.
        deleted: 1 lists those that were deleted and can be restored.
    """

    search: str = ""
    deleted: Literal[0, 1] = 0
    limit: Limit = 500
    offset: Offset = 0


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A workflow with its document.

    Attributes:
        format: of the file: "sfumato", "comfyui-ui" or "comfyui-api".
        document: in our format, whatever the file's is.
        report: what reading it found, such as missing models.
    """

    name: str
    title: str
    revision: int | None
    modified: float
    is_bundled: bool
    format: str
    document: Any
    report: dict[str, Any]


class Save(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A workflow to save.

    Attributes:
        document: in our format.
        base: the revision that was changed; null for a new workflow.
    """

    document: msgspec.Raw
    base: int | None


class Rename(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A workflow's new name."""

    to: str


class Restore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to restore; without a revision, what was there before the workflow was deleted."""

    revision: Number | None = None


class RevisionEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of a workflow.

    Attributes:
        how: "saved" here, "found" in the file that another program wrote, "restored", "deleted".
    """

    revision: int
    time: float
    how: str
    title: str


class Revisions(msgspec.Struct, frozen=True):
    """Revisions, newest first."""

    items: list[RevisionEntry]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a list."""

    limit: Limit = 50
    offset: Offset = 0


@routes("GET", "/workflows", query=ListQuery, answers=Listing)
async def list_workflows(call: Call[None, ListQuery]) -> Listing:
    """List the saved workflows, and the bundled ones."""
    shelf = shelf_of(call.services, call.user)
    own = [entry_of(each) for each in await shelf.all(deleted=bool(call.query.deleted))]
    if not call.query.deleted:
        names = {each.name for each in own}
        bundled = await asyncio.to_thread(all_bundled)
        own += [each.entry for each in bundled.values() if each.entry.name not in names]
    wanted = call.query.search.casefold()
    fitting = [each for each in own if wanted in f"{each.name}\n{each.title}".casefold()]
    start = call.query.offset
    return Listing(fitting[start : start + call.query.limit], len(fitting))


@routes("GET", "/workflows/{name:.+}/revisions", query=Part, answers=Revisions)
async def list_revisions(call: Call[None, Part]) -> Revisions:
    """List what a workflow was before, also one that was deleted."""
    shelf, name = shelf_of(call.services, call.user), _named(call)
    found = await shelf.revisions(name, call.query.limit, call.query.offset)
    if not found and not call.query.offset:
        await find(call.services, call.user, name)
    return Revisions([_revision_entry(each) for each in found])


@routes("GET", "/workflows/{name:.+}/revisions/{number:[0-9]{1,15}}", answers=Opened)
async def open_revision(call: Call[None, None]) -> Opened:
    """Open a workflow as it was in a revision."""
    shelf, name = shelf_of(call.services, call.user), _named(call)
    seen = await shelf.revision(name, int(call.path["number"]))
    return await _opened(call, Found(entry_of(seen.revision), seen.content))


@routes("POST", "/workflows/{name:.+}/rename", body=Rename, answers=Entry)
async def rename_workflow(call: Call[Rename, None]) -> Entry:
    """Give a workflow another name; its revisions go with it."""
    shelf, name = shelf_of(call.services, call.user), _named(call)
    try:
        return entry_of(await shelf.rename(name, call.body.to.removesuffix(SUFFIX)))
    except NotFound as problem:
        raise await _fixed(call, problem) from problem


@routes("POST", "/workflows/{name:.+}/restore", body=Restore, answers=Entry)
async def restore_workflow(call: Call[Restore, None]) -> Entry:
    """Bring back what a workflow was; what it is now stays among the revisions."""
    shelf, name = shelf_of(call.services, call.user), _named(call)
    return entry_of(await shelf.restore(name, call.body.revision))


@routes("GET", "/workflows/{name:.+}", answers=Opened)
async def open_workflow(call: Call[None, None]) -> Opened:
    """Open a workflow."""
    return await _opened(call, await find(call.services, call.user, _named(call)))


@routes(
    "PUT",
    "/workflows/{name:.+}",
    body=Save,
    answers=Entry,
    errors={
        409: "it was changed since; `details` has `current` and `yours`",
        507: "this user's files take all the room that they may",
    },
)
async def save_workflow(call: Call[Save, None]) -> Entry:
    """Save a workflow."""
    name = _named(call)
    content = await asyncio.to_thread(_checked, bytes(call.body.document), name)
    kept = await call.services.database.read(partial(kept_bytes, owner=call.user.name))
    await check_disk(call.services.folders, call.user, kept + len(content))
    try:
        shelf = shelf_of(call.services, call.user)
        return entry_of(await shelf.save(name, content, call.body.base))
    except Stale as stale:
        raise await _conflict(call, stale.current, content) from None


@routes("DELETE", "/workflows/{name:.+}", answers=Entry)
async def delete_workflow(call: Call[None, None]) -> Entry:
    """Delete a workflow; it can be restored."""
    shelf, name = shelf_of(call.services, call.user), _named(call)
    try:
        return entry_of(await shelf.delete(name))
    except NotFound as problem:
        raise await _fixed(call, problem) from problem


def _named(call: Call[Any, Any]) -> str:
    return call.path["name"].removesuffix(SUFFIX)


def _revision_entry(revision: Revision) -> RevisionEntry:
    return RevisionEntry(
        revision=revision.number, time=revision.time, how=revision.how, title=revision.title
    )


async def _opened(call: Call[Any, Any], found: Found) -> Opened:
    entry = found.entry
    name = f"{entry.name}{SUFFIX}"
    imported = await open_document(call.services, found.content, name, call.user)
    return Opened(
        name=entry.name,
        title=entry.title or imported.document.title,
        revision=entry.revision,
        modified=entry.modified,
        is_bundled=entry.is_bundled,
        format=imported.report.format,
        document=msgspec.Raw(send_document(imported.document)),
        report=imported.report.as_json(),
    )


def _checked(document: bytes, name: str) -> bytes:
    """Return a document as it is written, whatever its client's spelling."""
    return write_document(read_own(document, f"{name}{SUFFIX}"))


async def _conflict(call: Call[Save, None], current: Seen | None, content: bytes) -> Conflict:
    name, base = _named(call), call.body.base
    details: dict[str, Any] = {"current": None}
    details["yours"] = {"base": base, "document": msgspec.Raw(content)}
    if current is None:
        told = f'There is no workflow "{name}" any more. Save it as a new one, without a base.'
        return Conflict(told, details=details)
    number = current.revision.number
    found = Found(entry_of(current.revision), current.content)
    try:
        document = (await _opened(call, found)).document
    except WorkflowError:  # another program has written what is no workflow
        document = None
    details["current"] = {"revision": number, "document": document}
    if base is None:
        told = f'There is a workflow "{name}" already. Choose another name, or save over it.'
    else:
        told = (
            f'The workflow "{name}" was changed since: it has revision {number}, and yours is '
            f"based on {base}. Put the two together, or save with the newer base."
        )
    return Conflict(told, details=details)


async def _fixed(call: Call[Any, Any], problem: NotFound) -> NotFound | Denied:
    """Return why a workflow that is not the user's own can not be changed."""
    if _named(call) not in await asyncio.to_thread(all_bundled):
        return problem
    return Denied(
        f'"{_named(call)}" is bundled and stays as it is. Save it under a name of your own.'
    )
