"""A node type as the editor gets it: the native JSON form of a `NodeSpec`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from engine.declaring.node_forms import (
    GrowingForm,
    InputForm,
    NodeForm,
    OutputForm,
    VariantsForm,
    WidgetForm,
)
from engine.declaring.numbers import INT_MAX, INT_MIN
from engine.document.large_numbers import as_text
from engine.spec import Growing, InputSpec, NodeSpec, OutputSpec, Variants
from engine.widgets import Bool, Choice, FileChoice, Float, Int, Text, Widget

if TYPE_CHECKING:
    from engine.paths import Folders

#: Options of packs in which V3 and newer V1 declarations say more.
_LABEL, _SEVERAL, _ALIASES = "display_name", "multi_select", "search_aliases"


def described(spec: NodeSpec, folders: Folders | None = None) -> dict[str, Any]:
    """Return a node type in its JSON form, `NodeForm`.

    A list of choices that can not be made is empty, and the node's `problem` says so.
    """
    return _Describing(folders).node(spec)


def described_all(
    specs: Iterable[NodeSpec], folders: Folders | None = None
) -> list[dict[str, Any]]:
    """Return node types in their JSON form; one that can not be described is listed with why."""
    told: list[dict[str, Any]] = []
    for spec in specs:
        try:
            form = described(spec, folders)
            msgspec.json.encode(form)
        except Exception as problem:  # noqa: BLE001 what a pack declares may raise anything when it is read
            told.append(_undescribed(spec, problem))
        else:
            told.append(form)
    return told


def _undescribed(spec: NodeSpec, problem: Exception) -> dict[str, Any]:
    why = f'Node type "{spec.id}" can not be described: {problem}.'
    why = why.encode(errors="backslashreplace").decode()
    title = spec.title if type(spec.title) is str else spec.id
    return _plain(NodeForm(id=spec.id, version=1, title=title, pack=spec.source, problem=why))


def _plain(form: NodeForm) -> dict[str, Any]:
    return msgspec.to_builtins(form, str_keys=True)


class _Describing:
    """One description; `problems` gathers what of it could not be made."""

    def __init__(self, folders: Folders | None) -> None:
        self._folders = folders
        self._problems: list[str] = []

    def node(self, spec: NodeSpec) -> dict[str, Any]:
        inputs = [self.input(each) for each in spec.inputs]
        aliases: Any = spec.facts.get(_ALIASES)
        form = NodeForm(
            id=spec.id,
            version=spec.version,
            title=spec.title or spec.id,
            category=spec.category,
            description=spec.description,
            pack=spec.source,
            inputs=inputs,
            outputs=[_output(each) for each in spec.outputs],
            output=spec.is_output,
            deprecated=spec.deprecated,
            experimental=spec.experimental,
            open_inputs=spec.open_inputs is not None,
            search_words=[str(each) for each in aliases] if isinstance(aliases, list) else [],
            problem=" ".join(self._problems),
        )
        return _plain(form)

    def input(self, spec: InputSpec) -> InputForm:
        options = _json(spec.options)
        is_drawn = spec.widget is not None and spec.dynamic is None
        return InputForm(
            name=spec.name,
            label=str(options.pop(_LABEL, None) or spec.name),
            type=spec.type,
            required=spec.required,
            widget=self._widget(spec, spec.widget) if is_drawn and spec.widget else UNSET,
            tooltip=spec.tooltip,
            lazy=spec.lazy,
            socket_only=spec.socket_only,
            match=spec.match,
            takes_list=spec.takes_list,
            raw_link=spec.raw_link,
            dynamic=self._dynamic(spec.dynamic),
            options=options,
        )

    def _dynamic(
        self, dynamic: Growing | Variants | None
    ) -> GrowingForm | VariantsForm | UnsetType:
        match dynamic:
            case Growing():
                return GrowingForm(
                    item=self.input(dynamic.item),
                    prefix=dynamic.prefix,
                    min=dynamic.min,
                    max=dynamic.max,
                    names=list(dynamic.names),
                )
            case Variants(options=options):
                return VariantsForm(
                    options={key: [self.input(each) for each in it] for key, it in options.items()}
                )
            case None:
                return UNSET

    def _widget(self, spec: InputSpec, widget: Widget) -> WidgetForm:
        match widget:
            case FileChoice():
                return self._file(widget)
            case Choice():
                return self._choice(spec, widget)
            case _:
                return _typed(widget)

    def _file(self, widget: FileChoice) -> WidgetForm:
        folders = self._folders
        names = folders.names(widget.kind, widget.suffixes) if folders is not None else []
        choices = [*names, *widget.also]
        return WidgetForm(
            kind="file",
            default=_first(widget.default, choices),
            choices=choices,
            live=True,
            folder=widget.kind,
            upload=widget.upload,
        )

    def _choice(self, spec: InputSpec, widget: Choice) -> WidgetForm:
        choices = _json(self._choices(spec.name, widget.all))
        is_many = _SEVERAL in spec.options
        place: str = getattr(widget, "place", "")
        return WidgetForm(
            kind="file" if place else "choice",
            default=widget.default or [] if is_many else _first(_json(widget.default), choices),
            choices=choices,
            live=callable(widget.choices),
            many=is_many,
            folder=place,
            upload=getattr(widget, "upload", ""),
        )

    def _choices(self, name: str, ask: Callable[[], list[Any]]) -> list[Any]:
        try:
            return ask()
        except Exception as problem:  # noqa: BLE001 the list of a pack's combo may raise anything
            self._problems.append(f'The choices of "{name}" can not be listed: {problem}.')
            return []


def _typed(widget: Widget) -> WidgetForm:
    match widget:
        case Int():
            return _int(widget)
        case Float():
            return _float(widget)
        case Text(multiline=multiline, dynamic_prompts=dynamic, placeholder=hint):
            form = WidgetForm(kind="text", default=widget.default or "", multiline=multiline)
            return replace(form, dynamic_prompts=dynamic, placeholder=hint)
        case Bool(label_on=on, label_off=off):
            return WidgetForm(kind="bool", default=bool(widget.default), label_on=on, label_off=off)
        case _:
            default = UNSET if widget.default is None else _json(widget.default)
            return WidgetForm(kind="any", default=default)


def _int(widget: Int) -> WidgetForm:
    return WidgetForm(
        kind="int",
        default=as_text(widget.default or 0),
        min=UNSET if widget.min <= INT_MIN else as_text(widget.min),
        max=UNSET if widget.max == INT_MAX else as_text(widget.max),
        step=as_text(widget.step),
        control=widget.control,
        display=widget.display or "",
    )


def _float(widget: Float) -> WidgetForm:
    return WidgetForm(
        kind="float",
        default=widget.default or 0.0,
        min=widget.min if math.isfinite(widget.min) else UNSET,
        max=widget.max if math.isfinite(widget.max) else UNSET,
        step=widget.step,
        round=widget.round or UNSET,
        display=widget.display or "",
    )


def _output(spec: OutputSpec) -> OutputForm:
    return OutputForm(
        name=spec.name,
        type=spec.type,
        is_list=spec.is_list,
        tooltip=spec.tooltip,
        match=spec.match,
    )


def _first(default: Any, choices: Sequence[Any]) -> Any:
    """Return the default, or the first choice where it is none of them."""
    return default if default in choices else next(iter(choices), UNSET)


def _json(value: Any) -> Any:
    """Return what JSON can hold of a value that a pack declared; other objects as their text."""
    match value:
        case None | bool():
            return value
        case float():
            return float(value) if math.isfinite(value) else None
        case int():
            return as_text(int(value))
        case Mapping():
            return {str(key): _json(each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_json(each) for each in value]
        case _:  # an enumeration's member counts as the text that it stands for
            return str.__str__(value) if isinstance(value, str) else str(value)
