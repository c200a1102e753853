"""Which node runs: packs call helpers that are not told."""

from __future__ import annotations

from contextvars import ContextVar, Token
from typing import TYPE_CHECKING

import msgspec

from engine.errors import NodeError

if TYPE_CHECKING:
    from engine.context import Context
else:
    Context = object


class NodeCall(msgspec.Struct):
    """One call of a node.

    Attributes:
        node: its id.
        index: how often it was called before in this run.
        graphs: how many graphs it has built to expand to.
        context: the engine as it sees it.
    """

    node: str
    index: int
    graphs: int = 0
    context: Context | None = None


#: The call that this thread or task is in.
current_call: ContextVar[NodeCall | None] = ContextVar("current_call", default=None)


def begin_call(context: Context) -> Token[NodeCall | None]:
    """Make a node the running one, for this thread or task, until `current_call.reset`."""
    index = context.calls
    context.calls += 1
    return current_call.set(NodeCall(context.node_id, index, 0, context))


def running_node(what: str) -> Context:
    """Return the engine as the running node sees it.

    Args:
        what: what asks, for the error.

    Raises:
        NodeError: no node is running here.
    """
    call = current_call.get()
    if call is None or call.context is None:
        raise NodeError(f"{what} was called where no node runs. Call it from execute.")
    return call.context
