"""What is written in the header of a model file."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from engine.errors import BadRequest, ModelError, NotFound, PathError
from engine.server.routing import Call, Routes

if TYPE_CHECKING:
    from engine.paths import Folders

routes = Routes("view_metadata", "comfyui")


class MetadataOf(msgspec.Struct, frozen=True):
    """Which file."""

    filename: str = ""


@routes("GET", "/view_metadata/{folder}", query=MetadataOf)
async def view_metadata(call: Call[None, MetadataOf]) -> web.Response:
    """Return the texts in the header of a safetensors file; no weights are read."""
    name = call.query.filename
    if not name:
        raise BadRequest("No file is named. Give one with ?filename=name.safetensors.")
    folders = call.services.folders.of(call.user.name)
    found = await asyncio.to_thread(_metadata, folders, call.path["folder"], name)
    return web.Response(body=msgspec.json.encode(found), content_type="application/json")


def _metadata(folders: Folders, kind: str, name: str) -> dict[str, str]:
    from engine.diffusion.model_files.checkpoint import SAFETENSORS_SUFFIXES
    from engine.diffusion.model_files.safetensors_header import read_safetensors_header

    try:
        if kind not in folders.models:
            raise PathError(f'There is no kind of models "{kind}".')
        path = folders.find(kind, name)
        if path.suffix.lower() not in SAFETENSORS_SUFFIXES:
            raise NotFound(f'"{path.name}" is no safetensors file; others have no such header.')
        found = dict(read_safetensors_header(path).metadata)
    except (PathError, ModelError) as problem:
        raise NotFound(problem.message) from problem
    if not found:
        raise NotFound(f'The header of "{path.name}" holds no texts.')
    return found
