"""A node's typed values, from the list, the object or the named object that a file holds them in.

What the document has no word for (an upload button's value, surplus items) is kept beside.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from engine.importers.ui.layout import Kind, Slot, lay_out
from engine.importers.ui.plain import mapping, storable
from engine.importers.ui.virtual import MODES, control_mode

if TYPE_CHECKING:
    from engine.spec import NodeSpec

CONTROL = "control_after_generate"
#: How PrimitiveInt names its control.
_OTHER_CONTROL = "fixed"
#: Core types whose last widgets only the frontend knows (rule 8).
_OWN_WIDGETS = frozenset({"PreviewAny", "Preview3D", "SaveGLB", "Load3D", "Load3DAnimation"})


@dataclass(slots=True)
class Typed:
    """What was typed into a node.

    Attributes:
        values: by input name.
        controls: input name -> what happens to its value after a run.
        kept: what else the file holds, for writing it back; see `as_foreign`.
        notes: input name and sentence.
    """

    values: dict[str, Any] = field(default_factory=dict[str, Any])
    controls: dict[str, str] = field(default_factory=dict[str, str])
    kept: dict[str, Any] = field(default_factory=dict[str, Any])
    notes: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def keep(self, form: str, name: str, value: Any) -> None:
        """Keep a value that has no input: `form` is "list", "object" or "named"."""
        self.kept.setdefault(form, {})[name] = value

    def take_named(self, name: str, value: Any) -> None:
        """Take a value by name; it wins over what the list had at the same place."""
        before = self.values.get(name)
        if before is not None and before != value:
            self.keep("differing", name, before)
            self.keep("chosen", name, value)
        self.values[name] = storable(value)


def read_widgets(raw: dict[str, Any], spec: NodeSpec, saved: Collection[str]) -> Typed:
    """Return what was typed into a node whose definition is known.

    Args:
        raw: the node as the file has it.
        spec: its definition.
        saved: names of its saved inputs.
    """
    typed = read_forms(
        raw,
        lambda typed, held: _read_list(typed, held, spec, saved),
        lambda typed, held, form: _read_names(typed, held, spec, form),
    )
    typed.notes = [each for each in typed.notes if each[0] not in typed.values]
    return typed


def read_forms(
    raw: dict[str, Any],
    read_list: Callable[[Typed, list[Any]], None],
    read_names: Callable[[Typed, dict[str, Any], str], None],
) -> Typed:
    """Return what a node or an instance holds: a list or an object, and values by name."""
    typed = Typed()
    held, named = raw.get("widgets_values"), raw.get("widgets_values_named")
    if isinstance(held, list):
        read_list(typed, cast("list[Any]", held))
    elif isinstance(held, dict):
        typed.kept["object"] = {}
        read_names(typed, mapping(held), "object")
    elif "widgets_values" in raw:
        typed.kept["other"] = held
    if isinstance(named, dict):
        typed.kept["named"] = {}
        read_names(typed, mapping(named), "named")
    elif named is not None:
        typed.kept["other_named"] = named
    return typed


def _read_list(typed: Typed, held: list[Any], spec: NodeSpec, saved: Collection[str]) -> None:
    slots = lay_out(spec, held, saved)
    for index, (slot, value) in enumerate(zip(slots, held, strict=False)):
        if slot.kind is Kind.VALUE and value is not None:
            typed.values[slot.name] = storable(value)
        elif slot.kind is Kind.CONTROL and (mode := control_mode(value)):
            typed.controls[slot.name] = mode
            if value not in MODES:
                typed.keep("list", str(index), value)
        else:
            typed.keep("list", str(index), value)
    if len(held) > len(slots):
        for index, value in enumerate(held[len(slots) :], len(slots)):
            typed.keep("list", str(index), value)
        _note_surplus(typed, held, slots, spec)
    missing = [slot.name for slot in slots[len(held) :] if slot.kind is Kind.VALUE]
    typed.notes += [(name, _without_value(spec, name)) for name in missing]


def _without_value(spec: NodeSpec, name: str) -> str:
    found = spec.by_name.get(name)
    if found is not None and found.required and not found.has_default:
        return "The file holds no value for it, and it has no default. Set it."
    return "The file holds no value for it; the default is used."


def _note_surplus(typed: Typed, held: list[Any], slots: list[Slot], spec: NodeSpec) -> None:
    if spec.id not in _OWN_WIDGETS:
        count = len(held) - len(slots)
        typed.notes.append(
            ("", f"The file holds {count} more values than its widgets take; they were kept apart.")
        )


def _read_names(typed: Typed, held: dict[str, Any], spec: NodeSpec, form: str) -> None:
    """Take values by name; they win over those that the list had at the same place."""
    for name, value in held.items():
        if value is None or not _takes_value(spec, name):
            if not _read_control(typed, spec, name, value):
                typed.keep(form, name, value)
        else:
            typed.take_named(name, value)


def _takes_value(spec: NodeSpec, name: str) -> bool:
    found = spec.by_name.get(name)
    if found is not None:
        return found.widget is not None or found.dynamic is not None
    above = spec.by_name.get(name.partition(".")[0])
    return above is not None and above.dynamic is not None


def _read_control(typed: Typed, spec: NodeSpec, name: str, value: Any) -> bool:
    """Take a control's mode; the object has one name for it, whichever input it belongs to."""
    mode = control_mode(value)
    if name not in (CONTROL, _OTHER_CONTROL) or mode is None or value not in MODES:
        return False
    slots = lay_out(spec, (), ())
    owner = next((slot.name for slot in slots if slot.kind is Kind.CONTROL), None)
    if owner is None:
        return False
    typed.controls[owner] = mode
    typed.kept["named_control"] = name
    return True
