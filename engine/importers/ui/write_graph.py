"""One graph of a document, the root's or a definition's, as nodes and a table of links."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.importers.ui.plain import key_of, mapping, sequence, whole
from engine.importers.ui.source import INPUT, OUTPUT
from engine.importers.ui.write_nodes import ANY, Sheet, note_sheet, number_of, sheet_of, write_node
from engine.importers.ui.write_widgets import source_of, written_names, written_widgets

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from engine.document.model import Node
    from engine.importers.ui.tracing import Place
    from engine.importers.ui.write_nodes import Writing
    from engine.importers.ui.write_wires import Level, Wires

_KEYS = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")


@dataclass(slots=True)
class Drawn:
    """A link: its ends by the document's ids; `id` is None until it gets one."""

    origin: Place
    target: Place
    id: Any = None


@dataclass(slots=True)
class Written:
    """One graph as it is written.

    Attributes:
        sheets: document id -> the node, browser-only nodes and notes too.
        unread: ids of links that could not be used, and are in the table still.
        parents: id of a link -> the last reroute that it passes.
        held: document id -> the inputs that a primitive feeds.
        types: of the definition's own inputs.
    """

    level: Level
    sheets: dict[str, Sheet] = field(default_factory=dict[str, Sheet])
    links: list[Drawn] = field(default_factory=list[Drawn])
    held: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    types: list[Any] = field(default_factory=list[Any])
    unread: set[Any] = field(default_factory=set[Any])
    parents: dict[Any, int] = field(default_factory=dict[Any, int])
    last: int = 0

    def row(self, link: Drawn) -> list[Any]:
        """Return a link as the root's table has it."""
        ends = (*self._end(link.origin), *self._end(link.target))
        facts = self.facts(link)
        return [link.id, *ends, facts.get("type", self._type(link)), *sequence(facts.get("more"))]

    def object(self, link: Drawn) -> dict[str, Any]:
        """Return a link as a definition's table has it."""
        facts = {key: value for key, value in self.facts(link).items() if key != "more"}
        if link.id in self.parents:
            facts["parentId"] = self.parents[link.id]
        return {**dict(zip(_KEYS, self.row(link), strict=False)), **facts}

    def input_of(self, link: Drawn) -> tuple[str, str]:
        """Return the document's input that a link goes to; an output of a definition is none."""
        key, slot = link.target
        sheet = self.sheets.get(key)
        return key, sheet.names[slot] if sheet and slot < len(sheet.names) else ""

    def ids_at(self, end: str) -> dict[int, list[Any]]:
        """Return the ids of the links at each of the definition's inputs, or outputs."""
        found: dict[int, list[Any]] = {}
        for link in self.links:
            key, slot = link.origin if end == INPUT else link.target
            if key == end:
                found.setdefault(slot, []).append(link.id)
        return found

    def ordered_as(self, ids: list[Any], before: Any) -> list[Any]:
        """Return the ids in the order that a file had them, new ones last.

        Those of links that could not be used stay, as these are still in the table.
        """
        there = {*ids, *self.unread}
        known = [each for each in sequence(before) if isinstance(each, (int, str))]
        known = [each for each in known if each in there]
        return [*known, *(each for each in ids if each not in known)]

    @property
    def last_node(self) -> int:
        """Return the largest number among the ids."""
        numbers = (whole(sheet.raw.get("id")) or 0 for sheet in self.sheets.values())
        return max(numbers, default=0)

    def _end(self, place: Place) -> tuple[Any, int]:
        sheet = self.sheets.get(place[0])
        return (sheet.raw["id"] if sheet else int(place[0])), place[1]

    def facts(self, link: Drawn) -> dict[str, Any]:
        """Return what a link says beside its ends."""
        return mapping(mapping(self.level.view.get("links")).get(str(link.id)))

    def _type(self, link: Drawn) -> Any:
        key, slot = link.origin
        if key == INPUT:
            return self.types[slot]
        return self.sheets[key].outputs[slot].get("type")


def write_graph(
    level: Level, wires: Wires, writing: Writing, types: list[Any], kept: Mapping[str, Any]
) -> Written:
    """Return the nodes and links of one graph; instances have no values yet.

    Args:
        level: the graph.
        wires: where its inputs are drawn from.
        writing: the document's.
        types: of its own inputs.
        kept: what else its source object says.
    """
    written = Written(level, types=types)
    implied = _Implied(level, wires, kept)
    for key, node in level.nodes.items():
        drawn = [name for name in _inputs(level, key, node) if not implied.covers(key, name)]
        ways = {name: wires.into(key, name) for name in drawn}
        linked = [name for name in drawn if ways[name]]
        sheet = write_node(key, node, linked, writing)
        written.sheets[key] = sheet
        if not source_of(node):
            sheet.raw["order"] = len(written.sheets) - 1
        for name in linked:
            _add(written, ways[name], (key, sheet.slot(name)))
        written.held[key] = [name for name in linked if wires.is_held(key, name)]
        if not writing.is_instance(node):
            sheet.raw.update(_values(node, sheet, written.held[key], writing))
    _add_drawing(written, wires)
    for slot in range(len(level.outputs)):
        _add(written, wires.into_outlet(slot), (OUTPUT, slot))
    _number(written, kept)
    return written


def _inputs(level: Level, key: str, node: Node) -> Iterator[str]:
    """Yield every input that may be linked, once."""
    drawn = mapping(mapping(level.view.get("wires")).get(key))
    exposed = (name for each in level.inputs for at, name in each.targets if at == key)
    yield from dict.fromkeys([*node.links, *exposed, *drawn])


def _values(node: Node, sheet: Sheet, held: Collection[str], writing: Writing) -> dict[str, Any]:
    spec = writing.spec(node)
    if spec is not None:
        return written_widgets(node, spec, set(sheet.names), held)
    if "widgets_values" not in sheet.raw:
        return written_names(node, held)
    named = mapping(sheet.raw.get("widgets_values_named"))
    changed = {
        name: value
        for name, value in node.values.items()
        if name not in held and named.get(name) != value
    }
    return {"widgets_values_named": {**named, **changed}} if changed else {}


def _add(written: Written, origin: Place | None, target: Place) -> None:
    if origin is not None:
        written.links.append(Drawn(origin, target))


def _add_drawing(written: Written, wires: Wires) -> None:
    """Add notes and browser-only nodes, with what is drawn into these."""
    view = written.level.view
    for each in sequence(view.get("notes")):
        written.sheets[each["id"]] = note_sheet(each)
    for key, each in mapping(view.get("virtual")).items():
        written.sheets[key] = sheet = sheet_of(each)
        for slot, place in wires.into_virtual(key).items():
            if slot < len(sheet.inputs):
                _add(written, place, (key, slot))


@dataclass(frozen=True, slots=True)
class _Implied:
    """Links that Use Everywhere makes; the file lists them beside the drawn ones."""

    level: Level
    wires: Wires
    kept: Mapping[str, Any]

    def covers(self, key: str, name: str) -> bool:
        """Say whether such a link still brings what the document says of an input."""
        if name not in sequence(mapping(self.level.view.get("implied")).get(key)):
            return False
        listed = sequence(mapping(self.kept.get("extra")).get("ue_links"))
        return any(self._is(mapping(each), key, name) for each in listed)

    def _is(self, raw: dict[str, Any], key: str, name: str) -> bool:
        origin, slot = key_of(raw.get("upstream")), whole(raw.get("upstream_slot"))
        if key_of(raw.get("downstream")) != key or origin is None or slot is None:
            return False
        place = (origin, slot)
        return self.wires.is_there(place) and self.wires.brings(place, key, name)


def _number(written: Written, kept: Mapping[str, Any]) -> None:
    """Give every node and link an id, the one it had if it is free, and name links at both ends."""
    _number_nodes(written)
    unread = sequence(mapping(kept.get("unread")).get("links"))
    written.unread = {_id_of(each) for each in unread} - {None}
    taken: set[Any] = set()
    for link in written.links:
        before = _id_before(written, link)
        if before is not None and before not in taken:
            link.id = before
            taken.add(before)
    counters = (kept.get("last_link_id"), mapping(kept.get("state")).get("lastLinkId"))
    written.last = max([*(whole(each) or 0 for each in (*taken, *written.unread, *counters)), 0])
    for link in written.links:
        if link.id is None:
            written.last += 1
            link.id = written.last
    written.links.sort(key=lambda link: whole(link.id) or 0)
    _name_at_ends(written)


def _id_of(raw: Any) -> Any:
    found = next(iter(raw), None) if isinstance(raw, list) else mapping(raw).get("id")
    return found if isinstance(found, (int, str)) else None


def _number_nodes(written: Written) -> None:
    taken: set[Any] = set()
    # Of several that had one number in their file, it belongs to the one that was named by it.
    named_by = {key: str(sheet.raw.get("id")) == key for key, sheet in written.sheets.items()}
    for key in sorted(written.sheets, key=lambda key: not named_by[key]):
        sheet = written.sheets[key]
        identifier = sheet.raw.get("id")
        if not isinstance(identifier, (int, float, str)) or identifier in taken:
            identifier = number_of(key)
        sheet.raw["id"] = identifier
        taken.add(identifier)


def _id_before(written: Written, link: Drawn) -> Any:
    key, slot = link.target
    if key == OUTPUT:
        listed = sequence(
            mapping(written.level.outputs[slot].unknown.get("foreign")).get("linkIds")
        )
        found = next(iter(listed), None)
    else:
        inputs = written.sheets[key].inputs
        found = inputs[slot].get("link") if slot < len(inputs) else None
    return found if isinstance(found, (int, str)) else None


def _name_at_ends(written: Written) -> None:
    into = {link.target: link.id for link in written.links}
    out_of: dict[Place, list[Any]] = {}
    for link in written.links:
        out_of.setdefault(link.origin, []).append(link.id)
        if link.origin[0] != INPUT:
            _output(written.sheets[link.origin[0]], link.origin[1])
    for key, sheet in written.sheets.items():
        for slot, each in enumerate(sheet.inputs):
            if (found := into.get((key, slot))) != each.get("link"):
                each["link"] = found
        for slot, each in enumerate(sheet.outputs):
            _name_links(written, each, out_of.get((key, slot), []))
        for kind in sheet.absent:
            if not sheet.raw[kind]:
                del sheet.raw[kind]


def _name_links(written: Written, output: dict[str, Any], ids: list[Any]) -> None:
    """Name an output's links, in the order that it had; of none as its file says it."""
    if ids or output.get("links"):
        output["links"] = written.ordered_as(ids, output.get("links")) or None
    else:
        output.setdefault("links", None)


def _output(sheet: Sheet, slot: int) -> dict[str, Any]:
    """Return an output of a node; outputs that it does not list are added."""
    while slot >= len(sheet.outputs):
        sheet.outputs.append({"name": "", "type": ANY, "links": None})
    return sheet.outputs[slot]
