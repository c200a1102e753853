"""From `INPUT_TYPES` to input sockets. It is asked again for the list of a combo at each use."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from engine.packs.v1_types import type_name
from engine.packs.v1_widgets import choices_of, widget_for
from engine.spec import InputSpec
from engine.types import ANY
from engine.widgets import Anything

#: What the engine can fill in; the tokens of ComfyUI's paid services are always None here.
HIDDEN = frozenset({
    "PROMPT", "UNIQUE_ID", "EXTRA_PNGINFO", "DYNPROMPT", "AUTH_TOKEN_COMFY_ORG",
    "API_KEY_COMFY_ORG",
})  # fmt: skip
#: A name that no class declares; a dict that has it has every key.
_ANY_KEY = "\x00 any key"
_GROUPS = ("required", "optional")

#: Calls INPUT_TYPES.
AskInputs = Callable[[], Any]


@dataclass(frozen=True)
class Inputs:
    """What `INPUT_TYPES` says.

    Attributes:
        hidden: parameter -> what the engine passes there.
        open: returns the input of a name that is not declared, where the class takes any.
    """

    sockets: tuple[InputSpec, ...]
    hidden: Mapping[str, str] = field(default_factory=dict[str, str])
    open: Callable[[str], InputSpec | None] | None = None


@dataclass(frozen=True)
class Reading:
    """How inputs of one class are read.

    Attributes:
        ask: calls its INPUT_TYPES.
        takes_lists: the class has INPUT_IS_LIST.
        is_fingerprinted: the class says itself what stands for the files that it reads.
    """

    ask: AskInputs
    takes_lists: bool = False
    is_fingerprinted: bool = False

    def inputs(self, declared: Mapping[str, Any]) -> Inputs:
        """Return the inputs of what `INPUT_TYPES` returned."""
        sockets = [
            self._socket(group, str(name), entry)
            for group in _GROUPS
            for name, entry in group_of(declared, group).items()
        ]
        once = {each.name: each for each in reversed(sockets)}
        hidden, others = _hidden(group_of(declared, "hidden"))
        taken = once.keys() | hidden.keys()
        finder = self._open_finder(declared, frozenset(taken), others)
        return Inputs(tuple(reversed(once.values())), hidden, finder)

    def _socket(self, group: str, name: str, entry: Any) -> InputSpec:
        written, options = taken_apart(entry)
        kind = type_name(written)

        def present() -> Sequence[Any]:
            return choices_of(*taken_apart(group_of(self.ask(), group)[name]))

        widget = widget_for(written, kind, options, present)
        required = group == "required"
        socket_only = options.get("forceInput") is True
        has_default = required and not socket_only and getattr(widget, "default", None) is not None
        return InputSpec(
            name,
            kind,
            widget,
            required=required,
            lazy=options.get("lazy") is True,
            takes_list=self.takes_lists,
            raw_link=options.get("rawLink") is True,
            socket_only=socket_only,
            tooltip=str(options.get("tooltip") or ""),
            has_default=has_default,
            reads_files=getattr(widget, "reads_files", False) and not self.is_fingerprinted,
            options=plain_options(options),
        )

    def _open_finder(
        self, declared: Mapping[str, Any], taken: frozenset[str], others: Mapping[str, Any]
    ) -> Callable[[str], InputSpec | None] | None:
        """Return what finds undeclared inputs: any key of a dict that has all, odd hidden ones."""
        takes_all = [group for group in _GROUPS if _ANY_KEY in group_of(declared, group)]
        if not takes_all and not others:
            return None

        def find(name: str) -> InputSpec | None:
            if name in taken:
                return None
            if name not in others and not takes_all:
                return None
            entry: Any = (ANY,)
            for group in takes_all:
                entry = _looked_up(group_of(declared, group), name)
            return self._loose(name, entry)

        return find

    def _loose(self, name: str, entry: Any) -> InputSpec:
        """Return an input that nobody declared: it takes a link or any value."""
        written, options = taken_apart(entry)
        return InputSpec(
            name,
            type_name(written),
            Anything(),
            required=False,
            lazy=options.get("lazy") is True,
            takes_list=self.takes_lists,
            raw_link=options.get("rawLink") is True,
        )


def group_of(declared: Any, group: str) -> Mapping[str, Any]:
    """Return the inputs of a group as written, which may be a dict that has every key."""
    found = declared.get(group) if isinstance(declared, Mapping) else None
    return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else {}


def taken_apart(entry: Any) -> tuple[Any, Mapping[str, Any]]:
    """Return type and options of an entry; a comma may have been forgotten."""
    if isinstance(entry, str) or not isinstance(entry, (list, tuple)):
        return entry, {}
    parts = list(cast("Sequence[Any]", entry))
    if not parts:
        return ANY, {}
    if len(parts) > 1 and not isinstance(parts[1], Mapping) and parts[1] is not None:
        return parts, {}  # `(["a", "b"])` without its comma is the list itself
    options = parts[1] if len(parts) > 1 and isinstance(parts[1], Mapping) else {}
    return parts[0], options


def plain_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a class says of an input, as far as JSON can; lists of combos are live."""
    plain = {str(name): _plain(value) for name, value in options.items() if name != "options"}
    return {name: value for name, value in plain.items() if value is not _NO_JSON}


_NO_JSON = object()


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else _NO_JSON
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Mapping):
        return plain_options(cast("Mapping[str, Any]", value))
    if isinstance(value, (list, tuple)):
        each = [_plain(item) for item in cast("Sequence[Any]", value)]
        return [item for item in each if item is not _NO_JSON]
    return _NO_JSON


def _hidden(declared: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Separate what the engine fills in from odd hidden inputs, which prompts may give."""
    filled: dict[str, str] = {}
    others: dict[str, Any] = {}
    for name, what in declared.items():
        what = what[0] if isinstance(what, (list, tuple)) and what else what
        if isinstance(what, str) and str(what).upper() in HIDDEN:
            filled[str(name)] = str(what).lower()
        else:
            others[str(name)] = what
    return filled, others


def _looked_up(group: Mapping[str, Any], name: str) -> Any:
    try:
        return group[name]
    except Exception:  # noqa: BLE001 it claims to have every key; not all can return one
        return (ANY,)
