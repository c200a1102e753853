"""What is served at `/`: our editor, or the files of another one, such as ComfyUI's own.

What such an editor loads from elsewhere on its own account is not let through.
"""

from __future__ import annotations

import asyncio

from aiohttp import web

from engine.errors import NotFound
from engine.server import editor_page
from engine.server.comfyui.bodies import answered
from engine.server.files import user_data
from engine.server.pack_files import served
from engine.server.routing import Call, Routes

routes = Routes("comfyui", api="plain")

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
    """Return the style sheet that a user has for the editor, or an empty one."""
    home = user_data.home(call.services.folders, call.user.name)
    try:
        return await asyncio.to_thread(served, home, "user.css")
    except NotFound:
        return web.Response(content_type="text/css")


@routes("GET", "/templates/index.json")
async def list_templates(call: Call[None, None]) -> web.StreamResponse:
    """Return the templates that lie beside the editor, or that there are none."""
    frontend = call.services.settings.frontend_dir
    try:
        if frontend is not None:
            return await asyncio.to_thread(served, frontend, "templates/index.json")
    except NotFound:
        pass
    return answered([])


@routes("GET", "/{path:.*}", is_page=True)
async def show_file(call: Call[None, None]) -> web.StreamResponse:
    """Return a file at the root: our editor's, or one of the editor the server was given."""
    frontend, path = call.services.settings.frontend_dir, call.path["path"] or editor_page.INDEX
    if frontend is None:
        return await editor_page.show(call.request, path)
    answer = await asyncio.to_thread(served, frontend, path)
    if path.startswith(UNCHANGING):
        answer.headers["Cache-Control"] = f"private, max-age={YEAR_S}, immutable"
    answer.headers["Content-Security-Policy"] = POLICY
    return answer
