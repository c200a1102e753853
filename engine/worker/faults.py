"""Errors that crossed to another process become exceptions again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import EngineError


def error_from(told: Mapping[str, Any]) -> EngineError:
    """Return the error whose `as_json` this is; of a kind that is not known, a plain one."""
    kinds = {each.kind: each for each in _kinds(EngineError)}
    kind = kinds.get(told["kind"], EngineError)
    error = kind.__new__(kind)
    EngineError.__init__(
        error,
        told["message"],
        node_id=told["node"],
        socket=told["input"],
        details=told["details"],
    )
    return error


def _kinds(kind: type[EngineError]) -> list[type[EngineError]]:
    return [each for below in kind.__subclasses__() for each in (below, *_kinds(below))]
