"""ComfyUI's lists of model files."""

from __future__ import annotations

import asyncio
import os
import posixpath
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from engine.errors import EngineError, NotFound
from engine.model_folders.kinds import current_kind
from engine.server import model_previews
from engine.server.routing import Call, Routes

if TYPE_CHECKING:
    from engine.paths import Folders
    from engine.server.users import User

routes = Routes("models", "comfyui")

#: Kinds that the editor's model library leaves out.
NO_MODELS = ("configs", "custom_nodes")
MS = 1000


class ModelFolder(msgspec.Struct, frozen=True):
    """A kind of models and where its files lie."""

    name: str
    folders: list[str]


class ModelFile(msgspec.Struct, frozen=True):
    """A model file; times are milliseconds since the epoch."""

    name: str
    pathIndex: int  # noqa: N815 ComfyUI's name
    modified: int
    created: int
    size: int


@routes("GET", "/models", answers=list[str])
async def list_kinds(call: Call[None, None]) -> list[str]:
    """Return the kinds of models."""
    return list(call.services.folders.models)


@routes("GET", "/models/{folder}", answers=list[str])
async def list_names(call: Call[None, None]) -> list[str]:
    """Return the names of the models of a kind."""
    return await asyncio.to_thread(_folders(call).names, _kind(call))


@routes("GET", "/embeddings", answers=list[str])
async def list_embeddings(call: Call[None, None]) -> list[str]:
    """Return the names of embeddings, without their suffixes."""
    names = await asyncio.to_thread(_folders(call).names, "embeddings")
    return [posixpath.splitext(name)[0] for name in names]


@routes("GET", "/experiment/models", answers=list[ModelFolder])
async def list_folders(call: Call[None, None]) -> list[ModelFolder]:
    """Return the kinds of models and their folders."""
    shown = shown_folders(_folders(call), call.user)
    return [ModelFolder(*each) for each in shown.items() if each[0] not in NO_MODELS]


@routes("GET", "/experiment/models/{folder}", answers=list[ModelFile])
async def list_files(call: Call[None, None]) -> list[ModelFile]:
    """Return the model files of a kind."""
    return await asyncio.to_thread(_files, _folders(call), _kind(call))


@routes("GET", "/experiment/models/preview/{folder}/{path_index}/{filename:.+}")
async def preview(call: Call[None, None]) -> web.Response:
    """Return a model's picture as WebP."""
    folders, kind = _folders(call), _kind(call)
    index, roots = call.path["path_index"], folders.roots(kind)
    if not (index.isascii() and index.isdigit() and len(index) < 4 and int(index) < len(roots)):  # noqa: PLR2004
        raise NotFound(f'The kind "{kind}" has no folder number "{index[:20]}".')
    name = call.path["filename"]
    try:
        path = await asyncio.to_thread(_picture, folders, roots[int(index)], name)
        body, _ = await call.services.thumbnails.of(path, model_previews.SIDE)
    except (EngineError, FileNotFoundError) as problem:  # what lies beside a model may be anything
        raise NotFound(f'"{name}" has no picture that can be shown.') from problem
    return web.Response(body=body, content_type="image/webp")


def _picture(folders: Folders, root: Path, name: str) -> Path:
    path = folders.at_root(root, name)
    picture = model_previews.picture_of(path, folders) if path.exists() else None
    if picture is None:
        raise FileNotFoundError(name)
    return picture


def _folders(call: Call[Any, Any]) -> Folders:
    return call.services.folders.of(call.user.name)


def _kind(call: Call[Any, Any]) -> str:
    kind = current_kind(call.path["folder"])
    if kind not in call.services.folders.models:
        raise NotFound(f'There is no kind of models "{kind}".')
    return kind


def shown_folders(folders: Folders, user: User) -> dict[str, list[str]]:
    """Return the folders of each kind; only an admin sees where they lie on the machine."""
    show = str if user.role == "admin" else attrgetter("name")
    return {kind: [show(root) for root in folders.roots(kind)] for kind in folders.models}


def _files(folders: Folders, kind: str) -> list[ModelFile]:
    found: list[ModelFile] = []
    roots = folders.roots(kind)
    for name in folders.names(kind):
        for index, root in enumerate(roots):
            try:
                status = os.stat(root / name)  # noqa: PTH116 called for every model
            except OSError:
                continue
            times = (int(status.st_mtime * MS), int(status.st_ctime * MS))
            found.append(ModelFile(name, index, *times, status.st_size))
            break
    return found
