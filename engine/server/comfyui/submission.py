"""From what a client sends to `/prompt` to a job that is durable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from engine.document import write_document
from engine.errors import Conflict, NotFound
from engine.files.metadata import SENT
from engine.jobs.submission import Submission
from engine.server.comfyui import checking, refusals
from engine.server.comfyui.checking import NAME, Refused
from engine.server.comfyui.kept import Kept, as_extra, job_id_of, kept_of
from engine.server.files.generation import from_document

if TYPE_CHECKING:
    from engine.document import Document
    from engine.jobs.job import Job
    from engine.server.comfyui.checking import Checked
    from engine.server.comfyui.sent import Sent
    from engine.server.services import Services
    from engine.users import User

#: Asking the system for each id would let another thread have the interpreter in between.
_random = Random()


@dataclass(frozen=True)
class Taken:
    """A prompt that was taken, and what is wrong with the outputs that do not run."""

    job: Job
    prompt_id: str
    node_errors: Mapping[str, Any]


async def take(services: Services, user: User, sent: Sent) -> Taken:
    """Make a job of a request; it is durable when this returns.

    Raises:
        Refused: it can not run.
    """
    raw, targets = bytes(sent.prompt), sent.targets
    seen, folders = services.seen_prompts, services.folders.of(user.name)
    checked = seen.find(raw, folders) if targets is None else None
    prompt = checked.prompt if checked else await checking.read(services, user, raw)
    prompt_id = sent.chosen_id or str(UUID(int=_random.getrandbits(128), version=4))
    before = await _before(services, prompt_id) if sent.chosen_id else None
    if before is not None and _is_same(before, user, prompt_id, prompt.text):
        return Taken(before, prompt_id, {})
    services.jobs.room.check(user.name, user.max_queued, 1)
    if checked is None:
        checked = await checking.checked(services, user, prompt, targets)
        if targets is None:
            seen.keep(raw, checked, folders)
    kept = Kept(
        prompt_id=prompt_id,
        prompt=prompt.text,
        extra_data=msgspec.json.encode(sent.kept_data()).decode(),
        client_id=sent.client,
        outputs=checked.outputs,
        ids=prompt.ids,
    )
    submission = _submission(user, sent, checked, kept)
    if before is not None:
        await services.jobs.changes.delete([before])
    return Taken(await _queued(services, submission, kept), prompt_id, checked.node_errors)


def _submission(user: User, sent: Sent, checked: Checked, kept: Kept) -> Submission:
    document, info = checked.prompt.document, sent.picture_info
    drawn = from_document(document)
    return Submission(
        owner=user.name,
        document=write_document(_with_info(document, info)) if info else checked.written,
        title=document.title if document.title != NAME else "",
        prompt=drawn.prompt,
        seed=drawn.seed,
        targets=checked.targets,
        front=bool(sent.front),
        position=sent.position,
        ids=[job_id_of(kept.prompt_id)],
        source="comfyui",
        extra=as_extra(kept),
        most=user.max_queued,
    )


def _with_info(document: Document, info: Mapping[str, Any]) -> Document:
    """Return the document with what a client wants in pictures beside the prompt."""
    return replace(document, extra={**document.extra, SENT: info})


async def _queued(services: Services, submission: Submission, kept: Kept) -> Job:
    """Make the job durable; where the same request came at the same time, return its job.

    Raises:
        Refused: another prompt came under this id.
    """
    try:
        (job,) = await services.jobs.submit(submission)
    except Conflict:
        job = await services.jobs.get(submission.ids[0])
        other = kept_of(job)
        is_same = other is not None and other.prompt == kept.prompt
        if job.owner != submission.owner or not is_same:
            raise _in_use(kept.prompt_id) from None
    return job


async def _before(services: Services, prompt_id: str) -> Job | None:
    """Return the job that has a client's id already, or None."""
    try:
        return await services.jobs.get(job_id_of(prompt_id))
    except NotFound:
        return None


def _is_same(before: Job, user: User, prompt_id: str, text: str) -> bool:
    """Say whether a request was taken already, as a job that has not ended.

    A job that has ended makes room for another one of its id.

    Raises:
        Refused: another prompt has this id.
    """
    kept = kept_of(before)
    if before.owner == user.name:
        if before.has_ended:
            return False
        if kept is not None and kept.prompt == text:
            return True
    raise _in_use(prompt_id)


def _in_use(prompt_id: str) -> Refused:
    details = f'Another prompt has the id "{prompt_id}". Choose another id.'
    return Refused(refusals.whole("prompt_id_in_use", "The prompt_id is in use", details))
