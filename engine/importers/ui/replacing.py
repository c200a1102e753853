"""A primitive's text with `%Node.widget%` filled in (COMPAT.md A7, rules 6 and 8).

Only where the primitive asks for it. Dates are left: they are those of the run.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.importers.ui.plain import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.document.model import Node
    from engine.importers.ui.nodes import Wiring
    from engine.importers.ui.source import SourceGraph, SourceNode

#: The property by which a primitive asks.
PROPERTY = "Run widget replace on values"
_REFERENCE = re.compile(r"%([^%]+)%")
_ILLEGAL = re.compile(r'[/?<>\\:*|"\x00-\x1f\x7f]')


def fill_in_texts(graph: SourceGraph, nodes: Mapping[str, Node], wiring: Wiring) -> None:
    """Replace references in the values that such primitives put into their targets."""
    for holder, targets in wiring.held.items():
        source = graph.nodes[holder]
        if source.properties.get(PROPERTY) is not True:
            continue
        for key, name in targets:
            value = nodes[key].values.get(name)
            if isinstance(value, str):
                nodes[key].values[name] = _filled(value, graph, nodes)


def _filled(value: str, graph: SourceGraph, nodes: Mapping[str, Node]) -> str:
    def found(match: re.Match[str]) -> str:
        for key, node in nodes.items():
            for name in _names(graph.nodes[key]):
                held = node.values.get(match[1].removeprefix(f"{name}."))
                if match[1].startswith(f"{name}.") and isinstance(held, (str, int, float)):
                    return _ILLEGAL.sub("_", str(held))
        return match[0]

    return _REFERENCE.sub(found, value)


def _names(source: SourceNode) -> list[str]:
    """Return what people call a node: its title, and its type when it was made."""
    names = (text(source.raw.get("title")), text(source.properties.get("Node name for S&R")))
    return [name for name in names if name]
