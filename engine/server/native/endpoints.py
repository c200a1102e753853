"""Saved workflows as functions: what they take and give, and a call of one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from aiohttp import web

from engine.declaring.described import described_all
from engine.document import SUBGRAPH
from engine.document.exposed import input_behind
from engine.document.flatten import node_at
from engine.document.large_numbers import as_text
from engine.document.schema import DIALECT
from engine.server.native.handed import Handed
from engine.server.native.job_views import JobView, view_of
from engine.server.native.nodes import find_input
from engine.server.native.saved import find
from engine.server.native.submitting import Submit, submit, with_key
from engine.server.reading import PACKS_LIMIT_S, read_document
from engine.server.routing import Call, Routes
from engine.server.workflow_disk import SUFFIX

if TYPE_CHECKING:
    from engine.document import Document, ExposedInput, ExposedOutput, Node

routes = Routes("workflows")

Form = Mapping[str, Any]
Forms = Mapping[str, Form]
#: JSON's type of a widget's value.
_TYPES = {"float": "number", "text": "string", "bool": "boolean"}


class OutputView(msgspec.Struct, frozen=True, kw_only=True):
    """A result that a workflow gives under a name.

    Attributes:
        type: of the socket, such as "IMAGE".
    """

    name: str
    title: str
    type: str


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """What a workflow takes and gives.

    Attributes:
        inputs: a JSON Schema of the body of `run`.
    """

    name: str
    title: str
    description: str
    revision: int | None
    inputs: dict[str, Any]
    outputs: list[OutputView]


class RunQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How long to wait for the end of the job, in seconds; 0 answers at once."""

    wait: Annotated[float, msgspec.Meta(ge=0, le=600)] = 0


@routes("GET", "/workflows/{name:.+}/schema", answers=Signature)
async def show_signature(call: Call[None, None]) -> Signature:
    """Return what a workflow takes, as JSON Schema, and what it gives."""
    found = await find(call.services, call.user, call.path["name"])
    name = f"{found.entry.name}{SUFFIX}"
    imported = await read_document(call.services, found.content, name, call.user)
    document = imported.document
    forms = await _forms(call, document)
    return Signature(
        name=found.entry.name,
        title=document.title,
        description=document.description,
        revision=found.entry.revision,
        inputs=schema_of(document, forms),
        outputs=[_output(document, each, forms) for each in document.outputs],
    )


@routes(
    "POST",
    "/workflows/{name:.+}/run",
    body=dict[str, Any],
    query=RunQuery,
    answers=JobView,
    errors={202: "the job is taken and has not ended", 429: "there are too many jobs of this user"},
    shapes={202: JobView},
)
async def run_workflow(call: Call[dict[str, Any], RunQuery]) -> web.Response:
    """Run a workflow with values for its exposed inputs."""
    services, user = call.services, call.user
    found = await find(services, user, call.path["name"])
    handed = Handed(found.content, f"{found.entry.name}{SUFFIX}")
    asked = with_key(Submit(values=call.body, title=found.entry.title), call.request)
    taken = await submit(services, user, asked, handed)
    job = await services.jobs.get(taken.jobs[0].id, user.name)
    subscription = services.feed.subscribe(user.name, [job.id])
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(call.query.wait):
                await services.jobs.ended(job, subscription)
    finally:
        subscription.close()
    job = await services.jobs.get(job.id, user.name)
    return web.Response(
        body=msgspec.json.encode(view_of(call, job)),
        status=200 if job.has_ended else 202,
        content_type="application/json",
    )


def schema_of(document: Document, forms: Forms) -> dict[str, Any]:
    """Return the JSON Schema of a document's exposed inputs; values of nodes may be given too."""
    return {
        "$schema": DIALECT,
        "title": document.title,
        "type": "object",
        "properties": {each.name: _property(document, each, forms) for each in document.inputs},
        "patternProperties": {r"\.": {"description": "NODE.input"}},
        "additionalProperties": False,
    }


async def _forms(call: Call[Any, Any], document: Document) -> Forms:
    """Return the native forms of all node types of a document."""
    services = call.services
    levels = (document, *document.subgraphs.values())
    types = {node.type for level in levels for node in level.nodes.values()}
    wanted = {kind for kind in types if not kind.startswith(SUBGRAPH)}
    specs = [spec for kind in wanted if (spec := services.built_ins.get(kind)) is not None]
    folders = services.folders.of(call.user.name)
    forms = await asyncio.to_thread(described_all, specs, folders)
    left = sorted(wanted - {spec.id for spec in specs})
    if left:
        given = {"types": left, "owner": call.user.name}
        forms += await services.worker.ask("specs", given, limit_s=PACKS_LIMIT_S)
    return {form["id"]: form for form in forms}


def _property(document: Document, exposed: ExposedInput, forms: Forms) -> dict[str, Any]:
    told: dict[str, Any] = {"title": exposed.label or exposed.name}
    if exposed.description:
        told["description"] = exposed.description
    for node_id, socket in exposed.targets:
        node = node_at(document, node_id)
        if node is not None:
            return _of_target(document, node, socket, forms) | told
    return told


def _of_target(document: Document, node: Node, socket: str, forms: Forms) -> dict[str, Any]:
    """Return what the input that is set says of its values."""
    given = node.values.get(socket)
    inner, behind = input_behind(document.subgraphs, node, socket)
    form = find_input(forms.get(inner.type, {}).get("inputs", ()), behind) or {}
    widget: Form = form.get("widget", {})
    told = _of_widget(widget)
    if tooltip := form.get("tooltip"):
        told["description"] = tooltip
    present = inner.values.get(behind, widget.get("default")) if given is None else given
    return told if present is None else {**told, "default": as_text(present)}


def _of_widget(widget: Form) -> dict[str, Any]:
    kind = widget.get("kind", "any")
    match kind:
        case "int":
            return _whole(widget)
        case "float" | "text" | "bool":
            told: dict[str, Any] = {"type": _TYPES[kind]}
            limits = {"minimum": widget.get("min"), "maximum": widget.get("max")}
            return told | {name: limit for name, limit in limits.items() if limit is not None}
        case "choice" | "file":
            return _choice(widget)
        case _:
            return {}


def _whole(widget: Form) -> dict[str, Any]:
    """Return the schema of a whole number; one beyond what JavaScript holds may be text."""
    limits = {"minimum": widget.get("min"), "maximum": widget.get("max")}
    told = {name: int(limit) for name, limit in limits.items() if limit is not None}
    if any(isinstance(limit, str) for limit in limits.values()):
        return {"type": ["integer", "string"], "pattern": "^-?[0-9]+$", **told}
    return {"type": "integer", **told}


def _choice(widget: Form) -> dict[str, Any]:
    choices: list[Any] = widget.get("choices", [])
    if widget.get("upload"):  # files of other folders go, too
        return {"type": "string", "examples": choices}
    if widget.get("many"):
        return {"type": "array", "items": {"enum": choices}}
    return {"enum": choices} if choices else {}


def _output(document: Document, exposed: ExposedOutput, forms: Forms) -> OutputView:
    node_id, index = exposed.source
    node = node_at(document, node_id)
    outputs = _outputs_of(document, node, forms) if node is not None else []
    kind = outputs[index] if 0 <= index < len(outputs) else "*"
    return OutputView(name=exposed.name, title=exposed.label or exposed.name, type=kind)


def _outputs_of(document: Document, node: Node, forms: Forms) -> list[str]:
    definition = document.subgraphs.get(node.type.removeprefix(SUBGRAPH))
    if node.type.startswith(SUBGRAPH) and definition is not None:
        inner: Iterable[ExposedOutput] = definition.outputs
        types: list[str] = []
        for each in inner:
            source = definition.nodes.get(each.source[0])
            form = forms.get(source.type, {}) if source is not None else {}
            found = form.get("outputs", ())
            index = each.source[1]
            types.append(found[index]["type"] if 0 <= index < len(found) else "*")
        return types
    return [each["type"] for each in forms.get(node.type, {}).get("outputs", ())]
