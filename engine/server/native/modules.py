"""The files of packs for browsers, and which of them are modules that the editor imports."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from engine.server.routing import NATIVE, Call, Routes

if TYPE_CHECKING:
    from aiohttp import web

routes = Routes("packs")


class Module(msgspec.Struct, frozen=True):
    """A JavaScript file of a pack."""

    pack: str
    url: str


class Modules(msgspec.Struct, frozen=True):
    """The JavaScript files of all packs."""

    modules: list[Module]


@routes("GET", "/packs/modules", answers=Modules)
async def list_modules(call: Call[None, None]) -> Modules:
    """Return the addresses of the JavaScript files of all packs."""
    found = await call.services.pack_files.modules(call.services.worker)
    home = f"{call.services.settings.path_prefix}{NATIVE}/packs"
    return Modules(
        [Module(pack, f"{home}/{quote(pack, safe='')}/web/{quote(name)}") for pack, name in found]
    )


@routes("GET", "/packs/{name}/web/{path:.+}")
async def show_file(call: Call[None, None]) -> web.FileResponse:
    """Return a file of a pack for browsers."""
    files = call.services.pack_files
    return await files.serve(call.services.worker, call.path["name"], call.path["path"])
