"""Whether the server lives, and whether it can take work; for whoever starts and watches it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from engine.errors import EngineError
from engine.hardware.machine import is_full
from engine.server.routing import Call, Routes

if TYPE_CHECKING:
    import sqlite3

    from engine.server.services import Services

routes = Routes("about", "plain")

#: The database has so long to write.
WRITE_LIMIT_S = 2.0


class Health(msgspec.Struct, frozen=True):
    """`ok`, or not and why."""

    ok: bool
    reasons: list[str] = []


@routes("GET", "/healthz", role="open", answers=Health)
async def healthz(call: Call[None, None]) -> Health:
    """Say that the process lives."""
    return Health(ok=True)


@routes(
    "GET",
    "/readyz",
    role="open",
    answers=Health,
    errors={503: "it takes no work; `reasons` say why"},
    shapes={503: Health},
)
async def readyz(call: Call[None, None]) -> web.Response:
    """Say whether jobs can be stored and run."""
    reasons = await _reasons(call.services)
    return web.Response(
        body=msgspec.json.encode(Health(not reasons, reasons)),
        status=503 if reasons else 200,
        content_type="application/json",
    )


async def _reasons(services: Services) -> list[str]:
    """Return why work can not be taken. They tell strangers nothing about the installation."""
    reasons = [] if services.worker.is_ready else ["The worker is not ready."]
    if await asyncio.to_thread(is_full, services.database.path.parent):
        reasons.append("The disk is full.")
    try:
        await asyncio.wait_for(services.database.write(_nothing), WRITE_LIMIT_S)
    except (EngineError, TimeoutError):
        reasons.append("The database can not be written.")
    return reasons


def _nothing(connection: sqlite3.Connection) -> None:
    """Write nothing; the transaction alone needs a database that is not locked or broken."""
