"""What ComfyUI's own editor asks for when it starts: its packs' files, texts and templates."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from engine.errors import EngineError
from engine.server.comfyui.bodies import answered
from engine.server.pack_files import served
from engine.server.routing import Call, Routes

if TYPE_CHECKING:
    from aiohttp import web

logger = logging.getLogger(__name__)

routes = Routes("comfyui", api="comfyui")

#: The folder of the editor's own extensions.
OWN = "core"


@routes("GET", "/extensions")
async def list_extensions(call: Call[None, None]) -> web.Response:
    """Return the addresses of the editor's JavaScript files, its own and those of packs."""
    frontend = call.services.settings.frontend_dir
    own = await asyncio.to_thread(_scripts, frontend / "extensions" / OWN) if frontend else []
    try:
        found = await call.services.pack_files.modules(call.services.worker)
    except EngineError as problem:
        logger.warning("The extensions of packs are left out: %s", problem.message)
        found = []
    files = [*((OWN, name) for name in own), *found]
    return answered([f"/extensions/{quote(pack)}/{quote(name)}" for pack, name in files])


@routes("GET", "/extensions/{pack}/{path:.+}")
async def show_extension(call: Call[None, None]) -> web.StreamResponse:
    """Return a file of the editor's extensions, or of a pack."""
    pack, path = call.path["pack"], call.path["path"]
    frontend = call.services.settings.frontend_dir
    if frontend is not None and pack == OWN:
        return await asyncio.to_thread(served, frontend / "extensions" / OWN, path)
    return await call.services.pack_files.serve(call.services.worker, pack, path)


@routes("GET", "/i18n")
async def show_texts(call: Call[None, None]) -> web.Response:
    """Return translations of packs by language: there are none."""
    return answered({})


@routes("GET", "/workflow_templates")
async def list_templates(call: Call[None, None]) -> web.Response:
    """Return the names of the workflows that packs bring, by pack: none are read yet."""
    return answered({})


@routes("GET", "/global_subgraphs")
async def list_subgraphs(call: Call[None, None]) -> web.Response:
    """Return the subgraphs that packs bring, by id: there are none."""
    return answered({})


@routes("GET", "/global_subgraphs/{id}")
async def show_subgraph(call: Call[None, None]) -> web.Response:
    """Return one subgraph of a pack: null, as there are none."""
    return answered(None)


@routes("GET", "/node_replacements")
async def list_replacements(call: Call[None, None]) -> web.Response:
    """Return what stands for node types that are gone: old documents are migrated here."""
    return answered({})


def _scripts(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.js"))
