"""Model files: which there are, and what they are by their headers; no weights are read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from engine.errors import EngineError, NotFound, PathError, RequestError
from engine.model_folders.about import THUMBNAIL, about
from engine.model_folders.catalogue import Entry, entries
from engine.model_folders.kinds import current_kind
from engine.model_folders.sources import index_of
from engine.server import model_previews
from engine.server.answers import unless_known
from engine.server.files.making import made
from engine.server.limits import read_body
from engine.server.routing import Call, Routes

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp import web

    from engine.paths import Folders
    from engine.users import User

routes = Routes("models")

MAX_PREVIEW_BYTES = 32 * 2**20
#: Characters of one text of a header that are shown.
MAX_TEXT = 4_000


class Kind(msgspec.Struct, frozen=True):
    """A kind of models.

    Attributes:
        suffixes: what its files end in; none means any.
    """

    name: str
    count: int
    suffixes: list[str]


class Kinds(msgspec.Struct, frozen=True):
    """The kinds of models; `problems`, such as links that lead nowhere, are for admins."""

    kinds: list[Kind]
    problems: list[str] = []


class PageOf(msgspec.Struct, frozen=True):
    """Which models of a kind; `search` is a part of their names."""

    search: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 50
    offset: Annotated[int, msgspec.Meta(ge=0)] = 0


class Model(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One model file, or a folder in the diffusers layout.

    Attributes:
        modified: seconds since the epoch.
        sha256: where it has been computed.
        what: "checkpoint", "LoRA" and so on, by its tensors.
        family: such as "sd1"; "unknown" where they do not tell.
        dtype: what most of its numbers are stored as.
        about: what people say of it beside the file or in its header; unsafe markup is possible.
        preview: a picture was put to it; one in its header is not counted.
        problem: why it can not be read.
    """

    kind: str
    name: str
    size_bytes: int
    modified: float
    sha256: str | None = None
    what: str = ""
    family: str = ""
    dtype: str = ""
    about: dict[str, Any] = {}
    preview: bool = False
    problem: str = ""


class ModelDetails(Model, frozen=True, kw_only=True, omit_defaults=True):
    """One model with all that its header says.

    Attributes:
        parts: of a checkpoint: "model", "text_encoder", "vae".
        told_by: settings that shapes can not tell, and who told them.
        parameters: how many numbers it holds.
        metadata: the texts of its header, long ones cut.
    """

    parts: list[str] = []
    told_by: dict[str, str] = {}
    parameters: int = 0
    metadata: dict[str, str] = {}


class Models(msgspec.Struct, frozen=True):
    """A page of models; `total` is how many the search found."""

    models: list[Model]
    total: int


class FoundModel(msgspec.Struct, frozen=True):
    """Where a model lies."""

    kind: str
    name: str


@routes("GET", "/models", answers=Kinds)
async def list_kinds(call: Call[None, None]) -> Kinds:
    """Return the kinds of models and how many there are of each."""
    return await asyncio.to_thread(_kinds, _folders(call), call.user)


@routes("POST", "/models/rescan", answers=Kinds)
async def rescan(call: Call[None, None]) -> Kinds:
    """Look at all model folders anew, also where the file system does not tell of changes."""
    call.services.folders.listing.forget()
    return await asyncio.to_thread(_kinds, _folders(call), call.user)


@routes("GET", "/models/hashes/{sha256}", answers=FoundModel)
async def find_by_hash(call: Call[None, None]) -> FoundModel:
    """Return the model whose SHA-256 begins so; ten digits are enough."""
    sha256 = call.path["sha256"]
    found = await asyncio.to_thread(_folders(call).find_by_hash, sha256)
    if found is None:
        raise NotFound(
            f'No model is known to have the SHA-256 "{sha256}". '
            "Hashes of new files are computed in the background."
        )
    return FoundModel(*found)


@routes("GET", "/models/{kind}", query=PageOf, answers=Models)
async def list_models(call: Call[None, PageOf]) -> Models:
    """Return the models of a kind by name."""
    folders, kind = _folders(call), _kind(call)
    return await asyncio.to_thread(_page, folders, kind, call.query)


@routes("GET", "/models/{kind}/{name:.+}/preview")
async def show_preview(call: Call[None, None]) -> web.Response:
    """Return a model's picture as WebP: the one put to it here, beside it, or in its header."""
    path, services = await _find(call), call.services
    picture = await asyncio.to_thread(model_previews.picture_of, path, services.folders)
    if picture is None:
        raise NotFound(f'The model "{call.path["name"]}" has no picture.')
    try:
        body, _ = await services.thumbnails.of(picture, model_previews.SIDE)
    except (RequestError, OSError) as problem:  # what lies beside a model may be anything
        raise NotFound(f'The picture of "{path.name}" can not be read: {problem}') from problem
    return unless_known(call.request, body, "image/webp")


@routes(
    "PUT", "/models/{kind}/{name:.+}/preview", takes="raw", max_bytes=MAX_PREVIEW_BYTES, status=204
)
async def put_preview(call: Call[None, None]) -> None:
    """Put a picture to a model, from the body: PNG, JPEG or WebP."""
    path = await _find(call)
    content = await read_body(call.request, MAX_PREVIEW_BYTES)
    await made(model_previews.put, path, call.services.folders, content)


@routes("DELETE", "/models/{kind}/{name:.+}/preview", status=204)
async def delete_preview(call: Call[None, None]) -> None:
    """Take away the picture that was put to a model; files beside it stay."""
    path = await _find(call)
    await asyncio.to_thread(model_previews.delete, path, call.services.folders)


@routes("GET", "/models/{kind}/{name:.+}", answers=ModelDetails)
async def show_model(call: Call[None, None]) -> ModelDetails:
    """Return one model with what its header says."""
    path = await _find(call)
    folders, kind, name = _folders(call), _kind(call), call.path["name"]
    return await asyncio.to_thread(_details, folders, kind, name, path)


def _folders(call: Call[Any, Any]) -> Folders:
    return call.services.folders.of(call.user.name)


def _kind(call: Call[Any, Any]) -> str:
    """Return the kind that a path names.

    Raises:
        NotFound: there is no such kind.
    """
    kind, known = current_kind(call.path["kind"]), call.services.folders.models
    if kind not in known:
        raise NotFound(f'There is no kind "{call.path["kind"]}". Kinds: {", ".join(known)}.')
    return kind


async def _find(call: Call[None, None]) -> Path:
    """Return the file that a path names.

    Raises:
        NotFound: there is no such model.
    """
    folders, kind = _folders(call), _kind(call)
    try:
        return await asyncio.to_thread(folders.find, kind, call.path["name"])
    except PathError as problem:
        raise NotFound(problem.message, details=problem.details) from problem


def _kinds(folders: Folders, user: User) -> Kinds:
    from engine.packs.shelf import add_kinds_of_packs  # late: it brings all that reads packs

    add_kinds_of_packs(folders)  # the worker may have read another pack meanwhile
    kinds = [
        Kind(kind, len(folders.names(kind)), sorted(folders.suffixes_of(kind)))
        for kind in folders.models
    ]
    if not user.may("admin"):
        return Kinds(kinds)
    problems = (problem for kind in folders.models for problem in folders.problems(kind))
    return Kinds(kinds, list(dict.fromkeys(problems)))


def _page(folders: Folders, kind: str, asked: PageOf) -> Models:
    words = asked.search.casefold().split()
    names = [name for name in folders.names(kind) if all(word in name.casefold() for word in words)]
    page = names[asked.offset : asked.offset + asked.limit]
    found = _entries(folders, kind, page)
    return Models([Model(**_facts(entry, folders)) for entry in found], len(names))


def _details(folders: Folders, kind: str, name: str, path: Path) -> ModelDetails:
    found = _entries(folders, kind, [name])
    if not found:
        raise NotFound(f'The model "{name}" is gone.')
    told = found[0].about
    more = {"parts": list(told.get("parts", ())), "told_by": dict(told.get("told_by", {}))}
    return ModelDetails(**_facts(found[0], folders), **more, **_header(path))


def _entries(folders: Folders, kind: str, names: Iterable[str]) -> list[Entry]:
    with closing(index_of(folders)) as index:
        return list(entries(folders, index, ((kind, name) for name in names)))


def _facts(entry: Entry, folders: Folders) -> dict[str, Any]:
    told = entry.about
    said = told.get("header", {}) | about(entry.path, {}).as_json()
    has_picture = bool(said.pop("preview", "")) or model_previews.is_put(entry.path, folders)
    return {
        "kind": entry.kind,
        "name": entry.name,
        "size_bytes": entry.size_bytes,
        "modified": entry.path.stat().st_mtime,
        "sha256": entry.sha256,
        "what": told.get("what", ""),
        "family": told.get("family", ""),
        "dtype": told.get("dtype", ""),
        "about": said,
        "preview": has_picture,
        "problem": told.get("problem", ""),
    }


def _header(path: Path) -> dict[str, Any]:
    from engine.diffusion.model_files.checkpoint import SAFETENSORS_SUFFIXES
    from engine.diffusion.model_files.safetensors_header import read_safetensors_header

    if path.suffix.lower() not in SAFETENSORS_SUFFIXES:
        return {}
    try:
        header = read_safetensors_header(path)
    except (EngineError, OSError):
        return {}
    texts = {key: text for key, text in header.metadata.items() if key != THUMBNAIL}
    return {
        "parameters": sum(tensor.elements for tensor in header.tensors.values()),
        "metadata": {key: text[:MAX_TEXT] for key, text in texts.items()},
    }
