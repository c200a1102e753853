"""Jobs: submit, look at, stop, order and forget them."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

import msgspec
from aiohttp import web

from engine.document import read_document, write_document
from engine.errors import BadRequest
from engine.jobs.job import Job, State
from engine.server.native.event_messages import told
from engine.server.native.job_views import JobView, view_of, views_of
from engine.server.native.submitting import Submit, Submitted, check_priority, submit, with_key
from engine.server.native.whose import Limit, Number, Offset, Whose, whose
from engine.server.reading import placed
from engine.server.routing import Call, Routes
from engine.store import events as event_table
from engine.store import job_lists

routes = Routes("jobs")

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


class EventsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which events: those after a number."""

    after: Number = 0
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
    return await submit(call.services, call.user, with_key(call.body, call.request))


@routes("GET", "/jobs", query=ListQuery, answers=Jobs)
async def list_jobs(call: Call[None, ListQuery]) -> Jobs:
    """List jobs, the newest first."""
    query = call.query
    if query.search:
        await call.services.jobs.enter_words()
    work = partial(
        job_lists.page,
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
    return Jobs(views_of(call, jobs), total)


@routes("GET", "/jobs/{job_id}", query=Whose, answers=JobView)
async def show_job(call: Call[None, Whose]) -> JobView:
    """Show a job with what it gave."""
    return view_of(call, await _job(call))


@routes("GET", "/jobs/{job_id}/document", query=Whose, answers=dict[str, Any])
async def show_document(call: Call[None, Whose]) -> web.Response:
    """Return the document that a job runs, before its values are set."""
    job = await _job(call)
    document = await call.services.jobs.document_of(job)
    if job.source == "comfyui":
        document = write_document(await placed(call.services, read_document(document)))
    return web.Response(body=document, content_type="application/json")


@routes("GET", "/jobs/{job_id}/events", query=EventsQuery, answers=Events)
async def list_events(call: Call[None, EventsQuery]) -> Events:
    """List the stored events of a job after a number."""
    job = await _job(call)
    work = partial(event_table.since, seq=call.query.after, jobs=[job.id], limit=MOST_EVENTS)
    return Events([told(each) for each in await call.services.database.read(work)])


@routes("POST", "/jobs/{job_id}/cancel", query=Whose, answers=JobView)
async def cancel_job(call: Call[None, Whose]) -> JobView:
    """End a job that waits or runs; one that runs ends at its next step."""
    await call.services.jobs.changes.cancel([await _job(call)])
    return view_of(call, await _job(call))


@routes("POST", "/jobs/{job_id}/pause", query=Whose, answers=JobView)
async def pause_job(call: Call[None, Whose]) -> JobView:
    """Let a job rest; one that runs stops at its next step and keeps what it has."""
    await call.services.jobs.changes.pause([await _job(call)])
    return view_of(call, await _job(call))


@routes("POST", "/jobs/{job_id}/resume", query=Whose, answers=JobView)
async def resume_job(call: Call[None, Whose]) -> JobView:
    """Let a paused job go on."""
    await call.services.jobs.changes.resume(await _job(call))
    return view_of(call, await _job(call))


@routes("POST", "/jobs/{job_id}/retry", query=Whose, answers=JobView)
async def retry_job(call: Call[None, Whose]) -> JobView:
    """Run a job again that failed or was cancelled; what it finished is not done again."""
    job = await _job(call)
    call.services.jobs.room.check(job.owner, call.user.max_queued, 1)
    return view_of(call, await call.services.jobs.changes.retry(job))


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
    return view_of(call, await _job(call))


@routes("DELETE", "/jobs/{job_id}", query=Whose, status=204)
async def delete_job(call: Call[None, Whose]) -> None:
    """Forget a job that has ended; its files stay."""
    await call.services.jobs.changes.delete([await _job(call)])


async def _job(call: Call[Any, Any]) -> Job:
    owner = whose(call.user, call.query.owner)
    return await call.services.jobs.get(call.path["job_id"], owner)


def _states(text: str) -> list[State]:
    try:
        return msgspec.convert(text.split(",") if text else [], list[State])
    except msgspec.ValidationError as problem:
        raise BadRequest(f'"{text}" are no states of jobs. {problem}.') from problem
