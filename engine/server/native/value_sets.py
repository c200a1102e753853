"""A document checked with every set of values that jobs are to have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from engine.errors import EngineError, InvalidGraph
from engine.jobs.values import filled
from engine.server.native.event_messages import error_told
from engine.server.reading import done, is_built_in, is_small, problems_here, problems_of

if TYPE_CHECKING:
    from engine.document import Document
    from engine.server.services import Services
    from engine.users import User

#: Problems that are told at once; the rest is counted.
TOLD = 200
#: Value sets are checked in parts of so many, between which other requests are answered.
PART = 50


async def check_sets(
    services: Services,
    user: User,
    document: Document,
    values: Sequence[Mapping[str, Any]],
    targets: Sequence[str] | None,
) -> None:
    """Check a document with each set of values.

    Raises:
        InvalidGraph: with every problem; `details.set` of one says which set it is of.
    """
    found: list[dict[str, Any]] = []
    known: set[bytes] = set()
    for start in range(0, len(values), PART):
        part = list(enumerate(values))[start : start + PART]
        for index, told in await _problems(services, user, document, part, targets):
            identity = msgspec.json.encode(told, enc_hook=str)
            if identity not in known:
                known.add(identity)
                details = {**told["details"], "set": index} if len(values) > 1 else told["details"]
                found.append({**told, "details": details})
    if found:
        raise invalid(found)


def invalid(problems: Sequence[Mapping[str, Any]]) -> InvalidGraph:
    """Return one error for all problems, given as `EngineError.as_json`."""
    error = InvalidGraph([])
    lines = [each["message"] for each in problems[:TOLD]]
    if len(problems) > TOLD:
        lines.append(f"There are {len(problems) - TOLD} more problems.")
    error.message = "\n".join(lines)
    error.details = {"problems": [error_told(each) for each in problems[:TOLD]]}
    return error


async def _problems(
    services: Services,
    user: User,
    document: Document,
    part: Sequence[tuple[int, Mapping[str, Any]]],
    targets: Sequence[str] | None,
) -> list[tuple[int, dict[str, Any]]]:
    """Return the problems of a document with some sets of values, each with the set's index."""
    built_ins = services.built_ins
    if is_built_in(document, built_ins):
        folders = services.folders.of(user.name)

        def check() -> list[tuple[int, dict[str, Any]]]:
            found: list[tuple[int, dict[str, Any]]] = []
            for index, values in part:
                try:
                    full = filled(document, values, built_ins.specs) if values else document
                except EngineError as problem:
                    found.append((index, problem.as_json()))
                else:
                    told = problems_here(full, targets, built_ins, folders)
                    found += [(index, each) for each in told]
            return found

        return await done(check, at_once=len(part) == 1 and is_small(document))
    found: list[tuple[int, dict[str, Any]]] = []
    for index, values in part:
        try:
            full = filled(document, values, built_ins.specs)
        except EngineError as problem:
            found.append((index, problem.as_json()))
        else:
            told = await problems_of(services, full, targets, user)
            found += [(index, each) for each in told]
    return found
