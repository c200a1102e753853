"""ComfyUI's users and the settings of its editor. Who one is, the token says."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from engine.errors import BadRequest
from engine.server.files import editor_settings, user_data
from engine.server.limits import read_body
from engine.server.routing import Call, Routes

routes = Routes("users", "comfyui")

MAX_BYTES = 2**20


class Storage(msgspec.Struct, frozen=True):
    """How the editor keeps its settings: here, for whoever is signed in."""

    storage: str = "server"
    migrated: bool = True


class NewUser(msgspec.Struct, frozen=True):
    """A user that the editor wants to add."""

    username: str = ""


@routes("GET", "/users", answers=Storage)
async def show_storage(call: Call[None, None]) -> Storage:
    """Return that settings are kept by the server, as with a single user."""
    return Storage()


@routes("POST", "/users", body=NewUser, answers=str)
async def add_user(call: Call[NewUser, None]) -> str:
    """Return one's own name; other users are added on the command line."""
    if call.body.username != call.user.name:
        raise BadRequest("Users are added with `python main.py users add NAME`, not from here.")
    return call.user.name


@routes("GET", "/settings", answers=dict[str, Any])
async def read_settings(call: Call[None, None]) -> dict[str, Any]:
    """Return the editor's settings."""
    return await asyncio.to_thread(editor_settings.read, _home(call))


@routes("POST", "/settings", body=dict[str, Any])
async def change_settings(call: Call[dict[str, Any], None]) -> None:
    """Set some of the editor's settings."""
    await asyncio.to_thread(editor_settings.change, _home(call), call.body)


@routes("GET", "/settings/{id}")
async def read_setting(call: Call[None, None]) -> web.Response:
    """Return one of the editor's settings, or null."""
    found = await asyncio.to_thread(editor_settings.read, _home(call))
    value = msgspec.json.encode(found.get(call.path["id"]))
    return web.Response(body=value, content_type="application/json")


@routes("POST", "/settings/{id}", takes="raw", max_bytes=MAX_BYTES)
async def change_setting(call: Call[None, None]) -> None:
    """Set one of the editor's settings, from the body's JSON."""
    body = await read_body(call.request, MAX_BYTES)
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise BadRequest(f"The body of the request is no JSON. {problem}.") from problem
    await asyncio.to_thread(editor_settings.change, _home(call), {call.path["id"]: value})


def _home(call: Call[Any, Any]) -> Path:
    return user_data.home(call.services.folders, call.user.name)
