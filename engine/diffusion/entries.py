"""Entries of registries that are named by their place, so that listing them loads nothing."""

from __future__ import annotations

import importlib
from typing import Any, TypeVar

T = TypeVar("T")


def resolved(entry: T | str) -> T:
    """Return an entry; one that says where it is, as "module:name", is loaded.

    Raises:
        ImportError: there is no such module.
        AttributeError: the module does not have the name.
    """
    if not isinstance(entry, str):
        return entry
    module, _, name = entry.partition(":")
    found: Any = getattr(importlib.import_module(module), name)
    return found
