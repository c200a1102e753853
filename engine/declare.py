"""`@node`: a function becomes a `NodeSpec` by its signature and docstring."""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, Union, cast

from engine.context import Context
from engine.errors import DeclarationError
from engine.results import NodeResult
from engine.spec import Growing, InputSpec, Lane, NodeSpec, OutputSpec, Variants
from engine.types import ANY, SOCKET_TYPES, Socket
from engine.widgets import WIDGETS, Anything, Widget

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Match:
    """Marks sockets that take one common type, whatever it is."""

    name: str


@dataclass(frozen=True, slots=True)
class Hidden:
    """Marks a parameter that the engine fills: "unique_id", "prompt" or "extra_pnginfo"."""

    what: str


@dataclass(frozen=True, slots=True)
class _Annotation:
    """An annotation taken apart."""

    base: Any
    marks: tuple[Any, ...] = ()
    is_optional: bool = False
    is_list: bool = False

    def mark(self, kind: type[Any]) -> Any:
        return next((mark for mark in self.marks if isinstance(mark, kind)), None)


def node(
    *,
    category: str,
    title: str = "",
    id: str = "",  # noqa: A002 the document's word
    output: bool = False,
    lane: Lane = "cpu",
    lazy: set[str] | frozenset[str] = frozenset(),
    version: int = 1,
    migrations: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] | None = None,
    fingerprint: Callable[..., Any] | None = None,
    validate: Callable[..., Any] | None = None,
    check_lazy: Callable[..., Any] | None = None,
    sockets: set[str] | frozenset[str] = frozenset(),
    raw_links: set[str] | frozenset[str] = frozenset(),
    is_idempotent: bool = True,
    deprecated: bool = False,
    experimental: bool = False,
) -> Callable[[Function], Function]:
    """Declare a node; the function itself stays callable.

    Args:
        category: place in the menus, with slashes.
        title: name for people; made from the function's name where empty.
        id: type name in documents; the title without spaces where empty.
        output: the node shows or saves something, so it is a reason to run.
        lane: where it runs. "inline" is for work of microseconds.
        lazy: inputs that are evaluated only when `check_lazy` names them.
        version: raise it when inputs change their meaning, with a migration from each before.
        migrations: version -> function from that version's values to the next one's.
        fingerprint: gets the values; what it returns replaces file contents in the cache key.
        validate: gets the values it names; returns True or what is wrong.
        check_lazy: gets the inputs there are; returns the names of those still needed.
        sockets: inputs that show no widget although their type has one.
        raw_links: inputs that get the link itself instead of its value.
        is_idempotent: False where two equal nodes must not share a result.

    Raises:
        DeclarationError: the signature cannot be read as a node.
    """

    def declare(function: Function) -> Function:
        hints = _hints(function)
        texts = _parse_docstring(inspect.getdoc(function) or "")
        inputs, hidden = _read_parameters(function, hints, texts.arguments)
        named = _title_of(function) if not title else title
        spec = NodeSpec(
            id=id or named.replace(" ", ""),
            function=function,
            inputs=tuple(
                replace(
                    each,
                    lazy=each.name in lazy,
                    raw_link=each.name in raw_links,
                    socket_only=each.name in sockets,
                )
                for each in inputs
            ),
            outputs=_read_outputs(hints.get("return", inspect.Parameter.empty), function),
            title=named,
            category=category,
            description=texts.summary,
            is_output=output,
            is_async=inspect.iscoroutinefunction(function),
            lane=lane,
            version=version,
            migrations=migrations or {},
            hidden=hidden,
            fingerprint=fingerprint,
            validate=validate,
            validates=_parameter_names(validate),
            check_lazy=check_lazy,
            is_idempotent=is_idempotent,
            deprecated=deprecated,
            experimental=experimental,
        )
        _check_names(spec, {"lazy": lazy, "sockets": sockets, "raw_links": raw_links})
        cast("Any", function).spec = spec
        return function

    return declare


def specs_in(module: types.ModuleType) -> list[NodeSpec]:
    """Return the nodes that a module declares, in the order of its source."""
    functions = [each for each in vars(module).values() if isinstance(each, types.FunctionType)]
    found = (getattr(function, "spec", None) for function in functions)
    return [
        spec
        for spec in found
        if isinstance(spec, NodeSpec) and spec.function.__module__ == module.__name__
    ]


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except (NameError, TypeError) as problem:
        raise _wrong(function, f"has an annotation that cannot be read: {problem}") from problem


def _wrong(function: Callable[..., Any], what: str) -> DeclarationError:
    code = getattr(function, "__code__", None)
    where = f"{code.co_filename}:{code.co_firstlineno}" if code else function.__module__
    return DeclarationError(f'Node "{function.__qualname__}" ({where}) {what}.')


def _title_of(function: Callable[..., Any]) -> str:
    return function.__name__.replace("_", " ").title()


def _parameter_names(function: Callable[..., Any] | None) -> frozenset[str]:
    return frozenset(inspect.signature(function).parameters) if function else frozenset()


def _check_names(spec: NodeSpec, given: Mapping[str, set[str] | frozenset[str]]) -> None:
    for fact, names in given.items():
        if unknown := names - spec.by_name.keys():
            raise _wrong(
                spec.function, f"lists {sorted(unknown)} in {fact}=, which it does not take"
            )


def _read_parameters(
    function: Callable[..., Any], hints: Mapping[str, Any], tooltips: Mapping[str, str]
) -> tuple[list[InputSpec], dict[str, str]]:
    inputs: list[InputSpec] = []
    hidden: dict[str, str] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in hints:
            raise _wrong(function, f'does not say the type of "{name}"; annotate it')
        taken = _take_apart(hints[name])
        if taken.base is Context:
            hidden[name] = "context"
        elif mark := taken.mark(Hidden):
            hidden[name] = mark.what
        else:
            inputs.append(_read_input(function, parameter, taken, tooltips.get(name, "")))
    return inputs, hidden


def _take_apart(annotation: Any) -> _Annotation:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        base, *marks = typing.get_args(annotation)
        inner = _take_apart(base)
        return replace(inner, marks=(*inner.marks, *marks))
    if origin in (Union, types.UnionType):
        rest = [each for each in typing.get_args(annotation) if each is not type(None)]
        if len(rest) == 1:
            return replace(_take_apart(rest[0]), is_optional=True)
    if origin is list:
        return replace(_take_apart(typing.get_args(annotation)[0]), is_list=True)
    return _Annotation(annotation)


def _read_input(
    function: Callable[..., Any], parameter: inspect.Parameter, taken: _Annotation, tooltip: str
) -> InputSpec:
    dynamic = taken.mark(Growing) or taken.mark(Variants)
    match = taken.mark(Match)
    has_python_default = parameter.default is not inspect.Parameter.empty
    widget = cast("Widget | None", _widget_of(taken))
    if widget is not None and has_python_default and parameter.default is not None:
        widget = replace(cast("Any", widget), default=parameter.default)
    type_ = _type_of(taken, widget) if not dynamic else _dynamic_type(dynamic)
    if type_ is None:
        raise _wrong(function, f'takes "{parameter.name}" of a type that is no socket type')
    return InputSpec(
        name=parameter.name,
        type=type_,
        widget=widget,
        required=not (taken.is_optional or parameter.default is None),
        takes_list=taken.is_list,
        tooltip=tooltip,
        match=match.name if match else "",
        dynamic=dynamic,
        has_default=widget is not None and widget.default is not None,
        reads_files=getattr(widget, "reads_files", False),
    )


def _dynamic_type(dynamic: Growing | Variants) -> str:
    return dynamic.item.type if isinstance(dynamic, Growing) else "COMBO"


def _widget_of(taken: _Annotation) -> Any:
    for mark in taken.marks:
        if hasattr(mark, "check") and hasattr(mark, "options"):
            return mark
    if taken.base in WIDGETS:
        return WIDGETS[taken.base]()
    return Anything(type=ANY) if taken.base is Any and taken.mark(Socket) is None else None


def _type_of(taken: _Annotation, widget: Widget | None) -> str | None:
    if socket := taken.mark(Socket):
        return socket.type
    if widget is not None:
        return widget.type
    if taken.mark(Match):
        return ANY
    return SOCKET_TYPES.get(taken.base) if isinstance(taken.base, type) else None


def _read_outputs(annotation: Any, function: Callable[..., Any]) -> tuple[OutputSpec, ...]:
    if annotation is inspect.Parameter.empty:
        raise _wrong(function, "does not say what it returns; annotate the return value")
    if annotation in (None, type(None), NodeResult):
        return ()
    fields = getattr(annotation, "_fields", None)
    if fields is not None:
        hints = typing.get_type_hints(annotation, include_extras=True)
        return tuple(_read_output(function, name, hints[name]) for name in fields)
    if typing.get_origin(annotation) is tuple:
        each = typing.get_args(annotation)
        return tuple(_read_output(function, "", part) for part in each)
    return (_read_output(function, "", annotation),)


def _read_output(function: Callable[..., Any], name: str, annotation: Any) -> OutputSpec:
    taken = _take_apart(annotation)
    type_ = ANY if taken.base is Any else None
    type_ = _type_of(taken, cast("Widget | None", _widget_of(taken))) or type_
    if type_ is None:
        raise _wrong(function, f"returns {annotation}, which is no socket type")
    match = taken.mark(Match)
    return OutputSpec(name or type_, type_, taken.is_list, "", match.name if match else "")


@dataclass(frozen=True, slots=True)
class _Texts:
    summary: str
    arguments: Mapping[str, str]


def _parse_docstring(text: str) -> _Texts:
    """Split a docstring into what comes before `Args:` and the text of each argument."""
    summary, _, rest = text.partition("\nArgs:\n")
    arguments: dict[str, str] = {}
    name = ""
    for line in rest.splitlines():
        if line and not line.startswith(" "):
            break
        if found := re.match(r" {4}(\w+): (.*)", line):
            name = found[1]
            arguments[name] = found[2].strip()
        elif name and line.strip():
            arguments[name] += " " + line.strip()
    return _Texts(summary.strip(), arguments)
