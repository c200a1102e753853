"""Documents that are read, checked or written in another form, without a job."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote

import msgspec
from aiohttp import web

from engine.document import Document, send_document, write_document
from engine.errors import BadRequest, InvalidGraph
from engine.server.native.handed import Handed, handed_in
from engine.server.native.submitting import (
    Source,
    Submit,
    Submitted,
    Warning,
    source_of,
    submit,
    warnings_of,
    with_key,
)
from engine.server.native.value_sets import check_sets
from engine.server.reading import (
    PACKS_LIMIT_S,
    is_built_in,
    open_document,
    placed,
    read_document,
)
from engine.server.routing import Call, Routes

if TYPE_CHECKING:
    from engine.importers import Imported

routes = Routes("documents")

Format = Literal["sfumato", "comfyui-api", "comfyui-ui"]
TOKENISE_LIMIT_S = 60.0


class Validate(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be checked."""

    values: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    targets: list[str] | None = None


class Verdict(msgspec.Struct, frozen=True):
    """Every problem, as errors are answered; none means that it can run."""

    problems: list[dict[str, Any]]
    warnings: list[Warning]


class ImportedView(msgspec.Struct, frozen=True, kw_only=True):
    """A file as a document.

    Attributes:
        report: its format, missing types and models, and notes on values.
        text: the report for people.
    """

    document: Any
    report: dict[str, Any]
    text: str


class Export(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be written in another form."""

    format: Format


class Tokenise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A prompt, and whose tokenizer reads it.

    Attributes:
        checkpoint: a model among the checkpoints; without, the first of them.
    """

    text: Annotated[str, msgspec.Meta(max_length=100_000)]
    checkpoint: str | None = None


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A token as a text encoder gets it; that of an embedding has no id."""

    id: int | None
    text: str
    is_embedding: bool
    weight: float


class Embedding(msgspec.Struct, frozen=True, kw_only=True):
    """An embedding that a prompt names, and why it can not be used."""

    name: str
    vectors: int
    problem: str


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt as a text encoder gets it, without padding.

    Attributes:
        chunk_length: tokens that are encoded together.
    """

    tokenizer: str
    checkpoint: str | None
    chunk_length: int
    chunks: list[list[Token]]
    embeddings: list[Embedding]


@routes("POST", "/validate", body=Validate, answers=Verdict)
async def validate(call: Call[Validate, None]) -> Verdict:
    """Return all problems of a workflow; no job is made."""
    services, user = call.services, call.user
    handed = await source_of(services, user, call.body)
    imported = await read_document(services, handed.data, handed.name, user)
    try:
        sets = [call.body.values]
        await check_sets(services, user, imported.document, sets, call.body.targets)
    except InvalidGraph as invalid:
        return Verdict(invalid.details["problems"], list(warnings_of(imported)))
    return Verdict([], list(warnings_of(imported)))


@routes("POST", "/import", takes="raw", answers=ImportedView)
async def import_file(call: Call[None, None]) -> ImportedView:
    """Read a workflow of any known format: the bare body, or a form with a file."""
    handed = await handed_in(call)
    imported = await open_document(call.services, handed.data, handed.name, call.user)
    return ImportedView(
        document=msgspec.Raw(send_document(await placed(call.services, imported.document))),
        report=imported.report.as_json(),
        text=imported.report.as_text(),
    )


@routes("POST", "/jobs/import", takes="raw", answers=Submitted, status=201)
async def submit_file(call: Call[None, None]) -> Submitted:
    """Run a file of any known format: the bare body, or a form with `file` and `options`.

    `options` is JSON with what else `POST /jobs` takes.
    """
    handed = await handed_in(call)
    asked = with_key(_options(handed), call.request)
    return await submit(call.services, call.user, asked, handed)


@routes("POST", "/export", body=Export)
async def export(call: Call[Export, None]) -> web.Response:
    """Return a workflow in a form that other programs read, as a file."""
    services = call.services
    handed = await source_of(services, call.user, call.body)
    imported = await read_document(services, handed.data, handed.name, call.user)
    written = await _written(call, imported)
    name = quote(f"{imported.document.title or 'workflow'}.json")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return web.Response(body=written, content_type="application/json", headers=headers)


@routes("POST", "/tokenise", body=Tokenise, answers=Tokens)
async def tokenise(call: Call[Tokenise, None]) -> dict[str, Any]:
    """Return a prompt's tokens, chunks and weights as a text encoder gets them."""
    asked = call.body
    given = {"text": asked.text, "checkpoint": asked.checkpoint, "owner": call.user.name}
    return await call.services.worker.ask("tokenise", given, limit_s=TOKENISE_LIMIT_S)


def _options(handed: Handed) -> Submit:
    try:
        asked = msgspec.json.decode(handed.texts.get("options", "{}"), type=Submit)
    except msgspec.MsgspecError as problem:
        raise BadRequest(f'The field "options" does not fit. {problem}.') from problem
    if asked.count:
        raise BadRequest('The file says what to run. Leave "document" and the like out of options.')
    return asked


async def _written(call: Call[Export, None], imported: Imported) -> bytes:
    document, form = imported.document, call.body.format
    if form == "sfumato":
        return write_document(document)
    if is_built_in(document, call.services.built_ins):
        return await asyncio.to_thread(_written_here, call, document)
    given = {"document": write_document(document), "format": form}
    answer = await call.services.worker.ask("export", given, limit_s=PACKS_LIMIT_S)
    return msgspec.json.encode(answer["data"])


def _written_here(call: Call[Export, None], document: Document) -> bytes:
    registry = call.services.built_ins
    if call.body.format == "comfyui-api":
        from engine.importers.write_api import write_api

        return msgspec.json.encode(write_api(document, registry))
    from engine.importers.ui.write import write_ui

    return msgspec.json.encode(write_ui(document, registry))
