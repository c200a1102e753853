"""The values of a subgraph's instances, in the layout that their file had or else the newer one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.document.exposed import input_behind
from engine.document.model import SUBGRAPH
from engine.importers.ui.instances import ITSELF
from engine.importers.ui.plain import mapping, sequence, text
from engine.importers.ui.write_subgraphs import proxy_of
from engine.importers.ui.write_widgets import (
    kept_widgets,
    list_values,
    source_of,
    without_covers,
    written_number,
)
from engine.results import MISSING

if TYPE_CHECKING:
    from engine.document.model import ExposedInput, Node
    from engine.importers.ui.definition import Definition
    from engine.importers.ui.write_graph import Written
    from engine.importers.ui.write_nodes import Writing


def fill_instances(
    written: Mapping[str, Written], read: Mapping[str, Definition], writing: Writing
) -> None:
    """Give every instance its values, in the layout that its file had or else the newer one.

    Args:
        written: definition ("" is the root) -> its graph.
        read: definition's id in the file -> the definition as it will be read.
        writing: the document's.
    """
    for graph in written.values():
        for key, node in graph.level.nodes.items():
            if writing.is_instance(node):
                definition = read[writing.ids[node.type.removeprefix(SUBGRAPH)]]
                raw = graph.sheets[key].raw
                _drop_proxies(raw, writing.drawn[node.type.removeprefix(SUBGRAPH)])
                values = without_covers(node, graph.held[key])
                raw.update(_Instance(node, raw, definition, values, writing).written())


def _drop_proxies(raw: dict[str, Any], drawn: list[ExposedInput]) -> None:
    """Take out of `proxyWidgets` what has become a socket."""
    properties = mapping(raw.get("properties"))
    gone = [proxy_of(each) for each in drawn if proxy_of(each)]
    if gone and "proxyWidgets" in properties:
        left = [each for each in sequence(properties["proxyWidgets"]) if each not in gone]
        raw["properties"] = {**properties, "proxyWidgets": left}


@dataclass(frozen=True, slots=True)
class _Instance:
    """One instance; `values` are those of its own widgets."""

    node: Node
    raw: dict[str, Any]
    definition: Definition
    values: dict[str, Any]
    writing: Writing

    def written(self) -> dict[str, Any]:
        """Return `widgets_values` and `widgets_values_named`, as far as there are any."""
        kept = kept_widgets(self.node)
        written: dict[str, Any] = {}
        if "object" in kept:
            written["widgets_values"] = self._named("object")
        elif "other" in kept:
            written["widgets_values"] = kept["other"]
        elif held := self._listed():
            written["widgets_values"] = held
        if "named" in kept:
            written["widgets_values_named"] = self._named("named")
        elif "other_named" in kept:
            written["widgets_values_named"] = kept["other_named"]
        return written

    def _listed(self) -> list[Any]:
        names = self._order()
        values = list_values(self.node, self.values)
        kept = mapping(kept_widgets(self.node).get("list"))
        held = [values.get(name, kept.get(str(index), MISSING)) for index, name in enumerate(names)]
        surplus = [value for key, value in kept.items() if int(key) >= len(names)]
        while source_of(self.node) and held and held[-1] is MISSING and not surplus:
            held.pop()
        filled = [
            self._inner(name) if value is MISSING else self._number(name, value)
            for name, value in zip(names, held, strict=False)
        ]
        return [*filled, *surplus]

    def _order(self) -> list[str]:
        """Return whose values the list has: of all widgets, or of those that proxies name."""
        own = self.definition.widget_names
        proxies = sequence(mapping(self.raw.get("properties")).get("proxyWidgets"))
        pairs = [pair for pair in map(sequence, proxies) if len(pair) > 1]
        named = [text(pair[1]) for pair in pairs if str(pair[0]) == ITSELF]
        named = [self.definition.renamed(name) or name for name in named]
        is_theirs = len(named) != len(own) and set(self.values) == set(named)
        return named if is_theirs else own

    def _inner(self, name: str) -> Any:
        """Return the value inside that an instance without one of its own goes by."""
        node, socket = input_behind(self.writing.document.subgraphs, self.node, name)
        declared = self.writing.declared(self.node, name)
        default = declared.widget.default if declared and declared.widget else None
        return node.values.get(socket, default)

    def _number(self, name: str, value: Any) -> Any:
        return written_number(value, self.writing.declared(self.node, name))

    def _named(self, form: str) -> dict[str, Any]:
        names = dict(zip(self.definition.names, self.definition.source_names, strict=True))
        values = {names.get(name, name): value for name, value in self.values.items()}
        return {**values, **mapping(kept_widgets(self.node).get(form))}
