"""Where in a pack's files a node type is written."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.spec import NodeSpec


def line_of(spec: NodeSpec) -> tuple[str, int]:
    """Return file and line of a node's class or function, as far as it is known."""
    written: Any = spec.instance_of or spec.function
    try:
        return inspect.getsourcefile(written) or "", inspect.getsourcelines(written)[1]
    except (OSError, TypeError):  # made while running, or the file is gone
        return "", 0
