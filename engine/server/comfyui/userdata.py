"""ComfyUI's user data: files of the editor, each in one segment of the path (COMPAT.md B2).

Workflows are among them, under `workflows/`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from engine.errors import BadRequest, NotFound
from engine.server.disk_use import check_disk
from engine.server.files import user_data
from engine.server.files.media import headers_for
from engine.server.files.names import is_hidden
from engine.server.files.serving import send_file
from engine.server.limits import read_body
from engine.server.routing import Call, Routes
from engine.server.workflow_files import SUFFIX, Shelf

routes = Routes("userdata", "comfyui")

WORKFLOWS = "workflows"
MAX_BYTES = 64 * 2**20
MS = 1000


class ListOf(msgspec.Struct, frozen=True):
    """What to list; `true` says yes."""

    dir: str = ""
    recurse: str = ""
    full_info: str = ""
    split: str = ""


class FolderOf(msgspec.Struct, frozen=True):
    """Which folder to list; "" is the user's own."""

    path: str = ""


class Writing(msgspec.Struct, frozen=True):
    """How to write; a file that is there is replaced unless `overwrite` is `false`."""

    overwrite: str = "true"
    full_info: str = ""


class UserFile(msgspec.Struct, frozen=True):
    """A file; times are milliseconds since the epoch."""

    path: str
    size: int
    modified: int
    created: int


class UserEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file or a folder; times are milliseconds since the epoch."""

    name: str
    path: str
    type: str
    size: int | None = None
    modified: int | None = None


@routes("GET", "/userdata", query=ListOf)
async def list_files(call: Call[None, ListOf]) -> web.Response:
    """Return the files of a folder: their names, or what they are like."""
    asked = call.query
    if not asked.dir:
        raise BadRequest("No folder is named. Give one with ?dir=workflows.")
    root, folder = await asyncio.to_thread(_folder, call, asked.dir)
    found = await asyncio.to_thread(_files, root, folder, recurse=_says_yes(asked.recurse))
    if _says_yes(asked.full_info):
        shown: list[Any] = found
    elif _says_yes(asked.split):
        shown = [[each.path, *each.path.split("/")] for each in found]
    else:
        shown = [each.path for each in found]
    return _json(shown)


@routes("GET", "/v2/userdata", query=FolderOf, answers=list[UserEntry])
async def list_entries(call: Call[None, FolderOf]) -> list[UserEntry]:
    """Return the files and folders right in a folder."""
    root, folder = await asyncio.to_thread(_folder, call, call.query.path)
    return await asyncio.to_thread(_entries, root, folder)


@routes("GET", "/userdata/{file}")
async def read_file(call: Call[None, None]) -> web.StreamResponse:
    """Return a file."""
    path = await asyncio.to_thread(user_data.existing, _home(call), call.path["file"])
    return await send_file(call.request, path, headers_for(path.name))


@routes("POST", "/userdata/{file}", takes="raw", query=Writing, max_bytes=MAX_BYTES)
async def write_file(call: Call[None, Writing]) -> web.Response:
    """Write a file from the body."""
    root = _home(call)
    path = await asyncio.to_thread(user_data.place, root, call.path["file"])
    content = await read_body(call.request, MAX_BYTES)
    await check_disk(call.services.folders, call.user, len(content))
    overwrite = call.query.overwrite.lower() != "false"
    async with _remembered(call, root, path):
        await asyncio.to_thread(user_data.write, path, content, overwrite=overwrite)
    return await asyncio.to_thread(_written, root, path, call.query)


@routes("DELETE", "/userdata/{file}", status=204)
async def delete_file(call: Call[None, None]) -> None:
    """Delete a file."""
    root = _home(call)
    path = await asyncio.to_thread(user_data.existing, root, call.path["file"])
    async with _remembered(call, root, path):
        await asyncio.to_thread(path.unlink, missing_ok=True)


@routes("POST", "/userdata/{file}/move/{dest}", query=Writing)
async def move_file(call: Call[None, Writing]) -> web.Response:
    """Give a file another name."""
    root = _home(call)
    source = await asyncio.to_thread(user_data.existing, root, call.path["file"])
    target = await asyncio.to_thread(user_data.place, root, call.path["dest"])
    overwrite = call.query.overwrite.lower() != "false"
    async with _remembered(call, root, source, target):
        await asyncio.to_thread(user_data.move, source, target, overwrite=overwrite)
    return await asyncio.to_thread(_written, root, target, call.query)


@asynccontextmanager
async def _remembered(call: Call[Any, Any], root: Path, *paths: Path) -> AsyncGenerator[None]:
    """Keep what workflows hold before and after a change, as revisions."""
    below = root.resolve() / WORKFLOWS
    named = (path.relative_to(below).as_posix() for path in paths if path.is_relative_to(below))
    names = [name.removesuffix(SUFFIX) for name in named if _is_workflow(name)]
    shelf = Shelf(call.services.database, call.services.folders, call.user.name)
    for name in names:
        await shelf.remember(name)
    yield
    for name in names:
        await shelf.remember(name)


def _is_workflow(name: str) -> bool:
    return name.endswith(SUFFIX) and not is_hidden(name)


def _home(call: Call[Any, Any]) -> Path:
    return user_data.home(call.services.folders, call.user.name)


def _folder(call: Call[Any, Any], name: str) -> tuple[Path, Path]:
    """Return the user's folder and the one in it that is named.

    Raises:
        Denied: the name leads out.
        NotFound: there is no such folder.
    """
    root = _home(call)
    folder = user_data.place(root, name) if name.strip("/") else root.resolve()
    if not folder.is_dir():
        raise NotFound(f'There is no folder "{name}".')
    return root.resolve(), folder


def _files(root: Path, folder: Path, *, recurse: bool) -> list[UserFile]:
    """Return files by their names below the folder."""
    below = folder.relative_to(root).as_posix() + "/"
    found = user_data.entries(root, folder, recurse=recurse)
    return [_file(each, each.name.removeprefix(below)) for each in found if not each.is_folder]


def _file(entry: user_data.Entry, path: str) -> UserFile:
    return UserFile(path, entry.size, int(entry.modified * MS), int(entry.created * MS))


def _entries(root: Path, folder: Path) -> list[UserEntry]:
    shown: list[UserEntry] = []
    for each in user_data.entries(root, folder, recurse=False):
        name = each.name.rpartition("/")[2]
        if each.is_folder:
            shown.append(UserEntry(name, each.name, "directory"))
        else:
            modified = int(each.modified * MS)
            shown.append(UserEntry(name, each.name, "file", each.size, modified))
    return shown


def _written(root: Path, path: Path, asked: Writing) -> web.Response:
    name = path.relative_to(root.resolve()).as_posix()
    if not _says_yes(asked.full_info):
        return _json(name)
    status = path.stat()
    times = (int(status.st_mtime * MS), int(status.st_ctime * MS))
    return _json(UserFile(name, status.st_size, *times))


def _says_yes(text: str) -> bool:
    return text.lower() == "true"


def _json(value: Any) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")
