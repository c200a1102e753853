"""What a function takes: some get only those of the arguments at hand that they ask for."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any


def taken_by(function: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the arguments that a function names, or all where it takes any by `**`."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return dict(given)
    if any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
        return dict(given)
    return {name: value for name, value in given.items() if name in parameters}
