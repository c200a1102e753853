"""Which node runs: packs call helpers that are not told."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from engine.errors import NodeError

if TYPE_CHECKING:
    from engine.context import Context

_current: ContextVar[Context | None] = ContextVar("running_node", default=None)


@contextmanager
def running(context: Context) -> Generator[None]:
    """Make a node the running one, for this thread or task."""
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)


def running_node(what: str) -> Context:
    """Return the engine as the running node sees it.

    Args:
        what: what asks, for the error.

    Raises:
        NodeError: no node is running here.
    """
    context = _current.get()
    if context is None:
        raise NodeError(f"{what} was called where no node runs. Call it from execute.")
    return context
