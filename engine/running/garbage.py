"""Garbage collection, put off while a large graph is built.

None of the many objects that reading and planning make is garbage, yet each collection of CPython
walks them all: at 100,000 nodes that doubles the time.
"""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def collected_later() -> Generator[None]:
    """Collect no cycles inside; for code that makes none and ends soon."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
