"""What ComfyUI's editor asks of its own server; these routes stand once, without `/api`."""

from __future__ import annotations

import asyncio

from engine.errors import BadRequest
from engine.server.comfyui.model_lists import shown_folders
from engine.server.comfyui.view import KINDS
from engine.server.files.folder import listed
from engine.server.routing import Call, Routes

routes = Routes("internal", "plain")


@routes("GET", "/internal/files/{kind}", answers=list[str])
async def list_files(call: Call[None, None]) -> list[str]:
    """Return the names of files right in a folder, newest first."""
    if (kind := call.path["kind"]) not in KINDS:
        raise BadRequest(f'There is no kind "{kind}". Kinds: {", ".join(KINDS)}.')
    folders = call.services.folders.of(call.user.name)
    found = await asyncio.to_thread(listed, folders, folders.roots(kind)[0], subfolder="")
    return [each.name for each in found]


@routes("GET", "/internal/folder_paths", answers=dict[str, list[str]])
async def list_folder_paths(call: Call[None, None]) -> dict[str, list[str]]:
    """Return the folders of each kind of models."""
    return shown_folders(call.services.folders.of(call.user.name), call.user)
