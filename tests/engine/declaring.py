"""What tests of declarations share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine import NodeSpec, node


def declared(function: Callable[..., Any], **facts: Any) -> NodeSpec:
    """Return the spec of a function declared as a node."""
    return node(category="toy", **facts)(function).spec  # pyright: ignore[reportFunctionMemberAccess]
