"""Which questions there are, and how one is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from engine.errors import BadRequest, TooLarge
from engine.worker.plain import plain

if TYPE_CHECKING:
    from engine.engine import Engine

F = TypeVar("F", bound=Callable[..., Any])

#: Bytes of an answer, at most.
LARGEST = 128 * 2**20
#: name -> function of the engine and of what was given, by keyword
QUESTIONS: dict[str, Callable[..., Any]] = {}


def question(name: str) -> Callable[[F], F]:
    """Enter a function under a name."""

    def enter(function: F) -> F:
        QUESTIONS[name] = function
        return function

    return enter


def answer(engine: Engine, what: str, given: Mapping[str, Any]) -> bytes:
    """Return the answer to a question as JSON.

    Raises:
        BadRequest: there is no such question.
        EngineError: it has no answer.
    """
    if (function := QUESTIONS.get(what)) is None:
        known = ", ".join(f'"{each}"' for each in sorted(QUESTIONS))
        raise BadRequest(f'There is no question "{what}". There are {known}.')
    result = function(engine, **given)
    try:
        told = msgspec.json.encode(result)
    except (TypeError, ValueError, OverflowError):  # what a pack declares may be no data
        told = msgspec.json.encode(plain(result))
    if len(told) > LARGEST:
        raise TooLarge(f'The answer to "{what}" has {len(told) / 2**20:.0f} MB. Ask for less.')
    return told
