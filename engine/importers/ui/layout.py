"""Which value of `widgets_values` belongs to which input (COMPAT.md A6).

The list has no names: it is rebuilt from the node's definition, one slot a widget, in the order
in which the browser makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from engine.importers.ui.virtual import control_mode
from engine.spec import Growing, Variants

if TYPE_CHECKING:
    from engine.spec import InputSpec, NodeSpec

#: Socket types that have a widget unless the declaration forces a socket (rule 2).
WIDGET_TYPES = frozenset({
    "INT", "FLOAT", "STRING", "BOOLEAN", "COMBO", "COLOR", "CURVE", "RANGE", "MARKDOWN", "TEXTAREA",
    "CHART", "BOUNDING_BOX", "BOUNDING_BOXES", "PAINTER", "COMPOSITOR", "VIDEO_EDIT",
})  # fmt: skip
_DYNAMIC_PREFIX, _DYNAMIC_SUFFIX = "COMFY_", "_V3"
_SEEDS = frozenset({"seed", "noise_seed"})
_PICTURES = ("image_upload", "video_upload", "animated_image_upload")
_AUDIO = "audio_upload"


class Kind(Enum):
    """What a slot of the list holds."""

    VALUE = "value"
    CONTROL = "control"
    #: Text that narrows a combo's list.
    FILTER = "filter"
    #: The button that uploads a file, or the player above it.
    UPLOAD = "upload"
    #: What old frontends wrote for an input that never had a widget (rule 9).
    DUMMY = "dummy"


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in the list; `name` is the input that it belongs to."""

    kind: Kind
    name: str = ""


#: Says what the list holds at the index where a slot would be, or None.
Peek = Callable[[Slot, int], Any]


@dataclass(frozen=True, slots=True)
class _Rules:
    """What differs between the frontends that wrote the list."""

    dummies: bool = False
    #: Values of an audio loader's player and upload button.
    audio: int = 0


def has_widget(spec: InputSpec) -> bool:
    """Say whether the browser makes a widget for an input, by its declared type."""
    return _widget_type(spec) and not is_forced(spec)


def is_forced(spec: InputSpec) -> bool:
    """Say whether an input is declared to have a socket in place of its widget."""
    return spec.socket_only or bool(spec.options.get("forceInput"))


def has_control(spec: InputSpec) -> bool:
    """Say whether a number is followed by a widget that changes it after each run (rule 3)."""
    if _type_of(spec) != "INT":
        return False
    asked = spec.options.get("control_after_generate")
    if asked is None:
        return bool(getattr(spec.widget, "control", False)) or spec.name in _SEEDS
    return bool(asked)


def lay_out(spec: NodeSpec, held: Sequence[Any], saved: Collection[str]) -> list[Slot]:
    """Return the slots of a node's list.

    Args:
        spec: the node's definition.
        held: the list; a chosen option says which widgets follow it.
        saved: names of the node's saved inputs; they say how far growing inputs have grown.
    """

    def peek(_: Slot, index: int) -> Any:
        return held[index] if index < len(held) else None

    first: list[Slot] | None = None
    for slots in layouts(spec, peek, saved):
        if len(slots) == len(held):
            return slots
        first = slots if first is None else first
    return first or []


def layouts(spec: NodeSpec, peek: Peek, saved: Collection[str]) -> Iterator[list[Slot]]:
    """Yield the slots by the rules of each frontend that may have written a list, newest first."""
    for rules in _candidates(spec):
        yield _lay_out(spec, peek, saved, rules)


def _candidates(spec: NodeSpec) -> Iterable[_Rules]:
    sounds = (0, 1, 2) if any(each.options.get(_AUDIO) for each in spec.inputs) else (0,)
    yield from (_Rules(audio=count) for count in sounds)
    if any(_widget_type(each) and is_forced(each) for each in spec.inputs):
        yield from (_Rules(dummies=True, audio=count) for count in sounds)


def _lay_out(spec: NodeSpec, peek: Peek, saved: Collection[str], rules: _Rules) -> list[Slot]:
    slots: list[Slot] = []
    required = [each for each in spec.inputs if each.required]
    for each in required:
        _add(slots, each, each.name, (peek, saved, rules))
    if any(_uploads_picture(each) for each in required):
        slots.append(Slot(Kind.UPLOAD))
    if any(each.options.get(_AUDIO) for each in required):
        slots += [Slot(Kind.UPLOAD)] * rules.audio
    for each in spec.inputs:
        if not each.required:
            _add(slots, each, each.name, (peek, saved, rules))
    return slots


def _add(
    slots: list[Slot],
    spec: InputSpec,
    name: str,
    given: tuple[Peek, Collection[str], _Rules],
) -> None:
    """Add the slots of one input, and of those that it brings."""
    peek, saved, rules = given
    match spec.dynamic:
        case Variants() as variants:
            chosen = peek(Slot(Kind.VALUE, name), len(slots))
            slots.append(Slot(Kind.VALUE, name))
            fields = variants.options.get(chosen, ()) if isinstance(chosen, str) else ()
            for each in fields:
                _add(slots, each, f"{name}.{each.name}", given)
        case Growing() as growing:
            for index, item in enumerate(growing.names_at_most()):
                full = f"{name}.{item}"
                if full in saved or (spec.required and index < growing.min):
                    _add(slots, growing.item, full, given)
        case None if has_widget(spec):
            slots.append(Slot(Kind.VALUE, name))
            _add_control(slots, spec, name, peek)
        case None if rules.dummies and _widget_type(spec):
            slots.append(Slot(Kind.DUMMY, name))
        case None:
            pass


def _add_control(slots: list[Slot], spec: InputSpec, name: str, peek: Peek) -> None:
    """Add the control behind a widget, unless the list plainly has something else there."""
    is_choice = _type_of(spec) == "COMBO" and bool(spec.options.get("control_after_generate"))
    if not is_choice and not has_control(spec):
        return
    there = peek(Slot(Kind.CONTROL, name), len(slots))
    if there is not None and control_mode(there) is None:
        return
    slots.append(Slot(Kind.CONTROL, name))
    if is_choice:
        slots.append(Slot(Kind.FILTER, name))


def _type_of(spec: InputSpec) -> str:
    asked = spec.options.get("widgetType")
    return asked if isinstance(asked, str) and asked else spec.type


def _widget_type(spec: InputSpec) -> bool:
    kind = _type_of(spec)
    is_dynamic = kind.startswith(_DYNAMIC_PREFIX) and kind.endswith(_DYNAMIC_SUFFIX)
    return kind in WIDGET_TYPES or is_dynamic


def _uploads_picture(spec: InputSpec) -> bool:
    if getattr(spec.widget, "upload", ""):
        return True
    return any(spec.options.get(option) for option in _PICTURES)
