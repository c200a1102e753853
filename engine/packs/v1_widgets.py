"""Widgets as ComfyUI-style classes declare them: odd options must not break a node."""

from __future__ import annotations

import logging
import math
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from engine.declaring.numbers import INT_MAX, INT_MIN
from engine.errors import PathError
from engine.packs.v1_types import is_choice, links_only
from engine.widgets import (
    Anything,
    Bool,
    Choice,
    Float,
    Int,
    Text,
    Unfit,
    Widget,
    listed,
)

if TYPE_CHECKING:
    from engine.paths import Folders

Options = Mapping[str, Any]
#: Asks the class anew and returns the present choices.
Ask = Callable[[], Iterable[Any]]

logger = logging.getLogger(__name__)

_UPLOAD = "_upload"
_PLACES = ("input", "output", "temp")


class LiveChoices:
    """The list of a combo, asked anew each time; while that fails, the last one that is known."""

    def __init__(self, ask: Ask, known: Iterable[Any]) -> None:
        self._ask = ask
        self._last = list(known)

    @property
    def known(self) -> list[Any]:
        """Return the last choices without asking."""
        return list(self._last)

    def __call__(self) -> list[Any]:
        """Return the present choices."""
        try:
            self._last = list(self._ask())
        except (Exception, SystemExit) as problem:  # noqa: BLE001 a pack may raise anything
            at = traceback.extract_tb(problem.__traceback__)[-1]
            told = "A list of choices can not be made, so it stays as it was: %s (%s:%s)"
            logger.warning(told, problem, at.filename, at.lineno)
        return self.known


@dataclass(frozen=True, slots=True)
class OpenChoice(Choice):
    """One of a list; the kind of a value that is not among them does not matter."""

    def check(self, value: Any, folders: Folders | None = None) -> Any:
        """Return the choice, or raise `Unfit`."""
        try:
            return Choice.check(self, value, folders)
        except Unfit as unfit:
            raise Unfit(unfit.expected, in_kind=True) from None


@dataclass(frozen=True, slots=True)
class UploadChoice(OpenChoice):
    """A file that people may upload: one of the list, or an annotated name, `a.png [output]`."""

    place: str = "input"
    upload: str = "image"
    reads_files: ClassVar[bool] = True

    def check(self, value: Any, folders: Folders | None = None) -> Any:
        """Return the choice or the annotated name, or raise `Unfit`."""
        if isinstance(value, str) and folders is not None and value.endswith("]"):
            try:
                if self._locate(value, folders) is not None:
                    return value
            except PathError as problem:
                raise Unfit(f"a file ({problem.message})", in_kind=True) from None
        return OpenChoice.check(self, value, folders)

    def options(self, folders: Folders | None = None) -> dict[str, Any]:
        """Return the list, and that people may add to it."""
        return {**OpenChoice.options(self, folders), f"{self.upload}{_UPLOAD}": True}

    def files(self, value: Any, folders: Folders) -> Sequence[Path]:
        """Return the file, where the name stands for one; what a list names may be anything."""
        try:
            found = self._locate(value, folders) or folders.find(self.place, value)
        except PathError:
            return ()
        return (found,)

    def _locate(self, value: str, folders: Folders) -> Path | None:
        name, _, place = value.removesuffix("]").rpartition(" [")
        return folders.find(place, name) if value.endswith("]") and place in _PLACES else None


@dataclass(frozen=True, slots=True)
class Choices(Choice):
    """Several of a list."""

    def check(self, value: Any, folders: Folders | None = None) -> list[Any]:
        """Return the chosen ones, or raise `Unfit`."""
        chosen = list(value) if isinstance(value, (list, tuple)) else [value]
        try:
            return [Choice.check(self, each, folders) for each in chosen]
        except Unfit:
            raise Unfit(f"some of {listed(self.all())}", in_kind=True) from None


def widget_for(written: Any, kind: str, options: Options, ask: Ask) -> Widget | None:
    """Return the widget of an input, or None where its values only come through links.

    Args:
        written: the type as the class wrote it.
        kind: the same as a socket type.
        options: what else the class says about the input.
        ask: returns the present choices of a combo.
    """
    named = options.get("widgetType")
    shape = named if isinstance(named, str) else kind
    if shape == "COMBO":
        return _choice(options, LiveChoices(ask, choices_of(written, options)))
    if make := _MAKERS.get(shape):
        return make(options)
    return None if links_only(kind) else Anything(options.get("default"))


def choices_of(written: Any, options: Options) -> list[Any]:
    """Return what a combo offers in either form: a list as type, or among the options."""
    choices: Any = written if is_choice(written) else options.get("options")
    return list(choices) if is_choice(choices) else []


def _int(options: Options) -> Int:
    low, high = _bound(options, "min", INT_MIN), _bound(options, "max", INT_MAX)
    default = min(max(_number(options, "default", 0), low), high)
    control = options.get("control_after_generate")
    step = max(1, int(min(_number(options, "step", 1), INT_MAX)))
    return Int(int(default), int(low), int(high), step, bool(control), _display(options))


def _float(options: Options) -> Float:
    low, high = _bound(options, "min", -math.inf), _bound(options, "max", math.inf)
    default = min(max(float(_number(options, "default", 0.0)), low), high)
    rounded = float(_number(options, "round", 0))
    step = float(_number(options, "step", 0.01))
    return Float(float(default), low, high, step, rounded or None, _display(options))


def _text(options: Options) -> Text:
    default = options.get("default", options.get("defaultVal"))
    return Text(
        "" if default is None else str(default),
        multiline=bool(options.get("multiline")),
        dynamic_prompts=bool(options.get("dynamicPrompts")),
        placeholder=str(options.get("placeholder") or ""),
    )


def _bool(options: Options) -> Bool:
    on, off = options.get("label_on"), options.get("label_off")
    return Bool(bool(options.get("default")), str(on or ""), str(off or ""))


def _choice(options: Options, choices: LiveChoices) -> Widget:
    present = choices.known
    if "remote" in options and not present:
        return Anything(options.get("default"))  # a client asks another server for the list
    if options.get("multi_select"):
        default = options.get("default")
        return Choices(default if isinstance(default, list) else [], choices)
    default = options.get("default")
    default = default if default in present else next(iter(present), None)
    uploads = [name for name in options if name.endswith(_UPLOAD) and options[name] is True]
    if not uploads:
        return OpenChoice(default, choices)
    place = options.get("image_folder")
    place = place if place in _PLACES else "input"
    return UploadChoice(default, choices, str(place), uploads[0].removesuffix(_UPLOAD))


_MAKERS: Mapping[str, Callable[[Options], Widget]] = {
    "INT": _int,
    "FLOAT": _float,
    "STRING": _text,
    "BOOLEAN": _bool,
}


def _number(options: Options, name: str, fallback: float) -> float:
    """Return a numeric option; one that is no number, or none at all, is not there."""
    try:
        value: Any = options.get(name, fallback)
        number = value if isinstance(value, (int, float)) else float(value)
        return fallback if math.isnan(number) else number
    except (TypeError, ValueError, OverflowError):
        return fallback


def _bound(options: Options, name: str, fallback: float) -> float:
    """Return a bound; an infinite one is none."""
    number = _number(options, name, fallback)
    return number if math.isfinite(number) else fallback


def _display(options: Options) -> str | None:
    display = options.get("display")
    return display if isinstance(display, str) else None
