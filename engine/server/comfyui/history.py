"""ComfyUI's history, rebuilt from stored jobs and events."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from engine.jobs.job import ENDED
from engine.server.comfyui.bodies import answered, ids_in, nothing, object_of
from engine.server.comfyui.entries import history_entry, is_history, queue_item
from engine.server.comfyui.kept import kept_of, prompt_id_of
from engine.server.comfyui.queue import own_job
from engine.server.routing import Call, Routes
from engine.store import events as event_table
from engine.store import jobs as job_table

if TYPE_CHECKING:
    import sqlite3

    from aiohttp import web

    from engine.jobs.events import Numbered
    from engine.jobs.job import Job
    from engine.registry import Registry

routes = Routes("comfyui", api="comfyui")

#: Entries of one answer, at most.
MOST = 10_000


@dataclass(frozen=True)
class Story:
    """A job with its stored events and, where it came by another API, its document."""

    job: Job
    events: list[Numbered]
    document: bytes | None

    def entry(self, item: list[Any]) -> dict[str, Any]:
        """Return its entry; `item` are the five things that stand for it in the queue."""
        return history_entry(self.job, item, self.events)


class Part(msgspec.Struct, frozen=True):
    """Which entries: from `offset` on, or the last ones where it is negative."""

    max_items: int | None = None
    offset: int = -1


@routes("GET", "/history", query=Part)
async def show_all(call: Call[None, Part]) -> web.Response:
    """Return the prompts that have run, oldest first."""
    read = partial(_stories, owner=call.user.name, part=call.query)
    stories = await call.services.database.read(read)
    return answered(await asyncio.to_thread(_entries, stories, call.services.built_ins))


@routes("GET", "/history_v2/{prompt_id}")  # as ComfyUI's cloud names it, and so comfy-cli
@routes("GET", "/history/{prompt_id}")
async def show_one(call: Call[None, None]) -> web.Response:
    """Return one prompt that has run, or nothing."""
    job = await own_job(call.services, call.path["prompt_id"], call.user.name)
    if job is None or not is_history(job):
        return answered({})
    story = await call.services.database.read(partial(read_story, job=job))
    return answered(_entries([story], call.services.built_ins))


@routes("POST", "/history", takes="raw")
async def forget(call: Call[None, None]) -> web.Response:
    """Forget prompts that have run: all, or some. Their files stay."""
    body = await object_of(call)
    jobs = call.services.jobs
    if body.get("clear"):
        read = partial(job_table.page, owner=call.user.name, states=ENDED, limit=MOST)
        while found := (await call.services.database.read(read))[0]:
            await jobs.changes.delete(found)
    for prompt_id in ids_in(body.get("delete")):
        job = await own_job(call.services, prompt_id, call.user.name)
        if job is not None and job.has_ended:
            await jobs.changes.delete([job])
    return nothing()


def _stories(c: sqlite3.Connection, owner: str, part: Part) -> list[Story]:
    limit = MOST if part.max_items is None else max(0, min(part.max_items, MOST))
    jobs, _ = job_table.page(
        c,
        owner=owner,
        states=ENDED,
        newest_first=part.offset < 0,
        limit=limit,
        offset=max(0, part.offset),
    )
    if part.offset < 0:
        jobs.reverse()
    return [read_story(c, job) for job in jobs if is_history(job)]


def read_story(c: sqlite3.Connection, job: Job) -> Story:
    """Return a job with what is stored beside it."""
    document = None if kept_of(job) else job_table.document(c, job.document)
    return Story(job, event_table.of_job(c, job.id), document)


def _entries(stories: list[Story], built_ins: Registry) -> dict[str, Any]:
    return {
        prompt_id_of(each.job): each.entry(queue_item(each.job, each.document, built_ins))
        for each in stories
    }
