"""Questions about documents whose node types may be those of packs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from engine.document import read_document, write_document
from engine.errors import BadRequest
from engine.importers import read_bytes
from engine.importers.ui import resolve_foreign
from engine.jobs.checks import Problem, problems_with
from engine.worker.questions.registry import question

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.engine import Engine

FORMATS = ("comfyui-api", "comfyui-ui")


@question("validate")
def validate(
    engine: Engine, document: bytes, targets: Sequence[str] | None = None, owner: str = ""
) -> list[dict[str, Any]]:
    """Return all problems of a document, as `EngineError.as_json`."""
    read = resolve_foreign(read_document(document), engine.registry)
    return [each.as_json() for each in engine.validate(read, targets, owner)]


@question("validate_sets")
def validate_sets(
    engine: Engine,
    document: bytes,
    sets: Sequence[Mapping[str, Any]],
    targets: Sequence[str] | None = None,
    owner: str = "",
) -> list[list[Problem]]:
    """Return, for each set of values, all problems that a document has with it."""
    read = resolve_foreign(read_document(document), engine.registry)
    return problems_with(read, sets, targets, engine.registry, engine.folders.of(owner))


@question("import")
def import_file(engine: Engine, data: bytes, name: str, owner: str = "") -> dict[str, Any]:
    """Return what a file of any known format holds as a document, and the report on it."""
    found = read_bytes(data, name, engine.registry, engine.folders.of(owner))
    return {
        "document": msgspec.Raw(write_document(found.document)),
        "report": found.report.as_json(),
        "text": found.report.as_text(),
    }


@question("export")
def export(engine: Engine, document: bytes, format: str) -> dict[str, Any]:  # noqa: A002 as the route says
    """Return a document in a form that ComfyUI reads."""
    read = resolve_foreign(read_document(document), engine.registry)
    if format == "comfyui-api":
        from engine.importers.write_api import write_api

        return {"data": write_api(read, engine.registry)}
    if format == "comfyui-ui":
        from engine.importers.ui.write import write_ui

        return {"data": write_ui(read, engine.registry)}
    raise BadRequest(f'"{format}" is no format to export to. Choose one of {", ".join(FORMATS)}.')
