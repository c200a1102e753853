"""From what a client sends to `/prompt` to a job, or to what is wrong with it.

The prompt goes through the importer, so that it may be anything that the command line takes. Output
nodes that can run do so although others can not.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from engine.declarations import node_info
from engine.document import write_document
from engine.errors import BadRequest, Conflict, NotFound, WorkflowError
from engine.importers.containers import is_api_prompt
from engine.importers.write_api import FORMAT, write_api
from engine.jobs.submission import Submission
from engine.metadata import SENT
from engine.server.comfyui import refusals
from engine.server.comfyui.kept import Kept, as_extra, job_id_of, kept_of
from engine.server.limits import check_queue
from engine.server.reading import problems_of, read_document

if TYPE_CHECKING:
    from engine.document import Document
    from engine.jobs.job import Job
    from engine.server.comfyui.refusals import Declarations, Error
    from engine.server.comfyui.sent import Sent
    from engine.server.services import Services
    from engine.users import User

#: The name of a client's prompt in errors.
NAME = "the prompt"
#: Types of packs may have to be read first.
LIMIT_S = 60.0


class Refused(BadRequest):
    """A prompt that is not taken, and why, in ComfyUI's shape."""

    def __init__(self, error: Error, node_errors: Mapping[str, Any] | None = None) -> None:
        super().__init__(error["message"])
        self.body = {"error": error, "node_errors": node_errors or {}}


@dataclass(frozen=True)
class Read:
    """A prompt and the document that it stands for.

    Attributes:
        nodes: the prompt's, by id.
        text: the prompt's JSON.
        ids: the document's node id -> the prompt's, where they differ.
    """

    document: Document
    nodes: dict[str, Any]
    text: str
    ids: dict[str, str]

    def in_document(self, node_ids: Collection[str]) -> list[str]:
        """Return the document's ids of nodes."""
        back = {wire: own for own, wire in self.ids.items()}
        return [back.get(each, each) for each in node_ids]


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
    read = await _read(services, user, bytes(sent.prompt))
    prompt_id = sent.chosen_id or str(uuid.uuid4())
    before = await _before(services, prompt_id) if sent.chosen_id else None
    if before is not None and _is_same(before, user, prompt_id, read.text):
        return Taken(before, prompt_id, {})
    check_queue(services.jobs, user, 1)
    judged = await _judged(services, user, read, sent.targets)
    kept = Kept(
        prompt_id=prompt_id,
        prompt=read.text,
        extra_data=msgspec.json.encode(sent.kept_data()).decode(),
        client_id=sent.client,
        outputs=judged.outputs,
        ids=read.ids,
    )
    exposed = [each.source[0] for each in read.document.outputs if not judged.node_errors]
    targets = [*read.in_document(judged.outputs), *exposed]
    if before is not None:
        await services.jobs.changes.delete([before])
    submission = Submission(
        owner=user.name,
        document=write_document(_with_info(read.document, sent.picture_info)),
        title=read.document.title if read.document.title != NAME else "",
        targets=list(dict.fromkeys(targets)),
        front=bool(sent.front),
        position=sent.position,
        ids=[job_id_of(prompt_id)],
        source="comfyui",
        extra=as_extra(kept),
    )
    return Taken(await _queued(services, submission, kept), prompt_id, judged.node_errors)


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


async def _read(services: Services, user: User, raw: bytes) -> Read:
    """Read the prompt, in whatever format it is.

    Raises:
        Refused: it is none.
    """
    value = msgspec.json.decode(raw)
    if value is None:
        raise Refused(refusals.no_prompt())
    if value == {}:
        raise Refused(refusals.no_outputs())
    is_api = is_api_prompt(value)
    looks_like_one = isinstance(value, dict) and not {"nodes", "format"} & value.keys()
    if looks_like_one and (error := refusals.malformed(value)):
        raise Refused(error)
    try:
        imported = await read_document(services, raw, NAME, user)
    except WorkflowError as problem:
        error = refusals.whole("invalid_prompt", "The prompt can not be read", problem.message)
        raise Refused(error) from problem
    document = imported.document
    if is_api:
        read = Read(document, value, raw.decode(), _changed_ids(document))
    else:
        nodes = write_api(document, services.built_ins)
        read = Read(document, nodes, msgspec.json.encode(nodes).decode(), {})
    for missing in imported.report.missing_types:
        node_id = read.ids.get(missing.nodes[0], missing.nodes[0])
        node = read.nodes.get(node_id, {"class_type": missing.type})
        raise Refused(refusals.unknown_type(node_id, node))
    return read


def _with_info(document: Document, info: Mapping[str, Any]) -> Document:
    """Return the document with what a client wants in pictures beside the prompt."""
    return replace(document, extra={**document.extra, SENT: info}) if info else document


def _changed_ids(document: Document) -> dict[str, str]:
    """Return the prompt's id of each node that has another one in the document."""
    return {
        node_id: node.foreign["id"]
        for node_id, node in document.nodes.items()
        if isinstance(node.foreign, dict)
        and node.foreign.get("format") == FORMAT
        and "id" in node.foreign
    }


async def _judged(
    services: Services, user: User, read: Read, targets: Sequence[str] | None
) -> refusals.Judgement:
    """Return the outputs that can run.

    Raises:
        Refused: there is none.
    """
    outputs = await _outputs(services, user, read.nodes)
    if targets is not None:
        outputs = [each for each in outputs if each in targets]
    if not outputs:
        raise Refused(refusals.no_outputs())
    found = await problems_of(services, read.document, read.in_document(outputs), user)
    if not found:
        return refusals.Judgement(outputs, {})
    problems = [_in_prompt(each, read.ids) for each in found]
    types = {node["class_type"] for node in read.nodes.values()}
    declared = await _declared(services, user, types)
    judged = refusals.judge(read.nodes, outputs, problems, declared)
    if judged.error is not None:
        raise Refused(judged.error, judged.node_errors)
    return judged


def _in_prompt(problem: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """Return a problem with the prompt's ids."""
    details = dict(problem["details"])
    if "nodes" in details:
        details["nodes"] = [ids.get(each, each) for each in details["nodes"]]
    return {**problem, "node": ids.get(problem["node"], problem["node"]), "details": details}


async def _outputs(services: Services, user: User, nodes: Mapping[str, Any]) -> list[str]:
    """Return the nodes that show or save something."""
    types = {node["class_type"] for node in nodes.values()}
    built_ins = services.built_ins
    is_output = {each: spec.is_output for each in types if (spec := built_ins.get(each))}
    if foreign := types - is_output.keys():
        declared = await _of_packs(services, user, foreign)
        is_output |= {each: bool(entry["output_node"]) for each, entry in declared.items()}
    return [each for each, node in nodes.items() if is_output.get(node["class_type"])]


async def _declared(services: Services, user: User, types: Collection[str]) -> Declarations:
    """Return types as `/object_info` has them."""
    folders = services.folders.of(user.name)
    known = {each: spec for each in types if (spec := services.built_ins.get(each))}
    declared = {each: node_info(spec, folders) for each, spec in known.items()}
    if foreign := set(types) - known.keys():
        declared |= await _of_packs(services, user, foreign)
    return declared


async def _of_packs(
    services: Services, user: User, types: Collection[str]
) -> dict[str, dict[str, Any]]:
    given = {"types": sorted(types), "owner": user.name}
    return await services.worker.ask("declarations", given, limit_s=LIMIT_S)
