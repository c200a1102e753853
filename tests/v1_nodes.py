"""ComfyUI-style node classes for tests, made from a method and what the class declares."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.packs.pack import Pack
from engine.packs.v1 import v1_spec
from engine.spec import NodeSpec

PACK = Pack("some-pack", Path(__file__).parent, "digest")


def v1_class(
    function: Callable[..., Any],
    required: dict[str, Any] | None = None,
    returns: Any = ("*",),
    *,
    optional: Any = None,
    hidden: dict[str, Any] | None = None,
    **attributes: Any,
) -> type:
    """Return a class whose method is `function`, self first."""
    groups = {"required": required, "optional": optional, "hidden": hidden}
    declared = {name: group for name, group in groups.items() if group is not None}
    facts: dict[str, Any] = {
        "INPUT_TYPES": classmethod(lambda cls: declared),
        "RETURN_TYPES": returns,
        "FUNCTION": "go",
        "CATEGORY": "tests",
        "go": function,
    }
    return type("Given", (), facts | attributes)


def v1(kind: str, function: Callable[..., Any], *given: Any, **declared: Any) -> NodeSpec:
    """Return a node type of a class; see `v1_class`."""
    return v1_spec(kind, v1_class(function, *given, **declared), kind, PACK)
