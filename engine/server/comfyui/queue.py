"""ComfyUI's queue: what runs and waits, and taking it out again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from engine.errors import NotFound
from engine.server.comfyui.bodies import ids_in, nothing, object_of
from engine.server.comfyui.entries import queue_item
from engine.server.comfyui.kept import job_id_of, kept_of
from engine.server.comfyui.long_answers import answered_in_parts, encoded
from engine.server.routing import Call, Routes
from engine.store import jobs as job_table
from engine.worker.messages import Free

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import AsyncIterator, Sequence

    from aiohttp import web

    from engine.jobs.job import Job
    from engine.server.services import Services

routes = Routes("comfyui", api="comfyui")

#: Prompts of one part of an answer.
AT_ONCE = 50


@routes("GET", "/queue")
async def show(call: Call[None, None]) -> web.StreamResponse:
    """Return the prompts that run and those that wait."""
    running, waiting = call.services.jobs.queue(call.user.name)
    now = encoded(await _items(call.services, running))
    head = b'{"queue_running":' + now + b',"queue_pending":['
    return await answered_in_parts(call, head, _parts(call.services, waiting), b"]}")


@routes("POST", "/queue", takes="raw")
async def change(call: Call[None, None]) -> web.Response:
    """Take prompts out that wait: all, or some."""
    body = await object_of(call)
    _, waiting = call.services.jobs.queue(call.user.name)
    if not body.get("clear"):
        wanted = {job_id_of(each) for each in ids_in(body.get("delete"))}
        waiting = [job for job in waiting if job.id in wanted]
    await call.services.jobs.changes.cancel(waiting)
    return nothing()


@routes("POST", "/interrupt", takes="raw")
async def interrupt(call: Call[None, None]) -> web.Response:
    """Stop what runs, or only this prompt if it runs."""
    body = await object_of(call)
    running, _ = call.services.jobs.queue(call.user.name)
    if (prompt_id := body.get("prompt_id")) is not None:
        running = [job for job in running if job.id == job_id_of(str(prompt_id))]
    await call.services.jobs.changes.cancel(running)
    return nothing()


@routes("POST", "/free", takes="raw")
async def free(call: Call[None, None]) -> web.Response:
    """Give memory back between two prompts: loaded models, and results that are kept."""
    body = await object_of(call)
    weights, results = bool(body.get("unload_models")), bool(body.get("free_memory"))
    if weights or results:
        call.services.worker.send(Free(weights=weights or results, results=results))
    return nothing()


async def _parts(services: Services, jobs: Sequence[Job]) -> AsyncIterator[bytes]:
    for start in range(0, len(jobs), AT_ONCE):
        yield encoded(await _items(services, jobs[start : start + AT_ONCE]))


async def _items(services: Services, jobs: Sequence[Job]) -> list[list[Any]]:
    """Return the jobs as clients see them; documents of those of other APIs are read."""
    foreign = {job.document for job in jobs if kept_of(job) is None}
    texts = await services.database.read(partial(_documents, digests=foreign)) if foreign else {}
    return [queue_item(job, texts.get(job.document), services.built_ins) for job in jobs]


def _documents(c: sqlite3.Connection, digests: set[str]) -> dict[str, bytes]:
    return {digest: job_table.document(c, digest) for digest in digests}


async def own_job(services: Services, prompt_id: str, owner: str) -> Job | None:
    """Return a user's job by the id that clients know it by, or None."""
    try:
        return await services.jobs.get(job_id_of(prompt_id), owner)
    except NotFound:
        return None
