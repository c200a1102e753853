"""A node's values as a file holds them: the list, the object, the object of names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from engine.importers.ui.layout import Kind, Slot, layouts
from engine.importers.ui.nodes import FORMAT
from engine.importers.ui.plain import mapping
from engine.importers.ui.virtual import control_mode
from engine.importers.ui.widgets import CONTROL
from engine.results import MISSING
from engine.spec import Variants
from engine.widgets import Int

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from engine.document.model import Node
    from engine.spec import InputSpec, NodeSpec

#: Digits of the longest whole number that is read.
LONGEST = 4300
#: What the button that uploads a file holds.
UPLOAD = "image"
#: Stands where a list has no control; it is no control's mode.
_NO_CONTROL = ""


def source_of(node: Node) -> dict[str, Any]:
    """Return what the reader kept of a node of a saved workflow; of any other, nothing."""
    foreign = mapping(node.foreign)
    return foreign if foreign.get("format") == FORMAT else {}


def kept_widgets(node: Node) -> dict[str, Any]:
    """Return what a node's file held beside the values."""
    return mapping(source_of(node).get("widgets"))


def without_covers(node: Node, drawn: Collection[str]) -> dict[str, Any]:
    """Return the values; inputs that a primitive feeds have what their own widget held."""
    covered = mapping(kept_widgets(node).get("covered"))
    typed = {name: value for name, value in node.values.items() if name not in drawn}
    return typed | {name: covered[name] for name in drawn if name in covered}


def with_own_controls(node: Node, drawn: Collection[str]) -> Node:
    """Return the node; inputs that a primitive feeds have the controls of their own widgets."""
    covered = mapping(kept_widgets(node).get("covered_controls"))
    own = {name: covered[name] for name in drawn if name in covered}
    return replace(node, controls={**node.controls, **own}) if own else node


def list_values(node: Node, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values for the list, where the file's differ from those by name and still hold."""
    kept = kept_widgets(node)
    differing, chosen = mapping(kept.get("differing")), mapping(kept.get("chosen"))
    return {
        name: differing[name] if name in differing and chosen.get(name) == value else value
        for name, value in values.items()
    }


def written_widgets(
    node: Node, spec: NodeSpec, saved: Collection[str], drawn: Collection[str]
) -> dict[str, Any]:
    """Return `widgets_values` and `widgets_values_named` of a node, as far as it has them.

    Args:
        node: the node.
        spec: its definition.
        saved: names of its saved inputs.
        drawn: those that a primitive feeds.
    """
    values, node = without_covers(node, drawn), with_own_controls(node, drawn)
    writing = _Writing(node, spec, list_values(node, values))
    kept = kept_widgets(node)
    written: dict[str, Any] = {}
    if "object" in kept:
        written["widgets_values"] = _named(writing.values, node, spec, "object")
    elif "other" in kept:
        written["widgets_values"] = kept["other"]
    elif held := writing.listed(saved):
        written["widgets_values"] = held
    if "named" in kept:
        written["widgets_values_named"] = _named(values, node, spec, "named")
    elif "other_named" in kept:
        written["widgets_values_named"] = kept["other_named"]
    return written


def written_names(node: Node, drawn: Collection[str]) -> dict[str, Any]:
    """Return the values of a node whose type is nowhere declared, by name and in their order."""
    values = without_covers(node, drawn)
    return {
        "widgets_values": list(values.values()),
        "widgets_values_named": {**values, **mapping(kept_widgets(node).get("named"))},
    } if values else {}  # fmt: skip


def written_number(value: Any, spec: InputSpec | None) -> Any:
    """Return a whole number that a document holds as text, as it does large ones, as a number."""
    if not isinstance(value, str) or spec is None or not isinstance(spec.widget, Int):
        return value
    digits = value.removeprefix("-")
    is_whole = digits.isascii() and digits.isdecimal() and len(digits) < LONGEST
    return int(value) if is_whole else value


@dataclass(frozen=True, slots=True)
class _Writing:
    """One node; its list is laid out by the walk that the reader takes."""

    node: Node
    spec: NodeSpec
    values: Mapping[str, Any]

    @property
    def _kept(self) -> dict[str, Any]:
        return mapping(kept_widgets(self.node).get("list"))

    @property
    def _is_saved(self) -> bool:
        return bool(source_of(self.node))

    def listed(self, saved: Collection[str]) -> list[Any]:
        """Return the list; where the file's was shorter, it ends there."""
        slots = self._slots(saved)
        held = [self._held(slot, index) for index, slot in enumerate(slots)]
        surplus = [value for key, value in self._kept.items() if int(key) >= len(slots)]
        while self._is_saved and held and held[-1] is MISSING and not surplus:
            held.pop()
        specs = {each.name: each for each in self.spec.inputs_for(self.values, saved)}
        filled = [
            _default(specs.get(slot.name)) if value is MISSING
            else written_number(value, specs.get(slot.name))
            for slot, value in zip(slots, held, strict=False)
        ]  # fmt: skip
        return [*filled, *surplus]

    def _slots(self, saved: Collection[str]) -> list[Slot]:
        """Return the slots by the rules of the frontend that wrote what is kept of the list."""
        ways = list(layouts(self.spec, self._peek, saved))
        fitting = (slots for slots in ways if self._fits(slots))
        return next(fitting, ways[0]) if self._is_saved else ways[0]

    def _fits(self, slots: list[Slot]) -> bool:
        kept = self._kept
        for index, slot in enumerate(slots):
            there = kept.get(str(index), MISSING)
            if slot.kind is Kind.VALUE and there not in (MISSING, None):
                return False
            if slot.kind not in (Kind.VALUE, Kind.CONTROL) and there is MISSING:
                later = (each.name for each in slots[index:] if each.kind is Kind.VALUE)
                return self.values.keys().isdisjoint(later)
        return True

    def _peek(self, slot: Slot, index: int) -> Any:
        if slot.kind is Kind.CONTROL:
            mode = self._control(slot.name, index)
            return _NO_CONTROL if mode is MISSING else mode
        default = None if self._is_saved else _default(self.spec.by_name.get(slot.name))
        return self.values.get(slot.name, default)

    def _held(self, slot: Slot, index: int) -> Any:
        there = self._kept.get(str(index), MISSING)
        match slot.kind:
            case Kind.VALUE:
                return self.values.get(slot.name, there)
            case Kind.CONTROL:
                return self._control(slot.name, index)
            case Kind.UPLOAD if not self._is_saved:
                return UPLOAD
            case Kind.FILTER if there is MISSING:
                return ""
            case _:
                return there

    def _control(self, name: str, index: int) -> Any:
        """Return what a control's slot holds: the file's word for the mode, if it still is that."""
        there = self._kept.get(str(index), MISSING)
        mode = self.node.controls.get(name)
        if there is not MISSING and mode in (None, control_mode(there)):
            return there
        if mode is not None:
            return mode
        return MISSING if self._is_saved else "fixed"


def _named(values: Mapping[str, Any], node: Node, spec: NodeSpec, form: str) -> dict[str, Any]:
    """Return the object of names: the values, the control, and what has no input."""
    kept = kept_widgets(node)
    numbers = {
        name: written_number(value, spec.by_name.get(name)) for name, value in values.items()
    }
    mode = next(iter(node.controls.values()), None)
    control = {kept.get("named_control", CONTROL): mode} if "named_control" in kept else {}
    return {**numbers, **control, **mapping(kept.get(form))}


def _default(spec: InputSpec | None) -> Any:
    """Return what a fresh node holds."""
    if spec is None:
        return None
    if isinstance(spec.dynamic, Variants):
        return next(iter(spec.dynamic.options), None)
    if spec.widget is None:
        return None
    if spec.widget.default is not None:
        return spec.widget.default
    return spec.widget.options(None).get("default")
