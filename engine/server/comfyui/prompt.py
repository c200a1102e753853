"""`/prompt`: what is sent to run, and how much waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.document.reader import LARGEST
from engine.server.comfyui.bodies import answered
from engine.server.comfyui.checking import Refused
from engine.server.comfyui.kept import as_number
from engine.server.comfyui.refusals import RefusedPrompt
from engine.server.comfyui.sent import read_sent
from engine.server.comfyui.submission import take
from engine.server.limits import read_body
from engine.server.routing import Call, Routes

if TYPE_CHECKING:
    from aiohttp import web

routes = Routes("comfyui", api="comfyui")


@routes("GET", "/prompt")
async def remaining(call: Call[None, None]) -> web.Response:
    """Return how many prompts wait or run."""
    return answered(call.services.comfyui.status(call.user.name)["status"])


@routes(
    "POST",
    "/prompt",
    takes="raw",
    max_bytes=LARGEST,
    errors={400: "nothing in it can run, or it is none", 429: "too many prompts of this user wait"},
    shapes={400: RefusedPrompt},
)
async def submit(call: Call[None, None]) -> web.Response:
    """Take a prompt, and answer when it is durable."""
    sent = read_sent(await read_body(call.request, LARGEST))
    try:
        taken = await take(call.services, call.user, sent)
    except Refused as refused:
        return answered(refused.body, 400)
    number = as_number(taken.job.position)
    return answered(
        {"prompt_id": taken.prompt_id, "number": number, "node_errors": taken.node_errors}
    )
