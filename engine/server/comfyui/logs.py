"""The server's log, as ComfyUI's editor shows it. For admins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from engine.server.comfyui.bodies import answered, nothing
from engine.server.comfyui.log_tail import entry
from engine.server.routing import Call, Routes

if TYPE_CHECKING:
    from aiohttp import web

    from engine.server.services import Services

routes = Routes("internal", "plain")

#: The terminal that the lines are thought for.
SIZE = {"cols": 120, "rows": 40}


class Follow(msgspec.Struct, frozen=True, rename="camel"):
    """Which websocket is to be sent new lines, or no more."""

    client_id: str
    enabled: bool


@routes("GET", "/internal/logs", role="admin")
async def show_text(call: Call[None, None]) -> web.Response:
    """Return the last lines of the log as one text."""
    return answered("".join(each["m"] for each in _entries(call.services)))


@routes("GET", "/internal/logs/raw", role="admin")
async def show_lines(call: Call[None, None]) -> web.Response:
    """Return the last lines of the log."""
    return answered({"entries": _entries(call.services), "size": SIZE})


@routes("PATCH", "/internal/logs/subscribe", role="admin", body=Follow)
async def follow(call: Call[Follow, None]) -> web.Response:
    """Have new lines sent to a websocket, or no more."""
    hub, wanted = call.services.comfyui, call.body
    hub.follow_log(call.user.name, wanted.client_id, follows=wanted.enabled)
    return nothing()


def _entries(services: Services) -> list[dict[str, Any]]:
    return [entry(line) for line in services.recent.lines]
