"""What is wrong with a document, as it is and with each set of values that jobs are to have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.document.flatten import flatten
from engine.errors import EngineError
from engine.jobs.values import filled

if TYPE_CHECKING:
    from engine.document import Document
    from engine.paths import Folders
    from engine.registry import Registry

Problem = dict[str, Any]


def problems_in(
    document: Document, targets: Sequence[str] | None, registry: Registry, folders: Folders
) -> list[Problem]:
    """Return every problem of a document, as `EngineError.as_json`."""
    from engine.validate import validate  # late: a start does without

    try:
        flat = flatten(document, registry.specs)
    except EngineError as problem:
        return [problem.as_json()]
    return [each.as_json() for each in validate(flat, registry, folders, targets)[1]]


def problems_with(
    document: Document,
    sets: Sequence[Mapping[str, Any]],
    targets: Sequence[str] | None,
    registry: Registry,
    folders: Folders,
) -> list[list[Problem]]:
    """Return, for each set of values, every problem that the document has with it."""
    found: list[list[Problem]] = []
    for values in sets:
        try:
            full = filled(document, values, registry.specs) if values else document
        except EngineError as problem:
            found.append([problem.as_json()])
        else:
            found.append(problems_in(full, targets, registry, folders))
    return found
