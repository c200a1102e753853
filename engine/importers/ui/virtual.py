"""Nodes that exist only in a browser: what each stands for when the graph runs (COMPAT.md A7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.importers.ui.plain import mapping, sequence, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.importers.ui.source import SourceNode

PRIMITIVE = "PrimitiveNode"
#: Note type -> how its text is written.
NOTES = {"Note": "plain", "MarkdownNote": "markdown"}
#: Output n is what comes in at input n.
_CORE = frozenset({"Reroute", PRIMITIVE, *NOTES})
#: Setter and getter types -> the pack whose names they share.
SETTERS = {"SetNode": "kj", "easy setNode": "easy"}
GETTERS = {"GetNode": "kj", "easy getNode": "easy"}
#: Types that packs register in JavaScript alone; one that also declares them in Python runs it.
_PACKS = frozenset(
    {
        *SETTERS,
        *GETTERS,
        "Reroute (rgthree)",
        "Fast Muter (rgthree)",
        "Fast Bypasser (rgthree)",
        "Fast Groups Muter (rgthree)",
        "Fast Groups Bypasser (rgthree)",
        "Fast Actions Button (rgthree)",
        "Mute / Bypass Repeater (rgthree)",
        "Mute / Bypass Relay (rgthree)",
        "Random Unmuter (rgthree)",
        "Node Collector (rgthree)",
        "Node Combiner (rgthree)",
        "Label (rgthree)",
        "Bookmark (rgthree)",
        "Anything Everywhere",
        "Anything Everywhere?",
        "Anything Everywhere3",
        "Prompts Everywhere",
    }
)

#: What a control widget may hold; "increment-wrap" is for choices.
MODES = frozenset({"fixed", "increment", "decrement", "randomize"})
_OTHER_MODES: dict[Any, str] = {"increment-wrap": "increment", True: "randomize", False: "fixed"}


def is_virtual(kind: str, is_known: Callable[[str], bool]) -> bool:
    """Say whether a type is drawing; `is_known` says whether a type has a definition here."""
    return kind in _CORE or (kind in _PACKS and not is_known(kind))


def control_mode(value: Any) -> str | None:
    """Return what a control widget says, in the document's words, or None."""
    if isinstance(value, str) and value in MODES:
        return value
    return _OTHER_MODES.get(value) if isinstance(value, (str, bool)) else None


def shared_name(node: SourceNode) -> tuple[str, str] | None:
    """Return the name under which a Set or a Get node shares its value, and whose name it is."""
    pack = SETTERS.get(node.type) or GETTERS.get(node.type)
    if pack is None:
        return None
    title = text(node.raw.get("title"))
    candidates = (
        text(next(iter(sequence(node.raw.get("widgets_values"))), "")),
        text(mapping(node.raw.get("widgets_values_named")).get("Constant")),
        text(node.properties.get("previousName")),
        title.removeprefix("Set_").removeprefix("Get_"),
    )
    name = next((each for each in candidates if each), "")
    return (pack, name) if name else None


def primitive_value(node: SourceNode) -> tuple[Any, str | None]:
    """Return what a primitive holds and its control mode: `[value]`, `[value, mode, filter]`."""
    held = sequence(node.raw.get("widgets_values"))
    named = mapping(node.raw.get("widgets_values_named"))
    value = held[0] if held else named.get("value")
    mode = held[1] if len(held) > 1 else named.get("control_after_generate")
    return value, control_mode(mode)
