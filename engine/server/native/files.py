"""A user's files: what they bring along, and what their jobs write."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from aiohttp import web

from engine.errors import BadRequest, NotFound
from engine.server.disk_use import check_disk
from engine.server.files import names
from engine.server.files.embedded import look
from engine.server.files.folder import Listed, listed
from engine.server.files.forms import received_form
from engine.server.files.media import SAFE_HEADERS, headers_for, media_type
from engine.server.files.serving import send_file
from engine.server.files.uploads import settled
from engine.server.routing import Call, Routes

if TYPE_CHECKING:
    from pathlib import Path

routes = Routes("files")

Kind = Literal["input", "output", "temp"]
KINDS = ("input", "output", "temp")
NS = 10**9


class FileInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One file.

    Attributes:
        name: below the folder of its kind, with forward slashes.
        type: the media type under which it is served.
        modified: seconds since the epoch.
    """

    kind: Kind
    name: str
    type: str
    size_bytes: int
    modified: float


class Files(msgspec.Struct, frozen=True):
    """A page of files, newest first; `total` is how many the search found."""

    files: list[FileInfo]
    total: int


class FilesOf(msgspec.Struct, frozen=True):
    """Which files.

    Attributes:
        subfolder: only what lies right in it; "" is the folder itself, none takes all.
        search: words that are all in the name.
    """

    kind: Kind = "input"
    subfolder: str | None = None
    search: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 50
    offset: Annotated[int, msgspec.Meta(ge=0, le=2**31)] = 0


class Upload(msgspec.Struct, frozen=True):
    """Where an upload goes.

    Attributes:
        name: of the file; a form brings its own.
        overwrite: replace a file of that name; else the new one gets a number.
    """

    name: str = ""
    subfolder: str = ""
    overwrite: bool = False


class View(msgspec.Struct, frozen=True):
    """In which form a file is asked for.

    Attributes:
        thumbnail: a WebP of at most so many pixels a side.
        metadata: what is embedded in it, as JSON; the key alone is enough.
        download: as a file to save; the key alone is enough.
    """

    thumbnail: Annotated[int, msgspec.Meta(ge=1, le=1024)] | None = None
    metadata: str | None = None
    download: str | None = None


class FileMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in a picture; each is none where it is not there.

    Attributes:
        document: a workflow of ours.
        workflow: one of ComfyUI's editor.
        prompt: one of ComfyUI's API.
        parameters: a text of A1111's web UI.
    """

    width: int | None
    height: int | None
    document: dict[str, Any] | None
    workflow: dict[str, Any] | None
    prompt: dict[str, Any] | None
    parameters: str | None


@routes("GET", "/files", query=FilesOf, answers=Files)
async def list_files(call: Call[None, FilesOf]) -> Files:
    """Return files of a kind, newest first."""
    asked = call.query
    folders = call.services.folders.of(call.user.name)
    (root,) = folders.roots(asked.kind)
    subfolder = None if asked.subfolder is None else names.plain(asked.subfolder).strip("/")
    found = await asyncio.to_thread(listed, folders, root, subfolder=subfolder)
    words = asked.search.casefold().split()
    fit = [each for each in found if all(word in each.name.casefold() for word in words)]
    page = fit[asked.offset : asked.offset + asked.limit]
    return Files([_info(asked.kind, each) for each in page], len(fit))


@routes("POST", "/files", takes="raw", query=Upload, answers=FileInfo, status=201)
async def upload_file(call: Call[None, Upload]) -> FileInfo:
    """Put a file into the input folder: a form with a file, or the bare body with `?name=`."""
    asked, root = call.query, call.services.folders.of(call.user.name).input
    limit = call.services.settings.max_upload_bytes
    async with received_form(call.request, root, limit) as form:
        if form.part is None:
            raise BadRequest("The form holds no file. Send one, under any name.")
        if not (name := asked.name or form.name):
            raise BadRequest("The file has no name. Give one with ?name=picture.png.")
        await check_disk(call.services.folders, call.user)
        below = f"{asked.subfolder}/{name}" if asked.subfolder else name
        path = await asyncio.to_thread(settled, form.part, root, below, overwrite=asked.overwrite)
    return await asyncio.to_thread(_info_of, "input", root, path)


@routes("GET", "/files/{kind}/{name:.+}", query=View)
async def view_file(call: Call[None, View]) -> web.StreamResponse:
    """Return a file, its thumbnail (`?thumbnail=256`), or what is embedded (`?metadata`)."""
    _, path = await _find(call)
    try:
        if call.query.thumbnail is not None:
            return await _thumbnail(call, path, call.query.thumbnail)
        if call.query.metadata is not None:
            return await _metadata(path)
    except FileNotFoundError as problem:
        raise NotFound(f'The file "{path.name}" is gone.') from problem
    headers = headers_for(path.name)
    if call.query.download is not None:
        headers["Content-Disposition"] = headers["Content-Disposition"].replace(
            "inline", "attachment", 1
        )
    return await send_file(call.request, path, headers)


@routes("DELETE", "/files/{kind}/{name:.+}", status=204)
async def delete_file(call: Call[None, None]) -> None:
    """Delete one of one's own files."""
    root, path = await _find(call)
    if call.path["kind"] == "output":
        key = path.relative_to(root.resolve()).as_posix()
        await call.services.gallery.remove(call.user.name, key)
    else:
        await call.services.thumbnails.forget(path)
        await asyncio.to_thread(path.unlink, missing_ok=True)


async def _find(call: Call[Any, Any]) -> tuple[Path, Path]:
    """Return the folder and the file that a path names.

    Raises:
        NotFound: there is no such file, or no such kind.
    """
    if (kind := call.path["kind"]) not in KINDS:
        raise NotFound(f'There is no kind "{kind}". Kinds: {", ".join(KINDS)}.')
    (root,) = call.services.folders.of(call.user.name).roots(kind)
    return root, await asyncio.to_thread(names.existing_file, root, call.path["name"])


async def _thumbnail(call: Call[Any, Any], path: Path, size: int) -> web.Response:
    data, tag = await call.services.thumbnails.of(path, size)
    headers = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache", **SAFE_HEADERS}
    if any(each.value == tag for each in call.request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    return web.Response(body=data, content_type="image/webp", headers=headers)


async def _metadata(path: Path) -> web.Response:
    found = await asyncio.to_thread(look, path)
    told = FileMetadata(
        width=found.width,
        height=found.height,
        document=found.document,
        workflow=found.workflow,
        prompt=found.prompt,
        parameters=found.parameters,
    )
    body = await asyncio.to_thread(msgspec.json.encode, told)
    return web.Response(body=body, content_type="application/json", headers=SAFE_HEADERS)


def _info(kind: Kind, found: Listed) -> FileInfo:
    return FileInfo(
        kind=kind,
        name=found.name,
        type=media_type(found.name),
        size_bytes=found.size,
        modified=found.mtime_ns / NS,
    )


def _info_of(kind: Kind, root: Path, path: Path) -> FileInfo:
    status = path.stat()
    name = path.relative_to(root.resolve()).as_posix()
    return _info(kind, Listed(name, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
