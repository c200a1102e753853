"""From what a client hands in to jobs: read, filled in, checked, and only then queued."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Iterator, Sequence
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from engine.document import write_document
from engine.errors import BadRequest, Denied
from engine.jobs.batches import Batch, expand
from engine.jobs.job import Job, State
from engine.jobs.submission import Submission
from engine.server.disk_use import check_disk
from engine.server.files.generation import from_document
from engine.server.native.handed import UNNAMED, Handed
from engine.server.native.saved import find
from engine.server.native.value_sets import check_sets
from engine.server.reading import (
    read_document,
)
from engine.server.workflow_disk import SUFFIX
from engine.store import jobs as job_table

if TYPE_CHECKING:
    from aiohttp import web

    from engine.importers import Imported
    from engine.server.services import Services
    from engine.users import User

LONGEST_NAME = 200
Name = Annotated[str, msgspec.Meta(max_length=LONGEST_NAME)]


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A workflow: exactly one of `document`, `workflow` and `import`.

    Attributes:
        document: one in our format, or any JSON that can be imported.
        workflow: the name of a saved or bundled one.
        file: `import`: a file that can be imported, JSON as text or anything in base64.
    """

    document: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    workflow: str | None = None
    file: str | None = msgspec.field(default=None, name="import")

    @property
    def count(self) -> int:
        """Return how many of the three there are."""
        given = (self.document is not msgspec.UNSET, self.workflow is not None, bool(self.file))
        return sum(given)


class Submit(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be run, and how.

    Attributes:
        values: what to set in it, by exposed name or `NODE.input`.
        targets: nodes to run; without, all that show or save.
        priority: higher runs first; above 0 for admins.
        front: before all of one's waiting jobs of this priority.
        key: the same one again gives the same jobs; also the header `Idempotency-Key`.
        batch: one job for each set of values.
    """

    values: dict[str, Any] = {}
    targets: list[str] | None = None
    priority: Annotated[int, msgspec.Meta(ge=-1000, le=1000)] = 0
    front: bool = False
    key: Name | None = None
    title: Name = ""
    batch: Batch | None = None


class Queued(msgspec.Struct, frozen=True, kw_only=True):
    """A job that was taken."""

    id: str
    state: State
    batch_index: int
    values: dict[str, Any]


class Warning(msgspec.Struct, frozen=True, kw_only=True):
    """Something to know about what was handed in; it runs all the same."""

    node: str
    input: str
    message: str


class Submitted(msgspec.Struct, frozen=True, kw_only=True):
    """The jobs that were taken, in the order in which they run.

    Attributes:
        batch: what they have in common, if they are several.
    """

    jobs: list[Queued]
    batch: str | None
    warnings: list[Warning]


async def submit(
    services: Services, user: User, asked: Submit, handed: Handed | None = None
) -> Submitted:
    """Make jobs durable; all problems of what they run are told at once, and then there are none.

    Raises:
        InvalidGraph: it can not run; `details.problems` says why.
        EngineError: it can not be read.
    """
    if asked.key is not None:
        find_jobs = partial(job_table.by_key, owner=user.name, key=asked.key)
        if before := await services.database.read(find_jobs):
            return submitted(before, [])
    check_priority(user, asked.priority)
    handed = handed or await source_of(services, user, asked)
    imported = await read_document(services, handed.data, handed.name, user)
    values = await _value_sets(services, user, asked)
    services.jobs.room.check(user.name, user.max_queued, len(values))
    await check_disk(services.folders, user, 0)
    await check_sets(services, user, imported.document, values, asked.targets)
    title = imported.document.title
    drawn = from_document(imported.document)
    jobs = await services.jobs.submit(
        Submission(
            owner=user.name,
            document=write_document(imported.document),
            title=asked.title or (title if title != UNNAMED else ""),
            prompt=drawn.prompt,
            seed=drawn.seed,
            values=values,
            targets=asked.targets,
            priority=asked.priority,
            front=asked.front,
            key=asked.key,
            most=user.max_queued,
        )
    )
    return submitted(jobs, list(warnings_of(imported)))


def with_key(asked: Submit, request: web.Request) -> Submit:
    """Return a submission with the idempotency key of the request's header, if it has none.

    Raises:
        BadRequest: it is too long.
    """
    key = asked.key or request.headers.get("Idempotency-Key") or None
    if key is not None and len(key) > LONGEST_NAME:
        raise BadRequest(f"The idempotency key is longer than {LONGEST_NAME} characters.")
    return msgspec.structs.replace(asked, key=key)


def check_priority(user: User, priority: int) -> None:
    """Refuse a priority that the user may not give.

    Raises:
        Denied: it goes before other people's jobs, and the user is no admin.
    """
    if priority > 0 and not user.may("admin"):
        raise Denied("A priority above 0 goes before other people's jobs: only admins give it.")


def submitted(jobs: Sequence[Job], warnings: list[Warning]) -> Submitted:
    """Return the answer about jobs that were taken."""
    told = [
        Queued(id=job.id, state=job.state, batch_index=job.batch_index, values=job.values)
        for job in jobs
    ]
    return Submitted(jobs=told, batch=jobs[0].batch, warnings=warnings)


def warnings_of(imported: Imported) -> Iterator[Warning]:
    """Yield what reading a workflow found that a client should know."""
    report = imported.report
    for note in report.notes:
        yield Warning(node=note.node, input=note.input, message=note.message)
    for model in report.missing_models:
        near = f" Nearest here: {', '.join(model.near)}." if model.near else ""
        place = f"{model.directory}/{model.name}" if model.directory else model.name
        where = next(iter(model.nodes), "")
        yield Warning(node=where, input="", message=f'The model "{place}" is missing.{near}')
    for kind in report.missing_types:
        told = f'There is no node type "{kind.type}".'
        yield Warning(node=next(iter(kind.nodes), ""), input="", message=told)


async def source_of(services: Services, user: User, asked: Source) -> Handed:
    """Return the file that a request names or brings.

    Raises:
        BadRequest: it is none, or several.
    """
    if asked.count != 1:
        raise BadRequest(
            f'Exactly one of "document", "workflow" and "import" is needed; here are {asked.count}.'
        )
    if asked.workflow is not None:
        found = await find(services, user, asked.workflow)
        return Handed(found.content, f"{found.entry.name}{SUFFIX}")
    if asked.file is not None:
        return Handed(unpacked(asked.file))
    return Handed(bytes(asked.document))  # pyright: ignore[reportArgumentType] set, as counted


def unpacked(text: str) -> bytes:
    """Return a file that lies in JSON: a JSON text as it is, anything else in base64.

    Raises:
        BadRequest: it is neither.
    """
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return text.encode(errors="surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise BadRequest(
            '"import" is neither a JSON text nor base64. Send a file as it is to /jobs/import.'
        ) from problem


async def _value_sets(services: Services, user: User, asked: Submit) -> list[dict[str, Any]]:
    """Return what each job sets; a batch goes before what is set for all."""
    if asked.batch is None:
        return [asked.values]
    folders = services.folders.of(user.name)
    list_files = partial(folders.names, "input")
    sets = await asyncio.to_thread(expand, asked.batch, list_files, Random())
    return [{**asked.values, **each} for each in sets]
