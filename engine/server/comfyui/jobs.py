"""The list of jobs that ComfyUI's later editors ask for, in place of queue and history."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from engine.errors import BadRequest, NotFound
from engine.server.comfyui.bodies import answered, ids_in, object_of
from engine.server.comfyui.entries import outputs_of, queue_item
from engine.server.comfyui.history import Story, read_story
from engine.server.comfyui.kept import Told, as_number, kept_of, prompt_id_of
from engine.server.comfyui.queue import own_job
from engine.server.comfyui.translation import Translator
from engine.server.routing import Call, Routes
from engine.store import job_lists

if TYPE_CHECKING:
    import sqlite3

    from aiohttp import web

    from engine.jobs.job import Job, State

routes = Routes("comfyui", api="comfyui")

MOST = 500
#: So many of the newest jobs are looked at to find those of one workflow.
LOOKED_AT = 10_000
#: The states that a status of clients stands for.
_STATES: Mapping[str, tuple[State, ...]] = {
    "pending": ("queued", "paused"),
    "in_progress": ("running",),
    "completed": ("succeeded",),
    "failed": ("failed",),
    "cancelled": ("cancelled",),
}
_STATUS = {state: status for status, states in _STATES.items() for state in states}
#: Kinds of outputs that a client can show, by the key of the node's `ui`.
_SHOWN = ("images", "video", "gifs", "audio", "3d")


class Which(msgspec.Struct, frozen=True):
    """Which jobs.

    Attributes:
        status: several with commas between them; without, all.
        workflow_id: the id of the workflow that the client sent along.
    """

    status: str = ""
    workflow_id: str = ""
    sort_by: Literal["created_at", "execution_duration"] = "created_at"
    sort_order: Literal["asc", "desc"] = "desc"
    limit: int = 100
    offset: int = 0


@routes("GET", "/jobs", query=Which)
async def show_all(call: Call[None, Which]) -> web.Response:
    """Return a part of one's jobs."""
    asked = call.query
    limit, offset = max(1, min(asked.limit, MOST)), max(0, asked.offset)
    read = partial(_found, owner=call.user.name, asked=asked, limit=limit, offset=offset)
    jobs, total = await call.services.database.read(read)
    has_more = offset + limit < total
    pagination = {"offset": offset, "limit": limit, "total": total, "has_more": has_more}
    return answered({"jobs": [_listed(job) for job in jobs], "pagination": pagination})


@routes("GET", "/jobs/{prompt_id}")
async def show_one(call: Call[None, None]) -> web.Response:
    """Return one job with its workflow and what it showed."""
    job = await own_job(call.services, call.path["prompt_id"], call.user.name)
    if job is None:
        raise NotFound(f'There is no job "{call.path["prompt_id"]}". It may have been deleted.')
    story = await call.services.database.read(partial(read_story, job=job))
    return answered(_told(story, queue_item(job, story.document, call.services.built_ins)))


@routes("POST", "/jobs/{prompt_id}/cancel", takes="raw")
async def cancel_one(call: Call[None, None]) -> web.Response:
    """End a job that waits or runs; one that has ended stays as it is."""
    job = await own_job(call.services, call.path["prompt_id"], call.user.name)
    if job is None:
        raise NotFound(f'There is no job "{call.path["prompt_id"]}". It may have been deleted.')
    await call.services.jobs.changes.cancel([job])
    return answered({"cancelled": not job.has_ended})


@routes("POST", "/jobs/cancel", takes="raw")
async def cancel_some(call: Call[None, None]) -> web.Response:
    """End jobs that wait or run; others stay as they are."""
    ids = ids_in((await object_of(call)).get("job_ids"))
    found = [await own_job(call.services, each, call.user.name) for each in ids]
    jobs = [job for job in found if job is not None and not job.has_ended]
    await call.services.jobs.changes.cancel(jobs)
    return answered({"cancelled": [prompt_id_of(job) for job in jobs]})


def _found(
    c: sqlite3.Connection, owner: str, asked: Which, limit: int, offset: int
) -> tuple[list[Job], int]:
    """Return a part of the jobs that are asked for, and how many there are in all."""
    which: dict[str, Any] = {
        "owner": owner,
        "states": _states(asked.status),
        "sort": "created" if asked.sort_by == "created_at" else "duration",
        "newest_first": asked.sort_order == "desc",
    }
    if not asked.workflow_id:
        return job_lists.page(c, **which, limit=limit, offset=offset)
    text = _inside(_inside(asked.workflow_id))  # the JSON of extra data is a text in JSON
    found = job_lists.mentioning(c, text, **which, among=LOOKED_AT)
    jobs = [job for job in found if _workflow_id(job) == asked.workflow_id]
    return jobs[offset : offset + limit], len(jobs)


def _inside(text: str) -> str:
    """Return a text as it is written between the quotes of JSON."""
    return msgspec.json.encode(text).decode()[1:-1]


def _states(status: str) -> list[State]:
    words = [each for each in status.split(",") if each]
    if unknown := [each for each in words if each not in _STATES]:
        raise BadRequest(f'"{unknown[0]}" is no status. There are {", ".join(_STATES)}.')
    return [state for each in words for state in _STATES[each]]


def _workflow_id(job: Job) -> str | None:
    """Return the id of the workflow that a client sent along."""
    kept = kept_of(job)
    if kept is None or '"workflow"' not in kept.extra_data:
        return None
    place: Any = msgspec.json.decode(kept.extra_data)
    for key in ("extra_pnginfo", "workflow", "id"):
        place = place.get(key) if isinstance(place, dict) else None
    return place if isinstance(place, str) else None


def _listed(job: Job) -> dict[str, Any]:
    """Return a job as lists have it; what there is not is left out."""
    shown = _shown(job)
    told = {
        "id": prompt_id_of(job),
        "status": _STATUS[job.state],
        "priority": as_number(job.position),
        "create_time": _ms(job.created),
        "execution_start_time": _ms(job.started),
        "execution_end_time": _ms(job.ended) if job.started is not None else None,
        "execution_error": _error(job),
        "outputs_count": len(shown),
        "preview_output": shown[-1] if shown else None,
        "workflow_id": _workflow_id(job),
    }
    return {name: value for name, value in told.items() if value is not None}


def _told(story: Story, item: list[Any]) -> dict[str, Any]:
    job = story.job
    entry = story.entry(item)
    return {
        **_listed(job),
        "update_time": _ms(job.ended or job.started or job.created),
        "outputs": entry["outputs"],
        "execution_status": entry["status"],
        "execution_meta": entry["meta"],
        "workflow": {"prompt": item[2], "extra_data": item[3]},
    }


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds * 1000)


def _shown(job: Job) -> list[dict[str, Any]]:
    """Return the files that a job's nodes showed, those that are kept at the end."""
    found = [
        {**item, "nodeId": node_id, "mediaType": kind}
        for node_id, ui in outputs_of(job, Told.of(job).ids).items()
        for kind in _SHOWN
        for item in ui.get(kind, ())
        if isinstance(item, dict) and "filename" in item
    ]
    return sorted(found, key=lambda each: each.get("type") == "output")


def _error(job: Job) -> dict[str, Any] | None:
    if job.state != "failed":
        return None
    return Translator(Told.of(job)).failure(job.error or {}, job.ended or job.created)
