"""A document's subgraphs as definitions, and the values of their instances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from engine.document.exposed import input_behind
from engine.document.model import SUBGRAPH
from engine.importers.ui.instances import ITSELF
from engine.importers.ui.plain import mapping, sequence, text, without
from engine.importers.ui.source import INPUT, OUTPUT
from engine.importers.ui.write_drawing import written_extra, written_groups
from engine.importers.ui.write_graph import Written, write_graph
from engine.importers.ui.write_nodes import ANY, output_type, source_name
from engine.importers.ui.write_widgets import kept_widgets, source_of, without_covers
from engine.importers.ui.write_wires import Definitions, Level, Wires
from engine.results import MISSING

if TYPE_CHECKING:
    from engine.document.model import Document, ExposedInput, Node, Subgraph
    from engine.importers.ui.definition import Definition
    from engine.importers.ui.write_nodes import Writing

_NO_FACTS = frozenset({"format", "unread"})
#: Width of the boxes that stand for a definition's inputs and outputs, and their distance.
_BOX, _GAP, _ROW = 120, 60, 20


def drawn_inputs(document: Document) -> dict[str, list[ExposedInput]]:
    """Return the inputs of each definition that are sockets in its file.

    Old files only list promoted widgets (`proxyWidgets`), whose values stay inside; one becomes a
    socket where an instance has a value or a link of its own for it.
    """
    given = {
        (node.type.removeprefix(SUBGRAPH), name)
        for each in (document, *document.subgraphs.values())
        for node in each.nodes.values()
        if node.type.startswith(SUBGRAPH)
        for name in (*node.values, *node.links)
    }
    waiting = list(given)
    while waiting:
        key, name = waiting.pop()
        for inner in _given_inside(document.subgraphs.get(key), name) - given:
            given.add(inner)
            waiting.append(inner)
    return {
        key: [each for each in definition.inputs if not proxy(each) or (key, each.name) in given]
        for key, definition in document.subgraphs.items()
    }


def _given_inside(definition: Subgraph | None, name: str) -> set[tuple[str, str]]:
    """Return the (definition, input) of instances inside that an exposed input sets."""
    found: set[tuple[str, str]] = set()
    for each in definition.inputs if definition else ():
        for key, socket in each.targets if each.name == name else ():
            node = definition.nodes.get(key) if definition else None
            if node is not None and node.type.startswith(SUBGRAPH):
                found.add((node.type.removeprefix(SUBGRAPH), socket))
    return found


def proxy(exposed: ExposedInput) -> list[Any]:
    """Return the `proxyWidgets` entry that an input comes from, or nothing."""
    return sequence(mapping(exposed.unknown.get("foreign")).get("proxy"))


def written_ids(document: Document) -> dict[str, str]:
    """Return each definition's id in the file: ComfyUI takes UUIDs only."""
    return {
        key: key if "foreign" in each.unknown else unique_id(key)
        for key, each in document.subgraphs.items()
    }


def unique_id(name: str) -> str:
    """Return a UUID: the name itself if it is one, else always the same for a name."""
    try:
        return str(UUID(name))
    except ValueError:
        return str(uuid5(NAMESPACE_URL, f"sfumato:{name}"))


def write_definition(
    key: str, definitions: Definitions, writing: Writing
) -> tuple[dict[str, Any], Written]:
    """Return a definition, whose instances inside have no values yet."""
    subgraph, level = writing.document.subgraphs[key], definitions.levels[key]
    kept = mapping(subgraph.unknown.get("foreign"))
    types = [_type_of(subgraph, each, writing) for each in level.inputs]
    graph = write_graph(level, Wires(level, definitions), writing, types, kept)
    ids_in, ids_out = graph.ids_at(INPUT), graph.ids_at(OUTPUT)
    unread = mapping(kept.get("unread"))
    raw = {
        "id": writing.ids[key],
        "version": 1,
        **({} if kept else _fresh(level, graph)),
        **without(kept, _NO_FACTS),
        "name": subgraph.title,
        "inputs": [
            _input(level, slot, types[slot], ids_in.get(slot, []))
            for slot in range(len(level.inputs))
        ],
        "outputs": [
            _output(level, slot, output_type(writing, subgraph, each.source), ids_out.get(slot, []))
            for slot, each in enumerate(subgraph.outputs)
        ],
        "groups": written_groups(subgraph.frames, unread),
        "nodes": [*(sheet.raw for sheet in graph.sheets.values()), *sequence(unread.get("nodes"))],
        "links": [*map(graph.object, graph.links), *sequence(unread.get("links"))],
    }
    if "extra" in kept or "offset" in subgraph.view:
        raw["extra"] = written_extra(kept.get("extra", {}), subgraph.view)
    return raw | _counters(kept, graph), graph


def _counters(kept: Mapping[str, Any], graph: Written) -> dict[str, Any]:
    if kept and "state" not in kept:
        return {}
    state = {"lastGroupId": 0, "lastNodeId": 0, "lastLinkId": 0, "lastRerouteId": 0}
    state |= mapping(kept.get("state"))
    state["lastNodeId"] = max(state["lastNodeId"], graph.last_node)
    state["lastLinkId"] = max(state["lastLinkId"], graph.last)
    return {"state": state}


def _fresh(level: Level, graph: Written) -> dict[str, Any]:
    """Return what a definition that no file had needs besides."""
    places = [sheet.raw["pos"] + sheet.raw["size"] for sheet in graph.sheets.values()]
    left = min((x for x, *_ in places), default=0) - _BOX - _GAP
    right = max((x + width for x, _, width, _ in places), default=0) + _GAP
    top = min((y for _, y, *_ in places), default=0)
    boxes = {
        "inputNode": (int(INPUT), left, len(level.inputs)),
        "outputNode": (int(OUTPUT), right, len(level.outputs)),
    }
    drawn = {
        key: {"id": number, "bounding": [x, top, _BOX, _GAP + _ROW * count]}
        for key, (number, x, count) in boxes.items()
    }
    return {"revision": 0, "config": {}, **drawn, "widgets": []}


def _type_of(subgraph: Subgraph, exposed: ExposedInput, writing: Writing) -> Any:
    foreign = mapping(exposed.unknown.get("foreign"))
    if "type" in foreign:
        return foreign["type"]
    for key, name in exposed.targets:
        node = subgraph.nodes.get(key)
        declared = writing.declared(node, name) if node else None
        if declared is not None:
            return declared.type
    return ANY


def _input(level: Level, slot: int, kind: Any, ids: list[Any]) -> dict[str, Any]:
    exposed = level.inputs[slot]
    foreign = without(mapping(exposed.unknown.get("foreign")), frozenset({"proxy"}))
    return _exposed(exposed.name, exposed.label, foreign, (f"{level.key}/in/{slot}", kind, ids))


def _output(level: Level, slot: int, kind: Any, ids: list[Any]) -> dict[str, Any]:
    exposed = level.outputs[slot]
    foreign = without(mapping(exposed.unknown.get("foreign")), frozenset({"from_input"}))
    return _exposed(exposed.name, exposed.label, foreign, (f"{level.key}/out/{slot}", kind, ids))


def _exposed(
    name: str, label: str, foreign: dict[str, Any], fresh: tuple[str, Any, list[Any]]
) -> dict[str, Any]:
    """Return a socket of a definition; `fresh` is a name to make an id of, its type, its links."""
    key, kind, ids = fresh
    socket = foreign or {"id": unique_id(key), "type": kind}
    return {"name": name, **socket, **({"label": label} if label else {}), "linkIds": ids}


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
                raw.update(_Instance(node, raw, definition, writing).written())


def _drop_proxies(raw: dict[str, Any], drawn: list[ExposedInput]) -> None:
    """Take out of `proxyWidgets` what has become a socket."""
    properties = mapping(raw.get("properties"))
    gone = [proxy(each) for each in drawn if proxy(each)]
    if gone and "proxyWidgets" in properties:
        left = [each for each in sequence(properties["proxyWidgets"]) if each not in gone]
        raw["properties"] = {**properties, "proxyWidgets": left}


class _Instance:
    """The values of one instance."""

    def __init__(
        self, node: Node, raw: dict[str, Any], definition: Definition, writing: Writing
    ) -> None:
        self._node, self._raw, self._definition, self._writing = node, raw, definition, writing
        self._values = without_covers(node, mapping(kept_widgets(node).get("covered")))
        self._kept = mapping(kept_widgets(node).get("list"))

    def written(self) -> dict[str, Any]:
        """Return `widgets_values` and `widgets_values_named`, as far as there are any."""
        kept = kept_widgets(self._node)
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
        held = [
            self._values.get(name, self._kept.get(str(index), MISSING))
            for index, name in enumerate(names)
        ]
        surplus = [value for key, value in self._kept.items() if int(key) >= len(names)]
        while source_of(self._node) and held and held[-1] is MISSING and not surplus:
            held.pop()
        filled = [
            self._inner(name) if value is MISSING else value
            for name, value in zip(names, held, strict=False)
        ]
        return [*filled, *surplus]

    def _order(self) -> list[str]:
        """Return whose values the list has: of all widgets, or of those that proxies name."""
        own = self._definition.widget_names
        proxies = sequence(mapping(self._raw.get("properties")).get("proxyWidgets"))
        pairs = [pair for pair in map(sequence, proxies) if len(pair) > 1]
        named = [text(pair[1]) for pair in pairs if str(pair[0]) == ITSELF]
        named = [self._definition.renamed(name) or name for name in named]
        is_theirs = len(named) != len(own) and set(self._values) == set(named)
        return named if is_theirs else own

    def _inner(self, name: str) -> Any:
        """Return the value inside that an instance without one of its own goes by."""
        node, socket = input_behind(self._writing.document.subgraphs, self._node, name)
        declared = self._writing.declared(self._node, name)
        default = declared.widget.default if declared and declared.widget else None
        return node.values.get(socket, default)

    def _named(self, form: str) -> dict[str, Any]:
        names = dict(
            zip(self._definition.names, self._definition.source_names, strict=True)
        )
        values = {names.get(name, name): value for name, value in self._values.items()}
        return {**values, **mapping(kept_widgets(self._node).get(form))}


def instances(nodes: Mapping[str, Node]) -> Iterator[Node]:
    """Yield the instances of subgraphs among some nodes."""
    yield from (node for node in nodes.values() if node.type.startswith(SUBGRAPH))
