"""ComfyUI's history, rebuilt from stored jobs and events."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from engine.server.comfyui.bodies import answered, ids_in, nothing, object_of
from engine.server.comfyui.entries import history_entry, is_history, queue_item
from engine.server.comfyui.kept import kept_of, prompt_id_of
from engine.server.comfyui.long_answers import answered_in_parts, encoded
from engine.server.comfyui.queue import own_job
from engine.server.routing import Call, Routes
from engine.store import events as event_table
from engine.store import job_lists
from engine.store import jobs as job_table

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import AsyncIterator, Sequence

    from aiohttp import web

    from engine.jobs.events import Numbered
    from engine.jobs.job import Job
    from engine.registry import Registry
    from engine.server.services import Services

routes = Routes("comfyui", api="comfyui")

#: Entries of one answer, at most, and of one of its parts.
MOST, AT_ONCE = 10_000, 50


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
async def show_all(call: Call[None, Part]) -> web.StreamResponse:
    """Return the prompts that have run, oldest first."""
    read = partial(_numbers, owner=call.user.name, part=call.query)
    numbers = await call.services.database.read(read)
    return await answered_in_parts(call, b"{", _parts(call.services, numbers), b"}")


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
        await jobs.changes.delete_ended(call.user.name)
    for prompt_id in ids_in(body.get("delete")):
        job = await own_job(call.services, prompt_id, call.user.name)
        if job is not None and job.has_ended:
            await jobs.changes.delete([job])
    return nothing()


def _numbers(c: sqlite3.Connection, owner: str, part: Part) -> list[int]:
    """Return the numbers of the jobs that are asked for, oldest first."""
    numbers = job_lists.have_run(
        c,
        owner,
        newest_first=part.offset < 0,
        limit=MOST if part.max_items is None else max(0, min(part.max_items, MOST)),
        offset=max(0, part.offset),
    )
    return numbers[::-1] if part.offset < 0 else numbers


async def _parts(services: Services, numbers: Sequence[int]) -> AsyncIterator[bytes]:
    for start in range(0, len(numbers), AT_ONCE):
        some = numbers[start : start + AT_ONCE]
        read = partial(_encoded_entries, numbers=some, built_ins=services.built_ins)
        yield await services.database.read(read)


def _encoded_entries(c: sqlite3.Connection, numbers: Sequence[int], built_ins: Registry) -> bytes:
    stories = [read_story(c, job) for job in job_lists.of_numbers(c, numbers)]
    return encoded(_entries(stories, built_ins))


def read_story(c: sqlite3.Connection, job: Job) -> Story:
    """Return a job with what is stored beside it."""
    document = None if kept_of(job) else job_table.document(c, job.document)
    return Story(job, event_table.of_job(c, job.id), document)


def _entries(stories: list[Story], built_ins: Registry) -> dict[str, Any]:
    return {
        prompt_id_of(each.job): each.entry(queue_item(each.job, each.document, built_ins))
        for each in stories
    }
