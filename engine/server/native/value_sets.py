"""A document checked with every set of values that jobs are to have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from engine.errors import InvalidGraph
from engine.server.native.event_messages import error_told
from engine.server.reading import problems_of_sets

if TYPE_CHECKING:
    from engine.document import Document
    from engine.jobs.checks import Problem
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
    found: list[Problem] = []
    known: set[bytes] = set()
    for start in range(0, len(values), PART):
        part = values[start : start + PART]
        by_set = await problems_of_sets(services, document, part, targets, user)
        for index, problems in enumerate(by_set, start):
            for each in problems:
                identity = msgspec.json.encode(each, enc_hook=str)
                if identity not in known:
                    known.add(identity)
                    more = {"set": index} if len(values) > 1 else {}
                    found.append({**each, "details": {**each["details"], **more}})
    if found:
        raise invalid(found)


def invalid(problems: Sequence[Problem]) -> InvalidGraph:
    """Return one error for all problems, given as `EngineError.as_json`."""
    error = InvalidGraph([])
    lines = [each["message"] for each in problems[:TOLD]]
    if len(problems) > TOLD:
        lines.append(f"There are {len(problems) - TOLD} more problems.")
    error.message = "\n".join(lines)
    error.details = {"problems": [error_told(each) for each in problems[:TOLD]]}
    return error
