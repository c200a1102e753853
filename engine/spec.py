"""What a node is, as data: its inputs, outputs and the facts that the engine goes by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from engine.widgets import Choice, Widget

Lane = Literal["inline", "cpu", "io", "device"]


@dataclass(frozen=True, slots=True)
class Growing:
    """An input that takes any number of items: `images.image0`, `images.image1`, …

    The function gets one dict. The first `min` items are required.
    """

    item: InputSpec
    prefix: str = ""
    min: int = 1
    max: int = 100
    names: tuple[str, ...] = ()

    def names_at_most(self) -> tuple[str, ...]:
        """Return every name an item may have, in order."""
        return self.names or tuple(f"{self.prefix}{index}" for index in range(self.max))


@dataclass(frozen=True, slots=True)
class Variants:
    """A choice that brings inputs of its own: `mode` and, for the chosen one, `mode.strength`."""

    options: Mapping[str, tuple[InputSpec, ...]]


@dataclass(frozen=True, slots=True)
class InputSpec:
    """One input socket.

    Attributes:
        type: socket type; a union is written with commas; `*` fits everything.
        widget: how a person types the value; None for a pure socket.
        takes_list: the function gets the whole list instead of being mapped over it.
        match: inputs and outputs with the same `match` take one common type.
        raw_link: the function gets the link itself, unresolved.
        options: what else a pack's declaration says, in ComfyUI's option names, for clients.
    """

    name: str
    type: str
    widget: Widget | None = None
    required: bool = True
    lazy: bool = False
    takes_list: bool = False
    raw_link: bool = False
    socket_only: bool = False
    tooltip: str = ""
    match: str = ""
    dynamic: Growing | Variants | None = None
    #: True when a missing value takes the widget's default.
    has_default: bool = False
    reads_files: bool = False
    options: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """One output socket."""

    name: str
    type: str
    is_list: bool = False
    tooltip: str = ""
    match: str = ""


@dataclass(frozen=True)
class NodeSpec:
    """One node type.

    Attributes:
        function: called with the inputs by name; its result becomes the outputs.
        hidden: parameter name -> what the engine passes there: "context", "unique_id", "prompt",
            "extra_pnginfo" or "dynprompt".
        fingerprint: returns what stands for the node's changing part in its cache key.
        validate: returns True or a sentence saying what is wrong; `validates` names its parameters.
        check_lazy: returns the names of lazy inputs that are still needed.
        source: "" for a built-in, else the pack's name.
        code: content identity of the pack's files; built-ins share the engine's.
        instance_of: a class whose instance, kept by node id, the function takes first.
        open_inputs: returns the input of a name that is not declared, or None where it takes none.
        facts: what else a pack's declaration says, as `/object_info` has it.
    """

    id: str
    function: Callable[..., Any]
    inputs: tuple[InputSpec, ...] = ()
    outputs: tuple[OutputSpec, ...] = ()
    title: str = ""
    category: str = ""
    description: str = ""
    is_output: bool = False
    is_async: bool = False
    lane: Lane = "inline"
    version: int = 1
    migrations: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = field(
        default_factory=dict[int, Callable[[dict[str, Any]], dict[str, Any]]]
    )
    hidden: Mapping[str, str] = field(default_factory=dict[str, str])
    fingerprint: Callable[..., Any] | None = None
    validate: Callable[..., Any] | None = None
    validates: frozenset[str] = frozenset()
    check_lazy: Callable[..., Any] | None = None
    is_idempotent: bool = True
    deprecated: bool = False
    experimental: bool = False
    source: str = ""
    code: str = ""
    instance_of: type | None = None
    open_inputs: Callable[[str], InputSpec | None] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @cached_property
    def is_dynamic(self) -> bool:
        """Say whether the set of inputs depends on the document."""
        return self.open_inputs is not None or any(spec.dynamic for spec in self.inputs)

    @cached_property
    def has_matched_types(self) -> bool:
        """Say whether some sockets take a common type."""
        return any(s.match for s in self.inputs) or any(s.match for s in self.outputs)

    @cached_property
    def waits_for_all(self) -> bool:
        """Say whether every linked input must be there before the node can start."""
        return not self.is_dynamic and not any(spec.lazy or spec.raw_link for spec in self.inputs)

    @cached_property
    def file_inputs(self) -> tuple[InputSpec, ...]:
        """Return the inputs whose value names files that the node reads."""
        return tuple(spec for spec in self.inputs if spec.reads_files)

    @cached_property
    def by_name(self) -> dict[str, InputSpec]:
        """Return the declared inputs by name."""
        return {spec.name: spec for spec in self.inputs}

    @cached_property
    def output_types(self) -> frozenset[str]:
        """Return the types that its outputs are declared to have."""
        return frozenset(spec.type for spec in self.outputs)

    @cached_property
    def has_list_outputs(self) -> bool:
        """Say whether some output is a list."""
        return any(spec.is_list for spec in self.outputs)

    @cached_property
    def needs_id_in_key(self) -> bool:
        """Say whether two equal nodes must not share a result."""
        return not self.is_idempotent or "unique_id" in self.hidden.values()

    def inputs_for(self, values: Mapping[str, Any], links: Iterable[str]) -> tuple[InputSpec, ...]:
        """Return the inputs of one node: declared ones, dynamic ones unfolded to dotted names."""
        if not self.is_dynamic:
            return self.inputs
        named = {*values, *links}
        unfolded = [flat for spec in self.inputs for flat in _unfold(spec, values, named)]
        if self.open_inputs is not None:
            more = (self.open_inputs(name) for name in sorted(named - {s.name for s in unfolded}))
            unfolded += [spec for spec in more if spec is not None]
        return tuple(unfolded)


def _unfold(spec: InputSpec, values: Mapping[str, Any], named: set[str]) -> list[InputSpec]:
    match spec.dynamic:
        case Growing() as growing:
            return _unfold_growing(spec, growing, named)
        case Variants() as variants:
            widget = Choice(choices=tuple(variants.options), default=next(iter(variants.options)))
            chooser = replace(spec, type="COMBO", widget=widget, dynamic=None, has_default=True)
            chosen = values.get(spec.name, widget.default)
            fields = _fields(variants, chosen)
            below = [replace(each, name=f"{spec.name}.{each.name}") for each in fields]
            return [chooser, *(flat for each in below for flat in _unfold(each, values, named))]
        case None:
            return [spec]


def _unfold_growing(spec: InputSpec, growing: Growing, named: set[str]) -> list[InputSpec]:
    unfolded: list[InputSpec] = []
    for index, name in enumerate(growing.names_at_most()):
        full = f"{spec.name}.{name}"
        required = spec.required and index < growing.min
        if full in named or required:
            match = spec.match or growing.item.match
            lazy = spec.lazy or growing.item.lazy
            item = replace(growing.item, name=full, required=required, match=match, lazy=lazy)
            unfolded.append(item)
    return unfolded


def nested(spec: NodeSpec, flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs as the function takes them: dotted names of dynamic inputs become dicts.

    `images.image0` becomes `{"images": {"image0": …}}`; a choice `mode` with `mode.strength`
    becomes `{"mode": {"mode": …, "strength": …}}`.
    """
    left = dict(flat)
    dicts = {each.name: _gathered(each, each.name, left) for each in spec.inputs if each.dynamic}
    return left | dicts


def _gathered(spec: InputSpec, path: str, left: dict[str, Any]) -> dict[str, Any]:
    """Take what belongs to a dynamic input out of `left`; `path` is its full name there."""
    found: dict[str, Any] = {}
    if isinstance(spec.dynamic, Variants):
        if path in left:
            found[spec.name] = left.pop(path)
        for each in _fields(spec.dynamic, found.get(spec.name)):
            if each.dynamic:
                found[each.name] = _gathered(each, f"{path}.{each.name}", left)
    below = f"{path}."
    for name in [name for name in left if name.startswith(below)]:
        found[name.removeprefix(below)] = left.pop(name)
    return found


def _fields(variants: Variants, chosen: Any) -> tuple[InputSpec, ...]:
    """Return the inputs that a choice brings; in a node that takes lists, `chosen` is in one."""
    chosen = chosen[0] if isinstance(chosen, list) and chosen else chosen
    return variants.options.get(chosen, ()) if isinstance(chosen, str) else ()
