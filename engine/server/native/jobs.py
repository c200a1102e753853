"""Jobs: submit, look at, stop, order and forget them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, Literal

import msgspec
from aiohttp import web

from engine.errors import BadRequest, NotFound
from engine.jobs.job import Job, State
from engine.server.limits import check_queue
from engine.server.native.event_messages import told
from engine.server.native.job_views import JobView, job_view
from engine.server.native.submitting import Submit, Submitted, check_priority, submit
from engine.server.native.whose import Whose, whose
from engine.server.routing import Call, Routes
from engine.store import events as event_table
from engine.store import jobs as job_table

routes = Routes("jobs")

Limit = Annotated[int, msgspec.Meta(ge=1, le=500)]
Offset = Annotated[int, msgspec.Meta(ge=0, le=2**31)]
#: Events of one job that are answered at once, at most.
MOST_EVENTS = 5_000


class Jobs(msgspec.Struct, frozen=True):
    """A part of a list of jobs."""

    items: list[JobView]
    total: int


class ListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which jobs to list.

    Attributes:
        state: one, or several with commas between them.
        search: words of the title, the texts of the document, the values or the error.
        sort: "duration" has the longest first.
        order: "up" turns it round.
        owner: name of a user, or `*` for everybody's; both for admins. Without, one's own.
    """

    state: str = ""
    batch: str | None = None
    search: str = ""
    sort: Literal["created", "duration"] = "created"
    order: Literal["down", "up"] = "down"
    owner: str = ""
    limit: Limit = 50
    offset: Offset = 0


class QueueQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the queue to list, and whose."""

    owner: str = ""
    limit: Limit = 50
    offset: Offset = 0


class QueueView(msgspec.Struct, frozen=True, kw_only=True):
    """What runs, and what waits, in the order in which it will run.

    Attributes:
        total: how many wait.
    """

    running: list[JobView]
    queued: list[JobView]
    total: int


class EventsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which events: those after a number."""

    after: int = 0
    owner: str = ""


class Events(msgspec.Struct, frozen=True):
    """Stored events of a job, in order."""

    items: list[dict[str, Any]]


class Move(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a waiting job goes.

    Attributes:
        to: of its owner's line.
        before, after: another job in that line.
        priority: higher runs first; above 0 for admins.
    """

    to: Literal["front", "back"] | None = None
    before: str | None = None
    after: str | None = None
    priority: Annotated[int, msgspec.Meta(ge=-1000, le=1000)] | None = None


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


@routes(
    "POST",
    "/jobs",
    body=Submit,
    answers=Submitted,
    status=201,
    errors={429: "there are too many jobs of this user"},
)
async def submit_jobs(call: Call[Submit, None]) -> Submitted:
    """Take a job, or a batch of jobs."""
    key = call.body.key or call.request.headers.get("Idempotency-Key")
    asked = msgspec.structs.replace(call.body, key=key)
    return await submit(call.services, call.user, asked)


@routes("GET", "/jobs", query=ListQuery, answers=Jobs)
async def list_jobs(call: Call[None, ListQuery]) -> Jobs:
    """List jobs, the newest first."""
    query = call.query
    work = partial(
        job_table.page,
        owner=whose(call.user, query.owner),
        states=_states(query.state),
        batch=query.batch,
        search=query.search,
        sort=query.sort,
        newest_first=query.order == "down",
        limit=query.limit,
        offset=query.offset,
    )
    jobs, total = await call.services.database.read(work)
    return Jobs(_views(call, jobs), total)


@routes("GET", "/jobs/{job_id}", query=Whose, answers=JobView)
async def show_job(call: Call[None, Whose]) -> JobView:
    """Show a job with what it gave."""
    return _view(call, await _job(call))


@routes("GET", "/jobs/{job_id}/document", query=Whose, answers=dict[str, Any])
async def show_document(call: Call[None, Whose]) -> web.Response:
    """Return the document that a job runs, before its values are set."""
    document = await call.services.jobs.document_of(await _job(call))
    return web.Response(body=document, content_type="application/json")


@routes("GET", "/jobs/{job_id}/events", query=EventsQuery, answers=Events)
async def list_events(call: Call[None, EventsQuery]) -> Events:
    """List the stored events of a job after a number."""
    job = await _job(call)
    work = partial(event_table.since, after=call.query.after, jobs=[job.id], limit=MOST_EVENTS)
    return Events([told(each) for each in await call.services.database.read(work)])


@routes("POST", "/jobs/{job_id}/cancel", query=Whose, answers=JobView)
async def cancel_job(call: Call[None, Whose]) -> JobView:
    """End a job that waits or runs; one that runs ends at its next step."""
    await call.services.jobs.changes.cancel([await _job(call)])
    return _view(call, await _job(call))


@routes("POST", "/jobs/{job_id}/pause", query=Whose, answers=JobView)
async def pause_job(call: Call[None, Whose]) -> JobView:
    """Let a job rest; one that runs stops at its next step and keeps what it has."""
    await call.services.jobs.changes.pause([await _job(call)])
    return _view(call, await _job(call))


@routes("POST", "/jobs/{job_id}/resume", query=Whose, answers=JobView)
async def resume_job(call: Call[None, Whose]) -> JobView:
    """Let a paused job go on."""
    await call.services.jobs.changes.resume(await _job(call))
    return _view(call, await _job(call))


@routes("POST", "/jobs/{job_id}/retry", query=Whose, answers=JobView)
async def retry_job(call: Call[None, Whose]) -> JobView:
    """Run a job again that failed or was cancelled; what it finished is not done again."""
    job = await _job(call)
    check_queue(call.services.jobs, call.user, 1)
    return _view(call, await call.services.jobs.changes.retry(job))


@routes("POST", "/jobs/{job_id}/move", query=Whose, body=Move, answers=JobView)
async def move_job(call: Call[Move, Whose]) -> JobView:
    """Give a waiting job another place in the line."""
    wanted = call.body
    check_priority(call.user, wanted.priority or 0)
    if sum(each is not None for each in (wanted.to, wanted.before, wanted.after)) > 1:
        raise BadRequest('Give one of "to", "before" and "after".')
    await call.services.jobs.changes.move(
        await _job(call),
        to=wanted.to,
        before=wanted.before,
        after=wanted.after,
        priority=wanted.priority,
    )
    return _view(call, await _job(call))


@routes("DELETE", "/jobs/{job_id}", query=Whose, status=204)
async def delete_job(call: Call[None, Whose]) -> None:
    """Forget a job that has ended; its files stay."""
    await call.services.jobs.changes.delete([await _job(call)])


@routes("POST", "/jobs/cancel", query=Whose, body=Several, answers=Done)
async def cancel_jobs(call: Call[Several, Whose]) -> Done:
    """End several jobs."""
    jobs = await _several(call)
    await call.services.jobs.changes.cancel(jobs)
    return Done([job.id for job in jobs])


@routes("POST", "/jobs/delete", query=Whose, body=Several, answers=Done)
async def delete_jobs(call: Call[Several, Whose]) -> Done:
    """Forget several jobs that have ended; their files stay."""
    jobs = await _several(call)
    await call.services.jobs.changes.delete(jobs)
    return Done([job.id for job in jobs])


@routes("GET", "/queue", query=QueueQuery, answers=QueueView)
async def show_queue(call: Call[None, QueueQuery]) -> QueueView:
    """Show what runs and what waits, in the order in which it will run."""
    query = call.query
    running, queued = call.services.jobs.queue(whose(call.user, query.owner))
    part = queued[query.offset : query.offset + query.limit]
    return QueueView(running=_views(call, running), queued=_views(call, part), total=len(queued))


@routes("GET", "/batches/{batch_id}", query=QueueQuery, answers=BatchView)
async def show_batch(call: Call[None, QueueQuery]) -> BatchView:
    """Show a batch and its jobs, in their order."""
    jobs = await _batch(call, call.path["batch_id"])
    states: dict[State, int] = {}
    for job in jobs:
        states[job.state] = states.get(job.state, 0) + 1
    part = jobs[call.query.offset : call.query.offset + call.query.limit]
    return BatchView(
        id=call.path["batch_id"],
        title=jobs[0].title,
        created=jobs[0].created,
        total=len(jobs),
        states=states,
        is_done=all(job.has_ended for job in jobs),
        items=_views(call, part),
    )


@routes("POST", "/batches/{batch_id}/cancel", query=Whose, answers=Done)
async def cancel_batch(call: Call[None, Whose]) -> Done:
    """End all jobs of a batch that wait or run."""
    jobs = await _batch(call, call.path["batch_id"])
    await call.services.jobs.changes.cancel(jobs)
    return Done([job.id for job in jobs])


async def _job(call: Call[Any, Any]) -> Job:
    owner = whose(call.user, call.query.owner)
    return await call.services.jobs.get(call.path["job_id"], owner)


async def _batch(call: Call[Any, Any], batch: str) -> list[Job]:
    owner = whose(call.user, call.query.owner)
    found = await call.services.database.read(partial(job_table.of_batch, batch=batch))
    jobs = [job for job in found if owner in (None, job.owner)]
    if not jobs:
        raise NotFound(f'There is no batch "{batch}". Its jobs may have been deleted.')
    return jobs


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
    work = partial(job_table.page, owner=owner, states=[state], limit=-1)
    return (await call.services.database.read(work))[0]


def _states(text: str) -> list[State]:
    try:
        return msgspec.convert(text.split(",") if text else [], list[State])
    except msgspec.ValidationError as problem:
        raise BadRequest(f'"{text}" are no states of jobs. {problem}.') from problem


def _view(call: Call[Any, Any], job: Job) -> JobView:
    return job_view(job, call.services, call.user)


def _views(call: Call[Any, Any], jobs: Sequence[Job]) -> list[JobView]:
    return [_view(call, job) for job in jobs]
