"""One node of a saved workflow as a node of the document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.document.model import SUBGRAPH, LinkSource, Mode, Node
from engine.importers.ui.drawing import add_wire, place_of
from engine.importers.ui.instances import read_instance
from engine.importers.ui.plain import mapping, storable, text, without
from engine.importers.ui.source import INPUT
from engine.importers.ui.tracing import Constant, Output, Outside
from engine.importers.ui.widgets import CONTROL, Typed, read_widgets

if TYPE_CHECKING:
    from engine.importers.ui.reading import Reading
    from engine.importers.ui.source import Link, SourceNode
    from engine.importers.ui.tracing import Tracer

FORMAT = "comfyui-ui"
#: ComfyUI's mode numbers; 1 and 3 never occur and run.
MODES: dict[int, Mode] = {2: "mute", 4: "bypass"}
_SAID = frozenset({"id", "type", "mode", "inputs", "outputs", "title"})
_WIDGETS = frozenset({"widgets_values", "widgets_values_named"})
#: Names in `widgets_values_named` that are no inputs.
_NO_INPUTS = frozenset({"", CONTROL, "upload"})


@dataclass(slots=True)
class Wiring:
    """What links gave one graph beside the nodes' own links.

    Attributes:
        view: `wires` and `implied` are added to it.
        targets: input of the definition -> the inputs that it feeds.
        held: primitive -> the inputs that take its value.
        direct: node, input and link where nothing drawn lies between two nodes.
    """

    view: dict[str, Any]
    targets: dict[int, list[tuple[str, str]]] = field(
        default_factory=dict[int, list[tuple[str, str]]]
    )
    held: dict[str, list[tuple[str, str]]] = field(default_factory=dict[str, list[tuple[str, str]]])
    direct: list[tuple[str, str, Link]] = field(default_factory=list[tuple[str, str, "Link"]])


def build_node(
    source: SourceNode, reading: Reading, tracer: Tracer, wiring: Wiring, level: str
) -> Node:
    """Return the document's node; what it links to and from is noted in `wiring`."""
    note = reading.noter(level)
    definition = reading.definitions.get(source.type)
    spec = None if definition else reading.spec(source.type)
    if definition:
        typed = read_instance(source.raw, definition)
        names = definition.names_for(source)
        default_title = definition.title
    else:
        names = [text(each.get("name")) for each in source.inputs]
        typed = read_widgets(source.raw, spec, set(names)) if spec else _named_values(source.raw)
        default_title = spec.title if spec else source.type
    links = _linked(source, names, (reading, tracer, wiring), typed)
    for name, message in typed.notes:
        if name not in links:
            note(source.key, name, message)
    reading.add_models(
        source.properties.get("models"), f"{level}/{source.key}" if level else source.key
    )
    title = text(source.raw.get("title"))
    title = "" if title == default_title else title
    place, said = place_of(source.raw)
    is_resolved = definition is not None or spec is not None
    return Node(
        type=f"{SUBGRAPH}{source.type}" if definition else source.type,
        version=spec.version if spec else 1,
        mode=MODES.get(source.mode, "run"),
        title=title,
        place=place,
        values=typed.values,
        links=links,
        controls=typed.controls,
        foreign=known_foreign(source, said, title, typed)
        if is_resolved
        else unknown(source, typed),
    )


def _named_values(raw: dict[str, Any]) -> Typed:
    named = mapping(raw.get("widgets_values_named"))
    return Typed(
        {
            name: storable(value)
            for name, value in named.items()
            if name not in _NO_INPUTS and value is not None
        }
    )


def _linked(
    source: SourceNode,
    names: list[str],
    context: tuple[Reading, Tracer, Wiring],
    typed: Typed,
) -> dict[str, LinkSource]:
    """Return the links, and put what primitives hold into the values."""
    reading, tracer, wiring = context
    links: dict[str, LinkSource] = {}
    for slot, link in source.feeds.items():
        name = names[slot]
        if not name:
            typed.notes.append(("", f"Its input {slot} has no name; the link into it is left out."))
            tracer.graph.leave("links", [link.id, link.origin, link.origin_slot, source.key, slot])
            continue
        origin = tracer.origin(link)
        match origin:
            case Output(node, output):
                links[name] = LinkSource(node, output, _output_name(reading, tracer, origin))
            case Outside(index):
                wiring.targets.setdefault(index, []).append((source.key, name))
            case Constant():
                _hold(typed, name, origin)
                wiring.held.setdefault(origin.holder, []).append((source.key, name))
            case None:
                pass
        if link.implied:
            wiring.view.setdefault("implied", {}).setdefault(source.key, []).append(name)
        elif not _is_direct(link, origin):
            add_wire(wiring.view, (source.key, name), link)
        elif isinstance(origin, Output):
            wiring.direct.append((source.key, name, link))
    return links


def _is_direct(link: Link, origin: Output | Outside | Constant | None) -> bool:
    match origin:
        case Output(node, output):
            return (node, output) == (link.origin, link.origin_slot)
        case Outside():
            return link.origin == INPUT
        case _:
            return False


def _hold(typed: Typed, name: str, constant: Constant) -> None:
    """Take a primitive's value; what the widget itself holds is kept for later."""
    if name in typed.values:
        typed.keep("covered", name, typed.values[name])
    typed.values[name] = storable(constant.value)
    if constant.control:
        if name in typed.controls:
            typed.keep("covered_controls", name, typed.controls[name])
        typed.controls[name] = constant.control


def _output_name(reading: Reading, tracer: Tracer, origin: Output) -> str:
    node, slot = tracer.graph.nodes[origin.node], origin.slot
    spec = reading.spec(node.type)
    if spec and slot < len(spec.outputs):
        return spec.outputs[slot].name
    return text(node.outputs[slot].get("name")) if slot < len(node.outputs) else ""


def known_foreign(
    source: SourceNode, said: frozenset[str], title: str, typed: Typed
) -> dict[str, Any]:
    """Return what a node of a known type has beside what the document says."""
    raw = source.raw
    left = without(raw, _SAID | _WIDGETS | said)
    if raw.get("id") != source.key and str(raw.get("id")) != source.key:
        left["id"] = raw.get("id")
    elif isinstance(raw.get("id"), str):
        left["id"] = raw["id"]
    if source.mode not in (0, *MODES):
        left["mode"] = raw.get("mode")
    if "title" in raw and raw["title"] != title:
        left["title"] = raw["title"]
    if source.inputs:
        left["inputs"] = [_with_link(source, at) for at in range(len(source.inputs))]
    if source.outputs:
        left["outputs"] = [without(each, frozenset({"links"})) for each in source.outputs]
    foreign: dict[str, Any] = {"format": FORMAT, "node": left}
    return foreign | ({"widgets": typed.kept} if typed.kept else {})


def _with_link(source: SourceNode, slot: int) -> dict[str, Any]:
    """Return a saved input with the id of its link, as the table of links has it."""
    link = source.feeds.get(slot)
    found = link.id if link and not link.implied else None
    saved = source.inputs[slot]
    return saved if saved.get("link") == found else {**saved, "link": found}


def unknown(source: SourceNode, typed: Typed) -> dict[str, Any]:
    """Return the whole source of a node whose type is not known."""
    foreign: dict[str, Any] = {"format": FORMAT, "node": source.raw}
    return foreign | ({"widgets": typed.kept} if typed.kept else {})
