"""The files of another editor, such as ComfyUI's own, served at `/`.

What such an editor loads from elsewhere on its own account is not let through.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from engine.errors import NotFound
from engine.server.files import user_data
from engine.server.pack_files import served
from engine.server.routing import Call, Routes

if TYPE_CHECKING:
    from aiohttp import web

routes = Routes("comfyui", api="plain")

INDEX = "index.html"
#: Files here have a digest of their content in their name.
UNCHANGING = "assets/"
YEAR_S = 365 * 24 * 3600
#: The editor brings scripts inside its page, workers, and code that is made from text.
POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob: data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)


@routes("GET", "/user.css")
async def show_style(call: Call[None, None]) -> web.StreamResponse:
    """Return the style sheet that a user has for the editor."""
    home = user_data.home(call.services.folders, call.user.name)
    return await asyncio.to_thread(served, home, "user.css")


@routes("GET", "/{path:.*}", is_page=True)
async def show_file(call: Call[None, None]) -> web.StreamResponse:
    """Return a file of the editor that the server was given."""
    frontend, path = call.services.settings.frontend_dir, call.path["path"] or INDEX
    if frontend is None:
        raise NotFound("There is nothing at this address.")
    answer = await asyncio.to_thread(served, frontend, path)
    if path.startswith(UNCHANGING):
        answer.headers["Cache-Control"] = f"private, max-age={YEAR_S}, immutable"
    answer.headers["Content-Security-Policy"] = POLICY
    return answer
