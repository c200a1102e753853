"""What a person may type into a node: one class a kind of widget, each with its check.

A check returns the value in its canonical form (so that 20 and 20.0 give one cache key) or raises
`Unfit`, which says what is expected; the validator adds the node and the input.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from engine.declaring.numbers import INT_MAX, INT_MIN, real, span, whole

if TYPE_CHECKING:
    from engine.paths import Folders

SEED_MAX = 2**64 - 1
SIZE_MAX = 16384
#: More options than this are counted in an error, not listed.
LISTED = 20


class Unfit(Exception):
    """A value does not fit; `in_kind` says whether at least its kind is right.

    Then `value` is its canonical form, where that is not the value itself.
    """

    def __init__(
        self, expected: str, *, in_kind: bool = False, hint: str = "", value: Any = None
    ) -> None:
        super().__init__(expected)
        self.expected = expected
        self.in_kind = in_kind
        self.hint = hint
        self.value = value


class Widget(Protocol):
    """One kind of widget; `type` is the socket type of its value."""

    type: ClassVar[str]

    @property
    def default(self) -> Any:
        """Return the value of a fresh node, or None where it has none."""
        ...

    def check(self, value: Any, folders: Folders | None) -> Any:
        """Return the canonical value, or raise `Unfit`."""
        ...

    def options(self, folders: Folders | None) -> dict[str, Any]:
        """Return what an editor needs to draw the widget, in ComfyUI's option names."""
        ...

    def files(self, value: Any, folders: Folders) -> Sequence[Path]:
        """Return the files that a node reads because of this value."""
        ...


@dataclass(frozen=True, slots=True)
class _Plain:
    """What most widgets share: they name no files."""

    default: Any = None
    reads_files: ClassVar[bool] = False

    def files(self, value: Any, folders: Folders) -> Sequence[Path]:
        return ()


@dataclass(frozen=True, slots=True)
class Int(_Plain):
    """A whole number."""

    min: int = INT_MIN
    max: int = INT_MAX
    step: int = 1
    control: bool = False
    display: str | None = None
    type: ClassVar[str] = "INT"

    def check(self, value: Any, folders: Folders | None = None) -> int:
        number = value if type(value) is int else whole(value)
        if number is None:
            raise Unfit("a whole number")
        if self.min <= number <= self.max:
            return number
        raise Unfit(f"a whole number {span(self.min, self.max)}", in_kind=True, value=number)

    def options(self, folders: Folders | None = None) -> dict[str, Any]:
        shown: dict[str, Any] = {"default": self.default or 0, "min": self.min, "max": self.max}
        shown["step"] = self.step
        if self.control:
            shown["control_after_generate"] = True
        return shown | ({"display": self.display} if self.display else {})


@dataclass(frozen=True, slots=True)
class Float(_Plain):
    """A real number; never NaN or infinite."""

    min: float = -math.inf
    max: float = math.inf
    step: float = 0.01
    round: float | None = None
    display: str | None = None
    type: ClassVar[str] = "FLOAT"

    def check(self, value: Any, folders: Folders | None = None) -> float:
        number = value if type(value) is float else real(value)
        if number is None or not math.isfinite(number):
            raise Unfit("a finite number")
        if self.min <= number <= self.max:
            return number
        raise Unfit(f"a number {span(self.min, self.max)}", in_kind=True, value=number)

    def options(self, folders: Folders | None = None) -> dict[str, Any]:
        shown: dict[str, Any] = {"default": self.default or 0.0}
        bounds = {"min": self.min, "max": self.max}
        shown |= {name: bound for name, bound in bounds.items() if math.isfinite(bound)}
        shown |= {"step": self.step}
        shown |= {"round": self.round} if self.round else {}
        return shown | ({"display": self.display} if self.display else {})


@dataclass(frozen=True, slots=True)
class Text(_Plain):
    """A string; null, which clients send for a prompt that is left out, is an empty one."""

    multiline: bool = False
    dynamic_prompts: bool = False
    placeholder: str = ""
    type: ClassVar[str] = "STRING"

    def check(self, value: Any, folders: Folders | None = None) -> str:
        if type(value) is str:
            return value
        if value is None:
            return ""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
        raise Unfit("text")

    def options(self, folders: Folders | None = None) -> dict[str, Any]:
        shown: dict[str, Any] = {"default": self.default or ""}
        shown |= {"multiline": True} if self.multiline else {}
        shown |= {"dynamicPrompts": True} if self.dynamic_prompts else {}
        return shown | ({"placeholder": self.placeholder} if self.placeholder else {})


@dataclass(frozen=True, slots=True)
class Prompt(Text):
    """Text that may name files, such as embeddings, which the node then reads."""

    find: Callable[[str, Folders], Sequence[Path]] | None = None
    reads_files: ClassVar[bool] = True

    def files(self, value: Any, folders: Folders) -> Sequence[Path]:
        return self.find(value, folders) if self.find else ()


@dataclass(frozen=True, slots=True)
class Bool(_Plain):
    """Yes or no."""

    label_on: str = ""
    label_off: str = ""
    type: ClassVar[str] = "BOOLEAN"

    def check(self, value: Any, folders: Folders | None = None) -> bool:
        if type(value) is bool:
            return value
        if value in (0, 1):
            return bool(value)
        raise Unfit("true or false")

    def options(self, folders: Folders | None = None) -> dict[str, Any]:
        shown: dict[str, Any] = {"default": bool(self.default)}
        shown |= {"label_on": self.label_on} if self.label_on else {}
        return shown | ({"label_off": self.label_off} if self.label_off else {})


@dataclass(frozen=True, slots=True)
class Choice(_Plain):
    """One of a list; the list may be a function, asked anew each time."""

    choices: tuple[Any, ...] | Callable[[], Iterable[Any]] = ()
    type: ClassVar[str] = "COMBO"

    def all(self) -> list[Any]:
        """Return the present choices in order."""
        return list(self.choices() if callable(self.choices) else self.choices)

    def check(self, value: Any, folders: Folders | None = None) -> Any:
        choices = self.all() if callable(self.choices) else self.choices
        if value in choices:
            return choices[choices.index(value)]
        for each in choices:
            if str(each) == value:  # a word of the command line
                return each
        raise Unfit(f"one of {listed(choices, value)}", in_kind=isinstance(value, str))

    def options(self, folders: Folders | None = None) -> dict[str, Any]:
        choices = self.all()
        first = choices[0] if choices else None
        default = self.default if self.default in choices else first
        return {"options": choices} | ({} if default is None else {"default": default})


@dataclass(frozen=True, slots=True)
class FileChoice(_Plain):
    """A file of a folder kind, by its name there; the file's content is part of the cache key."""

    kind: str = "input"
    upload: Literal["", "image"] = ""
    #: Of the files that are listed; empty for the usual ones of the kind.
    suffixes: frozenset[str] = frozenset()
    #: Names that stand for no file.
    also: tuple[str, ...] = ()
    type: ClassVar[str] = "COMBO"
    reads_files: ClassVar[bool] = True

    def check(self, value: Any, folders: Folders | None = None) -> str:
        if not isinstance(value, str):
            raise Unfit(f"the name of a file among the {self.kind}")
        if folders is None or value in self.also:
            return value
        if self.upload or self.suffixes:
            self.locate(value, folders)
            return value
        return folders.resolve(self.kind, value)

    def locate(self, value: str, folders: Folders) -> Path:
        """Return the file; a name may end in ` [output]` to say which folder it is in.

        Raises:
            PathError: there is no such file, or the name leaves its folder.
        """
        kind, name = self.kind, value
        is_anywhere = self.upload or self.suffixes
        if is_anywhere and value.endswith("]") and " [" in value:
            before, _, place = value[:-1].rpartition(" [")
            if place in ("input", "output", "temp"):
                kind, name = place, before
        return folders.find(kind, name)

    def options(self, folders: Folders | None = None) -> dict[str, Any]:
        names = folders.names(self.kind, self.suffixes) if folders else []
        shown: dict[str, Any] = {"options": [*names, *self.also]}
        return shown | ({f"{self.upload}_upload": True} if self.upload else {})

    def files(self, value: Any, folders: Folders) -> Sequence[Path]:
        return () if value in self.also else (self.locate(value, folders),)


@dataclass(frozen=True, slots=True)
class Anything(_Plain):
    """A value of a type that has no widget of its own: taken as it is."""

    type: ClassVar[str] = "*"

    def check(self, value: Any, folders: Folders | None = None) -> Any:
        return value

    def options(self, folders: Folders | None = None) -> dict[str, Any]:
        return {} if self.default is None else {"default": self.default}


def listed(choices: Iterable[Any], wanted: Any = None) -> str:
    """Return choices as text for an error; of many, those most like what was wanted come first."""
    names = [f'"{choice}"' if isinstance(choice, str) else str(choice) for choice in choices]
    if len(names) > LISTED and isinstance(wanted, str):
        near = get_close_matches(f'"{wanted}"', names, LISTED)
        names = [*near, *(name for name in names if name not in near)]
    if len(names) <= LISTED:
        return ", ".join(names) if names else "nothing (the list is empty)"
    return f"{', '.join(names[:LISTED])} and {len(names) - LISTED} more"


WIDGETS: Mapping[type, type[Any]] = {int: Int, float: Float, str: Text, bool: Bool}
