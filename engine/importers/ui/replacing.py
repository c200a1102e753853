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
    from engine.importers.ui.source import SourceGraph

#: The property by which a primitive asks.
PROPERTY = "Run widget replace on values"
_REFERENCE = re.compile(r"%([^%]+)%")
_ILLEGAL = re.compile(r'[/?<>\\:*|"\x00-\x1f\x7f]')


def fill_in_texts(graph: SourceGraph, nodes: Mapping[str, Node], wiring: Wiring) -> None:
    """Replace references in the values that such primitives put into their targets."""
    asking = [key for key in wiring.held if graph.nodes[key].properties.get(PROPERTY) is True]
    if not asking:
        return
    known = _by_reference(graph, nodes)
    for key, name in (target for each in asking for target in wiring.held[each]):
        values = nodes[key].values
        if isinstance(values.get(name), str):
            values[name] = _REFERENCE.sub(lambda found: known.get(found[1], found[0]), values[name])


def _by_reference(graph: SourceGraph, nodes: Mapping[str, Node]) -> dict[str, str]:
    """Return every value that can be referred to, as it goes into a file name."""
    known: dict[str, str] = {}
    for key, node in nodes.items():
        raw = graph.nodes[key]
        for title in (raw.raw.get("title"), raw.properties.get("Node name for S&R")):
            for name, value in node.values.items():
                if text(title) and isinstance(value, (str, int, float)):
                    known.setdefault(f"{title}.{name}", _ILLEGAL.sub("_", str(value)))
    return known
