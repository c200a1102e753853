"""Documents that clients hand in: read and checked before anything is queued.

Documents of built-in node types are dealt with in this process, all others by the worker, which has
the packs. What is small is done at once; what may take long is done on another thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from engine.document import SUBGRAPH, write_document
from engine.document import read_document as read_own
from engine.errors import GraphError, WorkerError
from engine.importers import Imported, read_bytes, read_to_run
from engine.importers.json_text import check_depth
from engine.importers.layout import with_places
from engine.importers.report import Report
from engine.jobs.checks import Problem, problems_with

if TYPE_CHECKING:
    from engine.document import Document
    from engine.registry import Registry
    from engine.server.services import Services
    from engine.users import User

#: Larger files are read, and documents of more nodes checked, beside the event loop.
SMALL_BYTES = 2**16
SMALL_NODES = 200
#: A document with types of packs waits so long for them to be there.
PACKS_LIMIT_S = 60.0
#: Who only opens one waits no longer than this.
PATIENCE_S = 5.0


async def read_document(services: Services, data: bytes, name: str, user: User) -> Imported:
    """Read a workflow of any known format; `name` is for errors and the title.

    Raises:
        WorkflowError: it holds none.
        WorkerError: it has types of packs, and they can not be had.
    """
    imported = await _read_here(services, data, name, user)
    if not imported.report.missing_types:
        return imported
    return await _read_there(services, data, name, user, PACKS_LIMIT_S)


async def read_prompt(
    services: Services, prompt: dict[str, Any], data: bytes, name: str, user: User
) -> Imported:
    """Read an API prompt that is to run: nobody looks at it, so its nodes have no places.

    Args:
        prompt: what `data` says.

    Raises:
        WorkflowError: a node of it is no node, or it is nested too deeply.
        WorkerError: it has types of packs, and they can not be had.
    """
    check_depth(prompt, data, name)
    folders = services.folders.of(user.name)
    read = partial(read_to_run, prompt, name, services.built_ins, folders)
    imported = read() if len(data) <= SMALL_BYTES else await asyncio.to_thread(read)
    if not imported.report.missing_types:
        return imported
    return await _read_there(services, data, name, user, PACKS_LIMIT_S)


async def open_document(services: Services, data: bytes, name: str, user: User) -> Imported:
    """Read a workflow to look at or edit it; types of packs that are not there now are missing.

    Raises:
        WorkflowError: it holds none.
    """
    imported = await _read_here(services, data, name, user)
    if not imported.report.missing_types:
        return imported
    try:
        return await _read_there(services, data, name, user, PATIENCE_S)
    except WorkerError:
        return imported


async def placed(services: Services, document: Document) -> Document:
    """Return a document for people to look at: laid out, if no node of it has a place."""
    lay_out = partial(with_places, document, services.built_ins.get)
    return lay_out() if _is_small(document) else await asyncio.to_thread(lay_out)


async def problems_of(
    services: Services, document: Document, targets: Sequence[str] | None, user: User
) -> list[Problem]:
    """Return every problem of a document, as `EngineError.as_json`.

    Raises:
        WorkerError: it has types of packs, and they can not be had.
    """
    (found,) = await problems_of_sets(services, document, [{}], targets, user)
    return found


async def problems_of_sets(
    services: Services,
    document: Document,
    sets: Sequence[Mapping[str, Any]],
    targets: Sequence[str] | None,
    user: User,
) -> list[list[Problem]]:
    """Return every problem that a document has with each of some sets of values.

    Raises:
        WorkerError: it has types of packs, and they can not be had.
    """
    if is_built_in(document, services.built_ins):
        folders = services.folders.of(user.name)
        check = partial(problems_with, document, sets, targets, services.built_ins, folders)
        return check() if len(sets) == 1 and _is_small(document) else await asyncio.to_thread(check)
    given = {"document": write_document(document), "sets": sets, "targets": targets}
    given["owner"] = user.name
    try:
        return await services.worker.ask("validate_sets", given, limit_s=PACKS_LIMIT_S)
    except GraphError as problem:
        return [[problem.as_json()]] * len(sets)


def is_built_in(document: Document, built_ins: Registry) -> bool:
    """Say whether this process knows every node type of a document."""
    levels = (document, *document.subgraphs.values())
    types = {node.type for level in levels for node in level.nodes.values()}
    return all(kind.startswith(SUBGRAPH) or kind in built_ins for kind in types)


def _is_small(document: Document) -> bool:
    """Say whether a document is checked in a moment; a subgraph may unfold to anything."""
    return len(document.nodes) <= SMALL_NODES and not document.subgraphs


async def _read_here(services: Services, data: bytes, name: str, user: User) -> Imported:
    read = partial(read_bytes, data, name, services.built_ins, services.folders.of(user.name))
    is_small = len(data) <= SMALL_BYTES and data[:1] == b"{"  # a small picture may hold much
    return read() if is_small else await asyncio.to_thread(read)


async def _read_there(
    services: Services, data: bytes, name: str, user: User, limit_s: float
) -> Imported:
    given = {"data": data, "name": name, "owner": user.name}
    answer = await services.worker.ask("import", given, limit_s=limit_s)
    document = read_own(msgspec.json.encode(answer["document"]), name)
    return Imported(document, msgspec.convert(answer["report"], Report))
