"""Modules that are imported when first used, so that torch comes late."""

from __future__ import annotations

import importlib
import sys
import threading
from typing import Any

#: Held while a large library is imported: of modules that import each other, two threads that
#: begin at once may get halves.
IMPORTING = threading.RLock()


class LazyModule:
    """Stands for a module until one of its names is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        with IMPORTING:
            value = getattr(importlib.import_module(self._name), attribute)
        setattr(self, attribute, value)
        return value


def lazy(name: str) -> Any:
    """Return a stand-in for the module `name` that imports it at its first use."""
    return LazyModule(name)


def loaded(name: str) -> Any:
    """Return a module that is there and whole, or None; another thread may be importing it now."""
    module = sys.modules.get(name)
    spec = getattr(module, "__spec__", None)
    is_half = getattr(spec, "_initializing", False)  # as importlib asks
    return None if is_half else module
