"""What a node raised becomes an error that names the node."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from engine.errors import EngineError, Interrupted, InvalidGraph, NodeError, OutOfMemory
from engine.hardware.shortage import NO_MESSAGE, first_line, is_out_of_memory
from engine.registry import PACK_PREFIX

if TYPE_CHECKING:
    from engine.graph import GraphNode


def as_node_error(node: GraphNode, problem: BaseException) -> EngineError:
    """Return the error for people; the cause is chained to it.

    What a pack's node raised names the pack and the innermost of its lines.
    """
    if isinstance(problem, InvalidGraph):
        error: EngineError = NodeError(f"Node {node.name} built nodes that do not fit: {problem}")
    elif isinstance(problem, EngineError):
        if problem.node_id is None and not isinstance(problem, Interrupted):
            problem.message = f"Node {node.name}: {problem.message}"
            problem.args = (problem.message,)
            problem.node_id = node.id
        return problem
    elif is_out_of_memory(problem):
        reason = first_line(problem)
        told = "" if reason == NO_MESSAGE else f": {reason}"
        error = OutOfMemory(
            f"Node {node.name} needs more memory than there is{told}. "
            "Use a smaller picture, a smaller batch or a lower precision."
        )
    elif isinstance(problem, SystemExit):
        told = f"Node {node.name} tried to end the program{place_in_pack(node, problem)}."
        error = NodeError(f"{told} Its pack must not do that.")
    else:
        told = f"{type(problem).__name__}: {first_line(problem)}"
        error = NodeError(f"Node {node.name} failed: {told}{place_in_pack(node, problem)}")
    error.node_id = node.id
    error.__cause__ = problem
    return error


def place_in_pack(node: GraphNode, problem: BaseException) -> str:
    """Return which pack, and where in its files, an exception came from, or nothing."""
    if not node.spec.source:
        return ""
    lines = [
        f"{frame.f_code.co_filename}:{line}"
        for frame, line in traceback.walk_tb(problem.__traceback__)
        if str(frame.f_globals.get("__name__")).startswith(PACK_PREFIX)
    ]
    return f' (pack "{node.spec.source}"{f", {lines[-1]}" if lines else ""})'
