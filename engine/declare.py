"""`@node`: a function becomes a `NodeSpec` by its signature and docstring."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from engine.context import Context
from engine.declaring.annotations import (
    HIDDEN,
    Annotation,
    Hidden,
    Match,
    dynamic_type,
    take_apart,
    type_of,
    widget_of,
)
from engine.declaring.docstrings import parse_docstring
from engine.errors import DeclarationError
from engine.results import NodeResult
from engine.spec import Growing, InputSpec, Lane, NodeSpec, OutputSpec, Variants
from engine.types import ANY
from engine.widgets import Choice, Unfit, Widget, listed

Function = TypeVar("Function", bound=Callable[..., Any])

_VARIADIC = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
_MARK_IT = 'mark it: Annotated[..., Socket("NAME")]'


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
    more: Sequence[InputSpec] = (),
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
        more: inputs behind the others whose names no parameter can have; the function takes `**`.

    Raises:
        DeclarationError: the signature cannot be read as a node.
    """

    def declare(function: Function) -> Function:
        hints = _hints(function)
        texts = parse_docstring(inspect.getdoc(function) or "")
        inputs, hidden = _read_parameters(function, hints, texts.arguments, takes_more=bool(more))
        inputs += more
        named = title or _title_of(function)
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
            validates=_named_inputs(validate, inputs),
            check_lazy=check_lazy,
            is_idempotent=is_idempotent,
            deprecated=deprecated,
            experimental=experimental,
        )
        names = {"lazy": lazy, "sockets": sockets, "raw_links": raw_links}
        _check_facts(spec, {**names, "validate": _needed_names(validate)})
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
    except (AttributeError, NameError, SyntaxError, TypeError) as problem:
        raise _wrong(function, f"has an annotation that cannot be read: {problem}") from problem


def _wrong(function: Callable[..., Any], what: str) -> DeclarationError:
    code = getattr(function, "__code__", None)
    where = f"{code.co_filename}:{code.co_firstlineno}" if code else function.__module__
    return DeclarationError(f'Node "{function.__qualname__}" ({where}) {what}.')


def _title_of(function: Callable[..., Any]) -> str:
    return function.__name__.replace("_", " ").title()


def _named_inputs(check: Callable[..., Any] | None, inputs: list[InputSpec]) -> frozenset[str]:
    """Return what a node's own check takes: the inputs that it names, or all by `**`."""
    parameters = inspect.signature(check).parameters.values() if check else ()
    names = {each.name for each in parameters if each.kind not in _VARIADIC}
    takes_all = any(each.kind is each.VAR_KEYWORD for each in parameters)
    return frozenset(names | {each.name for each in inputs if takes_all})


def _needed_names(check: Callable[..., Any] | None) -> frozenset[str]:
    """Return the inputs that a node's own check cannot do without."""
    parameters = inspect.signature(check).parameters.values() if check else ()
    needed = (each for each in parameters if each.default is each.empty)
    return frozenset(each.name for each in needed if each.kind not in _VARIADIC) - {"input_types"}


def _check_facts(spec: NodeSpec, given: Mapping[str, set[str] | frozenset[str]]) -> None:
    for fact, names in given.items():
        if unknown := names - spec.by_name.keys():
            raise _wrong(
                spec.function,
                f"lists {listed(sorted(unknown))} in {fact}=, which it does not take; "
                f"it takes {listed(spec.by_name)}",
            )
    if spec.lane not in typing.get_args(Lane):
        lanes = ", ".join(typing.get_args(Lane))
        raise _wrong(spec.function, f'runs on the lane "{spec.lane}"; there are {lanes}')


def _read_parameters(
    function: Callable[..., Any],
    hints: Mapping[str, Any],
    tooltips: Mapping[str, str],
    *,
    takes_more: bool,
) -> tuple[list[InputSpec], dict[str, str]]:
    inputs: list[InputSpec] = []
    hidden: dict[str, str] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if takes_more and parameter.kind is parameter.VAR_KEYWORD:
            continue
        if name not in hints:
            raise _wrong(function, f'does not say the type of "{name}"; annotate it')
        if stars := _VARIADIC.get(parameter.kind):
            raise _wrong(function, f'takes "{stars}{name}"; name each input, or make it Growing')
        taken = take_apart(hints[name])
        if taken.base is Context:
            hidden[name] = "context"
        elif mark := taken.mark(Hidden):
            if mark.what not in HIDDEN:
                there = ", ".join(HIDDEN)
                raise _wrong(function, f'hides "{mark.what}" in "{name}"; there are {there}')
            hidden[name] = mark.what
        else:
            inputs.append(_read_input(function, parameter, taken, tooltips.get(name, "")))
    return inputs, hidden


def _read_input(
    function: Callable[..., Any], parameter: inspect.Parameter, taken: Annotation, tooltip: str
) -> InputSpec:
    dynamic = taken.mark(Growing) or taken.mark(Variants)
    match = taken.mark(Match)
    has_python_default = parameter.default is not inspect.Parameter.empty
    widget = cast("Widget | None", widget_of(taken))
    if widget is not None and has_python_default:
        default = _checked_default(function, parameter, widget)
        widget = replace(cast("Any", widget), default=default)
    type_ = type_of(taken, widget) if not dynamic else dynamic_type(dynamic)
    if type_ is None:
        raise _wrong(
            function, f'takes "{parameter.name}" of a type that is no socket type; {_MARK_IT}'
        )
    has_default = widget is not None and widget.default is not None
    return InputSpec(
        name=parameter.name,
        type=type_,
        widget=widget,
        required=not (taken.is_optional or (has_python_default and not has_default)),
        takes_list=taken.is_list,
        tooltip=tooltip,
        match=match.name if match else "",
        dynamic=dynamic,
        has_default=has_default,
        reads_files=getattr(widget, "reads_files", False),
    )


def _checked_default(
    function: Callable[..., Any], parameter: inspect.Parameter, widget: Widget
) -> Any:
    """Return a parameter's default in its canonical form; None is none."""
    is_known_later = isinstance(widget, Choice) and callable(widget.choices)
    if parameter.default is None or is_known_later:
        return parameter.default
    try:
        return widget.check(parameter.default, None)
    except Unfit as unfit:
        what = f'gives "{parameter.name}" the default {parameter.default}'
        raise _wrong(function, f"{what}; it takes {unfit.expected}") from unfit


def _read_outputs(annotation: Any, function: Callable[..., Any]) -> tuple[OutputSpec, ...]:
    if annotation is inspect.Parameter.empty:
        raise _wrong(function, "does not say what it returns; annotate the return value")
    if annotation in (None, type(None), NodeResult):
        return ()
    if typing.get_origin(annotation) is NodeResult:
        return _read_outputs(typing.get_args(annotation)[0], function)
    fields = getattr(annotation, "_fields", None)
    if fields is not None:
        hints = _hints(annotation)
        return tuple(_read_output(function, name, hints[name]) for name in fields)
    if typing.get_origin(annotation) is tuple:
        each = typing.get_args(annotation)
        return tuple(_read_output(function, "", part) for part in each)
    return (_read_output(function, "", annotation),)


def _read_output(function: Callable[..., Any], name: str, annotation: Any) -> OutputSpec:
    taken = take_apart(annotation)
    type_ = ANY if taken.base is Any else None
    type_ = type_of(taken, cast("Widget | None", widget_of(taken))) or type_
    if type_ is None:
        raise _wrong(function, f"returns {annotation}, which is no socket type; {_MARK_IT}")
    match = taken.mark(Match)
    return OutputSpec(name or type_, type_, taken.is_list, "", match.name if match else "")
