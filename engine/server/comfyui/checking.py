"""From the JSON of a prompt to what of it can run, or to what is wrong with it.

The prompt goes through the importer, so that it may be anything that the command line takes. Output
nodes that can run do so although others can not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from engine.declaring.declarations import node_info
from engine.document import write_document
from engine.errors import BadRequest, WorkflowError
from engine.importers.containers import is_api_prompt
from engine.importers.write_api import FORMAT, write_api
from engine.server.comfyui import refusals
from engine.server.reading import problems_of, read_document, read_prompt

if TYPE_CHECKING:
    from engine.document import Document
    from engine.server.comfyui.refusals import Declarations, Error, Judgement
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
        text: the prompt's JSON.
        ids: the document's node id -> the prompt's, where they differ.
    """

    document: Document
    text: str
    ids: dict[str, str]

    @cached_property
    def nodes(self) -> dict[str, Any]:
        """Return the prompt's nodes by id."""
        return msgspec.json.decode(self.text)

    def in_document(self, node_ids: Collection[str]) -> list[str]:
        """Return the document's ids of nodes."""
        back = {wire: own for own, wire in self.ids.items()}
        return [back.get(each, each) for each in node_ids]


@dataclass(frozen=True)
class Checked:
    """A prompt of which something can run.

    Attributes:
        outputs: the prompt's output nodes that run.
        targets: the document's nodes to run.
        node_errors: what is wrong with the other output nodes.
        written: the document's JSON.
    """

    prompt: Read
    outputs: list[str]
    targets: list[str]
    node_errors: Mapping[str, Any]
    written: bytes


async def read(services: Services, user: User, raw: bytes) -> Read:
    """Read a prompt, in whatever format it is.

    Raises:
        Refused: it is none.
    """
    value = msgspec.json.decode(raw)
    if value is None:
        raise Refused(refusals.no_prompt())
    if value == {}:
        raise Refused(refusals.no_outputs())
    looks_like_one = isinstance(value, dict) and not {"nodes", "format"} & value.keys()
    if looks_like_one and (error := refusals.malformed(value)):
        raise Refused(error)
    is_api = is_api_prompt(value)
    try:
        if is_api:
            imported = await read_prompt(services, value, raw, NAME, user)
        else:
            imported = await read_document(services, raw, NAME, user)
    except WorkflowError as problem:
        error = refusals.whole("invalid_prompt", "The prompt can not be read", problem.message)
        raise Refused(error) from problem
    document = imported.document
    if is_api:
        found = Read(document, raw.decode(), _changed_ids(document))
    else:
        nodes = write_api(document, services.built_ins)
        found = Read(document, msgspec.json.encode(nodes).decode(), {})
    for missing in imported.report.missing_types:
        node_id = found.ids.get(missing.nodes[0], missing.nodes[0])
        node = found.nodes.get(node_id, {"class_type": missing.type})
        raise Refused(refusals.unknown_type(node_id, node))
    return found


def _changed_ids(document: Document) -> dict[str, str]:
    """Return the prompt's id of each node that has another one in the document."""
    return {
        node_id: node.foreign["id"]
        for node_id, node in document.nodes.items()
        if isinstance(node.foreign, dict)
        and "id" in node.foreign
        and node.foreign.get("format") == FORMAT
    }


async def checked(
    services: Services, user: User, prompt: Read, targets: Sequence[str] | None
) -> Checked:
    """Return what of a prompt runs; without targets, all that it can.

    Raises:
        Refused: nothing does.
    """
    judged = await _judged(services, user, prompt, targets)
    document = prompt.document
    exposed = [each.source[0] for each in document.outputs if not judged.node_errors]
    runs = [*prompt.in_document(judged.outputs), *exposed]
    return Checked(
        prompt=prompt,
        outputs=judged.outputs,
        targets=list(dict.fromkeys(runs)),
        node_errors=judged.node_errors,
        written=write_document(document),
    )


async def _judged(
    services: Services, user: User, prompt: Read, targets: Sequence[str] | None
) -> Judgement:
    """Return the outputs that can run, of those that are asked for.

    Raises:
        Refused: there is none.
    """
    outputs = await _outputs(services, user, prompt.nodes)
    if targets is not None:
        outputs = [each for each in outputs if each in targets]
    if not outputs:
        raise Refused(refusals.no_outputs())
    found = await problems_of(services, prompt.document, prompt.in_document(outputs), user)
    if not found:
        return refusals.Judgement(outputs, {})
    problems = [_in_prompt(each, prompt.ids) for each in found]
    types = {node["class_type"] for node in prompt.nodes.values()}
    declared = await _declared(services, user, types)
    judgement = refusals.judge(prompt.nodes, outputs, problems, declared)
    if judgement.error is not None:
        raise Refused(judgement.error, judgement.node_errors)
    return judgement


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
