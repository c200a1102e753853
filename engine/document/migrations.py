"""Old versions of the document become the present one, a version at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.document.model import VERSION
from engine.errors import WorkflowError

Migration = Callable[[dict[str, Any]], dict[str, Any]]

#: version -> function from a document of that version to one of the next
MIGRATIONS: Mapping[int, Migration] = {}


def migrate(
    raw: dict[str, Any],
    name: str,
    migrations: Mapping[int, Migration] = MIGRATIONS,
    present: int = VERSION,
) -> dict[str, Any]:
    """Return the document in the present version; the given one is not changed.

    Raises:
        WorkflowError: the version is missing, newer than this program, or too old to migrate.
    """
    version = raw.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise WorkflowError(f'"{name}" has no version. A workflow says "version": {present}.')
    if version > present:
        raise WorkflowError(
            f'"{name}" has version {version}; this program reads up to {present}. Update Sfumato.'
        )
    while version < present:
        if version not in migrations:
            raise WorkflowError(f'"{name}" has version {version}, which nothing migrates.')
        raw = migrations[version](raw)
        version += 1
    return raw
