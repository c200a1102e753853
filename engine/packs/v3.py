"""V3 node classes (`comfy_api.latest`) as node types of this engine (COMPAT.md D6).

The class is subclassed for a call, so that nothing is left behind in it; `cls.hidden` holds the
hidden values of that call. A subclass without hidden values serves again if it is as it was made.
"""

from __future__ import annotations

import asyncio
import inspect
import traceback
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from engine.comfy.api.base import plain
from engine.comfy.api.dynamic import MatchType
from engine.comfy.api.extension import ComfyExtension
from engine.comfy.api.node import ComfyNode
from engine.comfy.api.schema import HiddenHolder, Schema
from engine.comfy.running import begin_call, current_call
from engine.errors import DeclarationError, PackError
from engine.packs.v1_calls import ask, key_part, lane_of, note_files
from engine.packs.v3_inputs import hidden_of, inputs_of
from engine.packs.v3_values import flat_names, in_lists, node_result, outward_inputs
from engine.results import NodeResult
from engine.shielding.kinds import described
from engine.spec import InputSpec, NodeSpec, OutputSpec, nested
from engine.types import ANY
from engine.widgets import Anything

if TYPE_CHECKING:
    from engine.context import Context
    from engine.packs.pack import Pack
    from engine.results import Blocker

#: Hidden values have names of their own, as an input may be called "prompt" too.
HIDDEN = "hidden."
CONTEXT = f"{HIDDEN}context"
#: What a node's own check gets beside its inputs, if it asks.
INPUT_TYPES = "input_types"

#: What a class holds that was made for a call and that nothing was left behind in.
_UNTOUCHED = len(vars(type("_", (ComfyNode,), {})))
#: Classes that wait for the next call; side by side run few.
_KEPT = 8

T = TypeVar("T")


def is_v3(cls: Any) -> bool:
    """Say whether a class is a V3 node."""
    return isinstance(cls, type) and issubclass(cls, ComfyNode)


def v3_spec(cls: type[ComfyNode], pack: Pack) -> NodeSpec:
    """Return the node type that a V3 class declares.

    Raises:
        DeclarationError: it is declared wrongly; names the file and line.
    """
    try:
        schema = cls.GET_SCHEMA()
        spec = _declared(cls, schema, pack)
    except Exception as problem:
        raise _wrong(cls, pack, problem) from problem
    node = _Node(cls, schema, spec)
    return replace(
        spec,
        function=node.call_async if spec.is_async else node.call,
        fingerprint=node.fingerprint if hasattr(cls, "fingerprint_inputs") else None,
        validate=node.validate if hasattr(cls, "validate_inputs") else None,
        validates=_validated(cls, spec.inputs),
        check_lazy=node.wanted if hasattr(cls, "check_lazy_status") else None,
    )


def extension_nodes(entrypoint: Callable[[], Any]) -> list[type[ComfyNode]]:
    """Return the node classes of a pack's extension; async functions are run to their end.

    Args:
        entrypoint: the pack's `comfy_entrypoint`.

    Raises:
        PackError: it gives something else.
    """
    return _run(_list_nodes(entrypoint))


async def _list_nodes(entrypoint: Callable[[], Any]) -> list[type[ComfyNode]]:
    extension = await _awaited(entrypoint())
    if not isinstance(extension, ComfyExtension):
        raise PackError(
            f"comfy_entrypoint returned {described(extension)}. Return a ComfyExtension."
        )
    await _awaited(extension.on_load())
    listed = await _awaited(extension.get_node_list())
    if not isinstance(listed, (list, tuple)):
        raise PackError(
            f"get_node_list returned {described(listed)}. Return a list of node classes."
        )
    for each in listed:
        if not is_v3(each):
            raise PackError(
                f"get_node_list lists {described(each)}. List classes that inherit io.ComfyNode."
            )
    return list(listed)


async def _awaited(given: Any) -> Any:
    return await given if inspect.isawaitable(given) else given


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine, also where this thread's event loop is busy."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@dataclass(frozen=True, slots=True)
class _Node:
    """A class as the engine calls it."""

    cls: type[ComfyNode]
    schema: Schema
    spec: NodeSpec
    #: what calls without hidden values left of their classes
    _free: list[Any] = field(default_factory=list[Any])

    def call(self, **given: Any) -> NodeResult | Blocker:
        """Run the node."""
        context: Context = given.pop(CONTEXT)
        node = self._clone(given)
        token = begin_call(context)
        try:
            returned = node.execute(**outward_inputs(self.spec, given))
        finally:
            current_call.reset(token)
        self._give_back(node)
        return self._finished(returned, context)

    async def call_async(self, **given: Any) -> NodeResult | Blocker:
        """Run the node; others run while it waits."""
        context: Context = given.pop(CONTEXT)
        node = self._clone(given)
        token = begin_call(context)
        try:
            returned = await node.execute(**outward_inputs(self.spec, given))
        finally:
            current_call.reset(token)
        self._give_back(node)
        return self._finished(returned, context)

    def _finished(self, returned: Any, context: Context) -> NodeResult | Blocker:
        result = node_result(self.spec, self.schema, returned)
        if isinstance(result, NodeResult) and result.ui:
            note_files(context, result.ui)
        return result

    def wanted(self, **given: Any) -> list[str]:
        """Say which lazy inputs are still needed."""
        given.pop(CONTEXT, None)
        node = self._clone(given)
        return list(ask(node.check_lazy_status, outward_inputs(self.spec, given)) or ())

    def fingerprint(self, **given: Any) -> Any:
        """Say what stands for the node's changing part."""
        given.pop(CONTEXT, None)
        node = self._clone(given)
        return key_part(ask(node.fingerprint_inputs, self._listed(given)))

    def validate(self, **given: Any) -> Any:
        """Say whether the values are accepted; dotted names become dicts."""
        types = given.pop(INPUT_TYPES, None)
        inputs = self._listed(given)
        inputs = nested(self.spec, inputs) if self.spec.is_dynamic else inputs
        inputs |= {} if types is None else {INPUT_TYPES: types}
        answer = ask(self._clone({}).validate_inputs, inputs)
        return "Its own check says no." if answer is False else answer

    def _clone(self, given: dict[str, Any]) -> Any:
        """Return a class for one call; takes the hidden values out of `given`."""
        try:
            clone = self._free.pop()
        except IndexError:  # none, or another thread was quicker
            clone = None
        if clone is not None and len(vars(clone)) == _UNTOUCHED:
            return clone
        members: dict[str, Any] = {"__module__": self.cls.__module__}
        if self.schema.hidden:
            names = [name for name in given if name.startswith(HIDDEN)]
            values = {name.removeprefix(HIDDEN): given.pop(name) for name in names}
            members["hidden"] = HiddenHolder(**values)
        return type(self.cls.__name__, (self.cls,), members)

    def _give_back(self, clone: Any) -> None:
        """Let another call have a class, which nobody can tell from a fresh one."""
        if not self.schema.hidden and len(self._free) < _KEPT:
            self._free.append(clone)

    def _listed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return constants as a node that takes lists gets them."""
        if not self.schema.is_input_list:
            return dict(given)
        known = self.spec.by_name
        return {name: in_lists(known.get(name), value) for name, value in given.items()}


def _declared(cls: type[ComfyNode], schema: Schema, pack: Pack) -> NodeSpec:
    """Return the node type without the functions that are called."""
    hidden = {f"{HIDDEN}{name}": name for name in hidden_of(schema)}
    return NodeSpec(
        id=schema.node_id,
        function=cls.execute,
        inputs=inputs_of(cls, schema),
        outputs=tuple(_output(each) for each in schema.outputs),
        title=schema.display_name or schema.node_id,
        category=schema.category,
        description=schema.description or "",
        is_output=schema.is_output_node,
        is_async=inspect.iscoroutinefunction(cls.execute),
        lane=lane_of(cls.execute),
        hidden={**hidden, CONTEXT: "context"},
        is_idempotent=not schema.not_idempotent,
        deprecated=schema.is_deprecated,
        experimental=schema.is_experimental,
        source=pack.name,
        code=pack.code,
        open_inputs=_any_input if schema.accept_all_inputs else None,
        facts=_facts(schema),
    )


def _output(declared: Any) -> OutputSpec:
    name = declared.display_name or declared.io_type
    tooltip = declared.tooltip or ""
    if isinstance(declared, MatchType.Output):
        template = declared.template
        name = declared.display_name or template.type
        match = template.template_id
        return OutputSpec(name, template.type, declared.is_output_list, tooltip, match)
    return OutputSpec(name, declared.io_type, declared.is_output_list, tooltip)


def _any_input(name: str) -> InputSpec:
    return InputSpec(name, ANY, Anything(), required=False)


def _facts(schema: Schema) -> dict[str, Any]:
    """Return what else clients are told of the node."""
    told = {
        "api_node": schema.is_api_node,
        "dev_only": schema.is_dev_only,
        "search_aliases": list(schema.search_aliases),
        "essentials_category": schema.essentials_category,
        "price_badge": plain(schema.price_badge),
    }
    return {name: value for name, value in told.items() if value}


def _validated(cls: Any, inputs: tuple[InputSpec, ...]) -> frozenset[str]:
    """Return the inputs that the node checks itself: those it names, or all by `**`."""
    if not hasattr(cls, "validate_inputs"):
        return frozenset()
    parameters = inspect.signature(cls.validate_inputs).parameters.values()
    every = flat_names(inputs)
    if any(each.kind is each.VAR_KEYWORD for each in parameters):
        return frozenset({*every, *(each.name for each in parameters if each.name == INPUT_TYPES)})
    names = {each.name for each in parameters}
    return frozenset({*names, *(each for each in every if each.partition(".")[0] in names)})


def _wrong(cls: type, pack: Pack, problem: Exception) -> DeclarationError:
    """Name the place of a node class whose schema can not be used: in the pack, the innermost."""
    file, line = _place(cls, pack)
    for frame in traceback.extract_tb(problem.__traceback__):
        if Path(frame.filename).is_relative_to(pack.path):
            file, line = frame.filename, frame.lineno or 0
    kind = "" if isinstance(problem, ValueError) else f"{type(problem).__name__}: "
    what = f"{kind}{problem}".rstrip(".")
    return DeclarationError(
        f'Node class "{cls.__qualname__}" ({file}:{line}) is declared wrongly: {what}.',
        details={"file": file, "line": line},
    )


def _place(cls: type, pack: Pack) -> tuple[str, int]:
    """Return where a class declares its schema."""
    declare = getattr(getattr(cls, "define_schema", None), "__func__", None)
    code = getattr(declare, "__code__", None)
    return (code.co_filename, code.co_firstlineno) if code else (str(pack.path), 0)
