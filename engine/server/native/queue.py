"""Many jobs at once: the queue, batches, and what is done to several jobs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from engine.errors import BadRequest, NotFound
from engine.jobs.job import ENDED, Job, State
from engine.server.native.job_views import JobView, views_of
from engine.server.native.whose import Limit, Offset, Whose, whose
from engine.server.routing import Call, Routes
from engine.store import job_lists
from engine.store import jobs as job_table

if TYPE_CHECKING:
    import sqlite3

routes = Routes("jobs")


class QueueQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the queue to list, and whose."""

    owner: str = ""
    limit: Limit = 50
    offset: Offset = 0


class QueueView(msgspec.Struct, frozen=True, kw_only=True):
    """What runs, and what waits, in the order in which it will run.

    Attributes:
        total: how many wait.
        is_paused: none of them begins, and none that is submitted.
    """

    running: list[JobView]
    queued: list[JobView]
    total: int
    is_paused: bool


class QueueState(msgspec.Struct, frozen=True):
    """Whether a user's queue is paused."""

    is_paused: bool


class Several(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which jobs are meant: exactly one of these.

    Attributes:
        ids: these, whoever has the others.
        batch: all of a batch.
        state: all of one's own in that state.
    """

    ids: list[str] | None = None
    batch: str | None = None
    state: State | None = None


class Done(msgspec.Struct, frozen=True):
    """The jobs that were meant."""

    ids: list[str]


class BatchView(msgspec.Struct, frozen=True, kw_only=True):
    """A batch.

    Attributes:
        states: how many of its jobs are in each state.
        is_done: all have ended.
    """

    id: str
    title: str
    created: float
    total: int
    states: dict[State, int]
    is_done: bool
    items: list[JobView]


@routes("POST", "/jobs/cancel", query=Whose, body=Several, answers=Done)
async def cancel_jobs(call: Call[Several, Whose]) -> Done:
    """End several jobs."""
    jobs = await _several(call)
    await call.services.jobs.changes.cancel(jobs)
    return Done([job.id for job in jobs])


@routes("POST", "/jobs/pause", query=Whose, body=Several, answers=Done)
async def pause_jobs(call: Call[Several, Whose]) -> Done:
    """Let several jobs rest; those that run stop at their next step and keep what they have."""
    jobs = await _several(call)
    await call.services.jobs.changes.pause(jobs)
    return Done([job.id for job in jobs])


@routes("POST", "/jobs/resume", query=Whose, body=Several, answers=Done)
async def resume_jobs(call: Call[Several, Whose]) -> Done:
    """Let those of several jobs go on that are paused."""
    return Done(await call.services.jobs.changes.resume_all(await _several(call)))


@routes("POST", "/jobs/delete", query=Whose, body=Several, answers=Done)
async def delete_jobs(call: Call[Several, Whose]) -> Done:
    """Forget several jobs that have ended; their files stay."""
    changes = call.services.jobs.changes
    match call.body:
        case Several(ids=None, batch=None, state=str() as state) if state in ENDED:
            owner = whose(call.user, call.query.owner)
            return Done(await changes.delete_ended(owner, [state]))
        case _:
            jobs = await _several(call)
            await changes.delete(jobs)
            return Done([job.id for job in jobs])


@routes("GET", "/queue", query=QueueQuery, answers=QueueView)
async def show_queue(call: Call[None, QueueQuery]) -> QueueView:
    """Show what runs and what waits, in the order in which it will run."""
    query = call.query
    owner, jobs = whose(call.user, query.owner), call.services.jobs
    running, queued = jobs.queue(owner)
    part = queued[query.offset : query.offset + query.limit]
    return QueueView(
        running=views_of(call, running),
        queued=views_of(call, part),
        total=len(queued),
        is_paused=owner is not None and jobs.holding.is_held(owner),
    )


@routes("POST", "/queue/pause", query=Whose, answers=QueueState)
async def pause_queue(call: Call[None, Whose]) -> QueueState:
    """Begin no more of a user's jobs, now or later; the one that runs keeps what it has.

    Prompts of ComfyUI's clients run on: they could not let the queue go.
    """
    await call.services.jobs.holding.pause(_one_owner(call))
    return QueueState(is_paused=True)


@routes("POST", "/queue/resume", query=Whose, answers=QueueState)
async def resume_queue(call: Call[None, Whose]) -> QueueState:
    """Let a user's queue go on, and those of their jobs that are paused."""
    await call.services.jobs.holding.resume(_one_owner(call))
    return QueueState(is_paused=False)


@routes("GET", "/batches/{batch_id}", query=QueueQuery, answers=BatchView)
async def show_batch(call: Call[None, QueueQuery]) -> BatchView:
    """Show a batch and its jobs, in their order."""
    query, batch = call.query, call.path["batch_id"]
    part = {"owner": whose(call.user, query.owner), "limit": query.limit, "offset": query.offset}
    found = await call.services.database.read(partial(_part, batch=batch, **part))
    if found is None:
        raise _no_batch(batch)
    first, jobs, states = found
    return BatchView(
        id=batch,
        title=first.title,
        created=first.created,
        total=sum(states.values()),
        states=states,
        is_done=ENDED.issuperset(states),
        items=views_of(call, jobs),
    )


@routes("POST", "/batches/{batch_id}/cancel", query=Whose, answers=Done)
async def cancel_batch(call: Call[None, Whose]) -> Done:
    """End all jobs of a batch that wait or run."""
    jobs = await _batch(call, call.path["batch_id"])
    await call.services.jobs.changes.cancel(jobs)
    return Done([job.id for job in jobs])


def _part(
    c: sqlite3.Connection, batch: str, owner: str | None, limit: int, offset: int
) -> tuple[Job, list[Job], dict[State, int]] | None:
    """Return the first job of a batch, some of its jobs, and how many are in which state."""
    page = partial(job_lists.page, c, batch=batch, owner=owner, newest_first=False)
    first, _ = page(limit=1)
    jobs, _ = page(limit=limit, offset=offset)
    return (first[0], jobs, job_lists.states(c, batch, first[0].owner)) if first else None


async def _batch(call: Call[Any, Any], batch: str) -> list[Job]:
    owner = whose(call.user, call.query.owner)
    found = await call.services.database.read(partial(job_table.of_batch, batch=batch))
    jobs = [job for job in found if owner in (None, job.owner)]
    if not jobs:
        raise _no_batch(batch)
    return jobs


def _no_batch(batch: str) -> NotFound:
    return NotFound(f'There is no batch "{batch}". Its jobs may have been deleted.')


def _one_owner(call: Call[None, Whose]) -> str:
    owner = whose(call.user, call.query.owner)
    if owner is None:
        raise BadRequest("Every user has a queue of their own. Name one user.")
    return owner


async def _several(call: Call[Several, Any]) -> Sequence[Job]:
    """Return the jobs that a request means.

    Raises:
        BadRequest: it says so in no way, or in several.
        NotFound: one is not there.
    """
    asked, owner = call.body, whose(call.user, call.query.owner)
    match (asked.ids, asked.batch, asked.state):
        case (list() as ids, None, None):
            return [await call.services.jobs.get(each, owner) for each in dict.fromkeys(ids)]
        case (None, str() as batch, None):
            return await _batch(call, batch)
        case (None, None, str() as state):
            return await _in_state(call, state, owner)
        case _:
            raise BadRequest('Give exactly one of "ids", "batch" and "state".')


async def _in_state(call: Call[Any, Any], state: State, owner: str | None) -> list[Job]:
    if state in ("queued", "running", "paused"):
        return [job for job in call.services.jobs.unfinished(owner) if job.state == state]
    work = partial(job_lists.page, owner=owner, states=[state], limit=2**31)
    return (await call.services.database.read(work))[0]
