"""The plain page: a form for every workflow. It needs no JavaScript modules, and stays beside
whatever editor is at `/`.
"""

from __future__ import annotations

import asyncio

from aiohttp import web

from engine.server.pack_files import served
from engine.server.routing import Call, Routes
from engine.workflow import HOME

routes = Routes("pages", api="plain")

PLAIN = HOME / "frontend" / "plain"
INDEX = "index.html"


@routes("GET", "/plain", is_page=True)
async def show_plain_page(call: Call[None, None]) -> web.StreamResponse:
    """Return the plain page."""
    return await asyncio.to_thread(served, PLAIN, INDEX)


@routes("GET", "/plain/{path:.*}", is_page=True)
async def show_plain_file(call: Call[None, None]) -> web.StreamResponse:
    """Return a file of the plain page."""
    if not call.path["path"]:  # its own addresses are relative to the folder above
        return web.Response(status=308, headers={"Location": "../plain"})
    return await asyncio.to_thread(served, PLAIN, call.path["path"])
