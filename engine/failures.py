"""What a node raised becomes an error that names the node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import EngineError, Interrupted, InvalidGraph, NodeError, OutOfMemory

if TYPE_CHECKING:
    from engine.graph import GraphNode


def as_node_error(node: GraphNode, problem: BaseException) -> EngineError:
    """Return the error for people; the cause is chained to it."""
    if isinstance(problem, InvalidGraph):
        error: EngineError = NodeError(f"Node {node.name} built nodes that do not fit: {problem}")
    elif isinstance(problem, EngineError):
        if problem.node_id is None and not isinstance(problem, Interrupted):
            problem.message = f"Node {node.name}: {problem.message}"
            problem.args = (problem.message,)
            problem.node_id = node.id
        return problem
    elif _is_out_of_memory(problem):
        error = OutOfMemory(
            f"Node {node.name} needs more memory than there is: {_first_line(problem)}. "
            "Use a smaller picture, a smaller batch or a lower precision."
        )
    elif isinstance(problem, SystemExit):
        error = NodeError(f"Node {node.name} tried to end the program. Its pack must not do that.")
    else:
        kind = type(problem).__name__
        error = NodeError(f"Node {node.name} failed: {kind}: {_first_line(problem)}")
    error.node_id = node.id
    error.__cause__ = problem
    return error


def _is_out_of_memory(problem: BaseException) -> bool:
    return (
        isinstance(problem, MemoryError)
        or type(problem).__name__ == "OutOfMemoryError"
        or (isinstance(problem, RuntimeError) and "not enough memory" in str(problem))
    )


def _first_line(problem: BaseException) -> str:
    return str(problem).strip().split("\n", 1)[0] or "no message"
