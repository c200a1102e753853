"""How the methods of a ComfyUI-style class are called, and with what."""

from __future__ import annotations

import asyncio
import inspect
import math
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any, cast

from engine.comfy.running import begin_call, current_call
from engine.declaring.numbers import INT_MAX, INT_MIN
from engine.errors import NodeError, PathError
from engine.packs.border import PLAIN, outward
from engine.packs.v1_results import result_of
from engine.parameters import taken_by
from engine.results import Link, NodeResult

if TYPE_CHECKING:
    from engine.context import Context
    from engine.spec import Lane, NodeSpec

#: The hidden parameter under which adapters get the engine's context; no pack sees it.
CONTEXT = "sfumato context"
_MISSING_IN_LIST = (None,)

Function = Callable[..., Any]


def lane_of(method: Function) -> Lane:
    """Return where a class's method runs: on the device lane, one after the other, as in ComfyUI.

    Such classes share models, devices and globals and count on being alone; only what waits
    (async) runs beside others.
    """
    return "cpu" if inspect.iscoroutinefunction(method) else "device"


@dataclass(slots=True)
class Adapter:
    """Stands between the engine and the methods of one class.

    Attributes:
        method: the name in FUNCTION.
        hidden: parameters that the engine fills in, without the context.
        takes_lists: the class has INPUT_IS_LIST.
        spec: the node type that is made of the class; set once it is made.
    """

    method: str
    hidden: frozenset[str]
    takes_lists: bool
    spec: NodeSpec | None = None

    def function(self, *, is_async: bool) -> Function:
        """Return what calls the method of an instance, its first argument."""

        def call(instance: Any, /, **given: Any) -> Any:
            context: Context = given.pop(CONTEXT)
            token = begin_call(context)
            try:
                returned = getattr(instance, self.method)(**self._outward(given))
            finally:
                current_call.reset(token)
            return self._finished(returned, context)

        async def call_async(instance: Any, /, **given: Any) -> Any:
            context: Context = given.pop(CONTEXT)
            token = begin_call(context)
            try:
                returned = await getattr(instance, self.method)(**self._outward(given))
            finally:
                current_call.reset(token)
            return self._finished(returned, context)

        return call_async if is_async else call

    def check_lazy(self, instance: Any, /, **given: Any) -> list[str]:
        """Ask an instance which lazy inputs it still needs."""
        given.pop(CONTEXT, None)
        check = instance.check_lazy_status
        wanted = ask(check, taken_by(check, self._outward(given)))
        return [wanted] if isinstance(wanted, str) else list(wanted or ())

    def fingerprint(self, own: Function) -> Function:
        """Return what asks IS_CHANGED for the part of the key that stands for the node."""

        def fingerprint(**given: Any) -> Any:
            return key_part(ask(own, taken_by(own, self._constants(given))))

        return fingerprint

    def validate(self, own: Function) -> Function:
        """Return what asks VALIDATE_INPUTS."""

        def validate(**given: Any) -> Any:
            answer = ask(own, self._constants(given))
            return "Its own check says no." if answer is False else answer

        return validate

    def _outward(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return arguments as the pack takes them."""
        if self.takes_lists:
            return {name: self._whole(name, value) for name, value in given.items()}
        for name, value in given.items():
            if type(value) not in PLAIN:
                given[name] = outward(value)
        return given

    def _whole(self, name: str, value: Any) -> Any:
        """Return an argument of a class that takes lists; None is a lazy input not yet made."""
        if name in self.hidden:
            return [value]
        if type(value) is Link:
            return [outward(value)]
        return _MISSING_IN_LIST if value is None else outward(value)

    def _constants(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is known before the run, linked inputs None, as the class takes it."""
        named = {name: value for name, value in given.items() if name != CONTEXT}
        return {name: [value] for name, value in named.items()} if self.takes_lists else named

    def _finished(self, returned: Any, context: Context) -> Any:
        assert self.spec is not None
        result = result_of(self.spec, returned)
        if isinstance(result, NodeResult) and result.ui:
            note_files(context, result.ui)
        return result


def class_function(kind: type, name: str, known: frozenset[str]) -> Function | None:
    """Return a function of a class, however it is declared, or None where there is none.

    A plain one that begins with a parameter that is no input gets the class there, as authors who
    forgot `@classmethod` mean it. One that is no function at all returns itself.
    """
    found = getattr(kind, name, None)
    if found is None:
        return None
    if isinstance(found, property):
        getter = found.fget
        return None if getter is None else lambda: getter(kind)
    if not callable(found):
        return lambda: found
    if not isinstance(inspect.getattr_static(kind, name), FunctionType):
        return cast("Function", found)
    first = next(iter(inspect.signature(found).parameters.values()), None)
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    if first is None or first.kind not in positional or first.name in known:
        return cast("Function", found)
    return found.__get__(kind, type(kind))


def ask(own: Function, given: Mapping[str, Any]) -> Any:
    """Call a pack's function and wait for its answer.

    Raises:
        NodeError: it tried to end the program.
    """
    try:
        answer = own(**given)
        return _awaited(answer) if inspect.iscoroutine(answer) else answer
    except SystemExit as problem:
        raise NodeError("It tried to end the program. A pack must not do that.") from problem


def key_part(value: Any) -> Any:
    """Return what a cache key can hold of a value; NaN, which never matches, where it can not."""
    match value:
        case None | bool() | str() | bytes():
            return value
        case int():
            return int(value) if INT_MIN <= value <= INT_MAX else str(value)
        case float():
            return float(value)
        case list() | tuple():
            return _all_or_none(cast("list[Any]", value))
        case dict():
            return _all_or_none([each for pair in cast("Any", value).items() for each in pair])
        case _:
            return math.nan


def _all_or_none(values: Sequence[Any]) -> Any:
    parts = [key_part(each) for each in values]
    never = any(isinstance(each, float) and math.isnan(each) for each in parts)
    return math.nan if never else parts


def _awaited(answer: Coroutine[Any, Any, Any]) -> Any:
    """Wait for an async check on a thread of its own: this one may have a loop already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, answer).result()


def note_files(context: Context, ui: Mapping[str, Any]) -> None:
    """Note the files that a node shows: its result is reused only while they are there."""
    for items in ui.values():
        for item in items:
            if isinstance(item, dict) and isinstance(item.get("filename"), str):
                path = _shown_file(context, cast("dict[str, Any]", item))
                if path is not None:
                    context.wrote(path)


def _shown_file(context: Context, item: Mapping[str, Any]) -> Path | None:
    kind, subfolder = item.get("type", "output"), item.get("subfolder")
    name = f"{subfolder}/{item['filename']}" if subfolder else item["filename"]
    if kind not in ("output", "temp"):
        return None
    try:
        return context.folders.find(kind, name)
    except PathError:
        return None
