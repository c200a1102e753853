"""A plain ComfyUI node class becomes a `NodeSpec` (COMPAT.md D2)."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from engine.errors import DeclarationError
from engine.packs.v1_calls import CONTEXT, Adapter, ask, class_function, lane_of
from engine.packs.v1_inputs import Inputs, Reading, plain_options
from engine.packs.v1_types import type_name
from engine.running.asking import CHOICES_S, asking
from engine.spec import NodeSpec, OutputSpec

if TYPE_CHECKING:
    from engine.packs.pack import Pack

#: The attribute of a class -> the key of `/object_info` that shows it.
_FACTS = {
    "API_NODE": "api_node",
    "SEARCH_ALIASES": "search_aliases",
    "DEV_ONLY": "dev_only",
    "ESSENTIALS_CATEGORY": "essentials_category",
}
_GROUPS = ("required", "optional", "hidden")


def v1_spec(type_id: str, cls: type, title: str, pack: Pack) -> NodeSpec:
    """Return the node type that a class of a pack declares.

    Args:
        type_id: its key in NODE_CLASS_MAPPINGS.
        cls: the class.
        title: its name for people.
        pack: whose it is.

    Raises:
        DeclarationError: the class can not be read as a node; `details` has file and line.
    """
    return _Declaration(type_id, cls, title or type_id, pack).spec()


@dataclass(frozen=True)
class _Declaration:
    type_id: str
    cls: type
    title: str
    pack: Pack

    def spec(self) -> NodeSpec:
        inputs = self._inputs()
        method = self._method()
        known = frozenset({each.name for each in inputs.sockets} | inputs.hidden.keys())
        adapter = Adapter(self._get("FUNCTION"), frozenset(inputs.hidden), self._takes_lists)
        function = adapter.function(is_async=inspect.iscoroutinefunction(method))
        function.__module__, function.__qualname__ = self.cls.__module__, self.cls.__qualname__
        fingerprint = class_function(self.cls, "IS_CHANGED", known)
        validate = class_function(self.cls, "VALIDATE_INPUTS", known | {"input_types"})
        category = self._get("CATEGORY")
        adapter.spec = NodeSpec(
            id=self.type_id,
            function=function,
            inputs=inputs.sockets,
            outputs=self._outputs(),
            title=self.title,
            category=category if isinstance(category, str) else "sd",
            description=str(self._get("DESCRIPTION") or ""),
            is_output=self._get("OUTPUT_NODE") is True,
            is_async=inspect.iscoroutinefunction(function),
            lane=lane_of(function),
            hidden={**inputs.hidden, CONTEXT: "context"},
            fingerprint=adapter.fingerprint(fingerprint) if fingerprint else None,
            validate=adapter.validate(validate) if validate else None,
            validates=_taken(validate, known) if validate else frozenset(),
            check_lazy=self._check_lazy(adapter),
            is_idempotent=not self._get("NOT_IDEMPOTENT"),
            deprecated=bool(self._get("DEPRECATED")),
            experimental=bool(self._get("EXPERIMENTAL")),
            source=self.pack.name,
            code=self.pack.code,
            instance_of=self.cls,
            open_inputs=inputs.open,
            facts=self._facts(),
        )
        return adapter.spec

    @property
    def _takes_lists(self) -> bool:
        return bool(self._get("INPUT_IS_LIST"))

    def _get(self, name: str) -> Any:
        return getattr(self.cls, name, None)

    def _inputs(self) -> Inputs:
        ask_inputs = class_function(self.cls, "INPUT_TYPES", frozenset())
        if ask_inputs is None:
            raise self._wrong("has no INPUT_TYPES, which says what it takes")
        told = f'Node type "{self.type_id}" is asked what it takes'

        def asked() -> Any:
            with asking(told, CHOICES_S):
                return ask(ask_inputs, {})

        try:
            declared = asked()
        except Exception as problem:
            raised = f"{type(problem).__name__}: {problem}".removeprefix("NodeError: ")
            what = f"can not say what it takes: {raised.rstrip('. ')}"
            raise self._wrong(what, "INPUT_TYPES", problem) from problem
        if not isinstance(declared, dict):
            what = f"returns {type(cast('object', declared)).__name__} from INPUT_TYPES; return a "
            raise self._wrong(what + 'dict with "required" and "optional"', "INPUT_TYPES")
        given = cast("dict[str, Any]", declared)
        for group in _GROUPS:
            if not isinstance(given.get(group) or {}, dict):
                raise self._wrong(f'has no dict under "{group}" in INPUT_TYPES', "INPUT_TYPES")
        is_fingerprinted = self._get("IS_CHANGED") is not None
        return Reading(asked, self._takes_lists, is_fingerprinted).inputs(given)

    def _method(self) -> Callable[..., Any]:
        name = self._get("FUNCTION")
        if not isinstance(name, str):
            raise self._wrong("has no FUNCTION, the name of the method that does its work")
        method = getattr(self.cls, name, None)
        if not callable(method):
            raise self._wrong(f'names the method "{name}" as FUNCTION, but has no such method')
        return method

    def _outputs(self) -> tuple[OutputSpec, ...]:
        types = self._get("RETURN_TYPES")
        if not isinstance(types, (tuple, list)):
            shown = "no RETURN_TYPES" if types is None else f"{types!r} as RETURN_TYPES, no tuple"
            fix = f'write ("{types}",)' if isinstance(types, str) else "write () for no outputs"
            raise self._wrong(f"has {shown}; {fix}")
        kinds = [type_name(each) for each in cast("Sequence[Any]", types)]
        names = _spread(self._get("RETURN_NAMES"), len(kinds), str)
        lists = _spread(self._get("OUTPUT_IS_LIST"), len(kinds), bool)
        tooltips = _spread(self._get("OUTPUT_TOOLTIPS"), len(kinds), str)
        return tuple(
            OutputSpec(str(name or kind), kind, bool(is_list), str(tooltip or ""))
            for kind, name, is_list, tooltip in zip(kinds, names, lists, tooltips, strict=True)
        )

    def _check_lazy(self, adapter: Adapter) -> Callable[..., Any] | None:
        if not callable(self._get("check_lazy_status")):
            return None

        def check_lazy(instance: Any, /, **given: Any) -> list[str]:
            return adapter.check_lazy(instance, **given)

        return check_lazy

    def _facts(self) -> dict[str, Any]:
        said = {key: self._get(name) for name, key in _FACTS.items()}
        return plain_options({key: value for key, value in said.items() if value is not None})

    def _wrong(
        self, what: str, name: str = "", cause: BaseException | None = None
    ) -> DeclarationError:
        file, line = self._place(name, cause)
        return DeclarationError(
            f'Node class "{self.cls.__qualname__}" ({file}:{line}) {what}.',
            details={"file": file, "line": line, "type": self.type_id},
        )

    def _place(self, name: str, cause: BaseException | None) -> tuple[str, int]:
        """Return where in the pack it is wrong: what raised, the method, or the class."""
        for frame in reversed(traceback.extract_tb(cause.__traceback__) if cause else []):
            if Path(frame.filename).is_relative_to(self.pack.path):
                return frame.filename, frame.lineno or 0
        found: Any = self._get(name) if name else None
        found = getattr(found, "__func__", found)
        code = getattr(found, "__code__", None)
        if code is not None:
            return code.co_filename, code.co_firstlineno
        try:
            file = inspect.getsourcefile(self.cls) or str(self.pack.path)
            return file, inspect.findsource(self.cls)[1] + 1
        except (OSError, TypeError):
            return str(self.pack.path), 0


def _spread(given: Any, count: int, alone: type) -> list[Any]:
    """Return one entry an output; fewer are filled up, one without its tuple is one for all."""
    if isinstance(given, alone):
        given = [given] * (count if alone is bool else 1)
    listed = list(cast("Sequence[Any]", given)) if isinstance(given, (list, tuple)) else []
    return [*listed, *[None] * count][:count]


def _taken(validate: Callable[..., Any], known: frozenset[str]) -> frozenset[str]:
    """Return what a class's own check names; by `**` it takes every input."""
    parameters = inspect.signature(validate).parameters.values()
    if any(each.kind is each.VAR_KEYWORD for each in parameters):
        return known | (frozenset({each.name for each in parameters}) & {"input_types"})
    return frozenset(each.name for each in parameters) & (known | {"input_types"})
