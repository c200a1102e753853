"""Questions are answered here, on threads beside the job, each within its time.

A question that takes too long is answered for its thread, which is left behind and replaced: what
hangs is a pack's own code, and no thread can be ended from outside.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.errors import EngineError, WorkerError
from engine.worker.messages import Answer
from engine.worker.plain import plain
from engine.worker.stuck import overdue, place_of

if TYPE_CHECKING:
    from engine.worker.messages import Ask

#: Questions that are answered at once.
THREADS = 4
#: Threads left behind with which the worker goes on.
MOST_STUCK = 4
#: What Python says where the system gives no thread: packs may leave any number behind.
NO_THREAD = "can't start new thread"
#: How often it is looked whether a pack's function takes too long, seconds.
LOOK_S = 0.5


@dataclass(eq=False)
class _Asked:
    """A question on its way; `thread` answers it once its turn has come."""

    ask: Ask
    late_at: float
    thread: int | None = None
    is_answered: bool = field(default=False)


class Desk:
    """Takes questions and says their answers."""

    def __init__(self, answer: Callable[[Ask], bytes], say: Callable[[Answer], None]) -> None:
        self._answer = answer
        self._say = say
        self._lock = threading.Condition()
        self._waiting: deque[_Asked] = deque()
        self._open: list[_Asked] = []
        self._threads = 0
        self._idle = 0
        self._stuck = 0
        self._is_spent = False
        self._watcher: threading.Thread | None = None

    @property
    def is_worn(self) -> bool:
        """Say whether the process should be replaced: threads hang, or there are no more."""
        return self._is_spent or self._stuck > MOST_STUCK

    def ask(self, ask: Ask) -> None:
        """Take a question; its answer is said within its time."""
        asked = _Asked(ask, time.monotonic() + ask.limit_s)
        with self._lock:
            self._waiting.append(asked)
            self._open.append(asked)
            if self._watcher is None:
                self._watcher = _start(self._watch, "questions-watch")
            self._staff()
            self._lock.notify_all()

    def _staff(self) -> None:
        """Start a thread if one is wanted; the lock is held."""
        if self._idle < len(self._waiting) and self._threads < THREADS:
            self._threads += 1
            self._idle += 1
            _start(self._work, "questions")

    def _work(self) -> None:
        """Answer questions until one takes too long."""
        while True:
            with self._lock:
                while not self._waiting:
                    self._lock.wait()
                asked = self._waiting.popleft()
                asked.thread = threading.get_ident()
                self._idle -= 1
            answer = self._answered(asked.ask)
            if not self._finish(asked, answer):
                return

    def _answered(self, ask: Ask) -> Answer:
        try:
            return Answer(ask.id, self._answer(ask))
        except EngineError as problem:
            return Answer(ask.id, error=plain(problem.as_json()))
        except BaseException as problem:  # noqa: BLE001 a pack may raise anything
            told = f"{type(problem).__name__}: {plain(problem)}"
            self._is_spent |= NO_THREAD in told
            problem = WorkerError(f'The question "{ask.what}" could not be answered: {told}.')
            return Answer(ask.id, error=problem.as_json())

    def _finish(self, asked: _Asked, answer: Answer) -> bool:
        """Say an answer; False where it comes too late and the thread has been replaced."""
        with self._lock:
            if asked.is_answered:
                self._stuck -= 1
                return False
            asked.is_answered = True
            self._open.remove(asked)
            self._idle += 1
        self._say(answer)
        return True

    def _watch(self) -> None:
        while True:
            with self._lock:
                answers = [
                    self._given_up(each, problem)
                    for each in [*self._open]
                    if (problem := _why_late(each)) is not None
                ]
                if not answers:
                    now = time.monotonic()
                    first = min((each.late_at - now for each in self._open), default=None)
                    self._lock.wait(None if first is None else min(first, LOOK_S))
                    continue
            for answer in answers:
                self._say(answer)

    def _given_up(self, asked: _Asked, problem: EngineError) -> Answer:
        """Leave a question behind; the lock is held."""
        asked.is_answered = True
        self._open.remove(asked)
        if asked.thread is None:
            self._waiting.remove(asked)
        else:
            self._stuck += 1
            self._threads -= 1
            self._staff()
        return Answer(asked.ask.id, error=plain(problem.as_json()))


def _why_late(asked: _Asked) -> EngineError | None:
    """Return why a question is answered for its thread, or None while there is time."""
    if asked.thread is not None and (problem := overdue(asked.thread)) is not None:
        return problem
    if asked.late_at > time.monotonic():
        return None
    if asked.thread is None:
        why = "other questions keep the worker busy."
    else:
        place = place_of(asked.thread)
        why = f"{place} does not come back." if place else "it is still being worked on."
    ask = asked.ask
    told = f'The question "{ask.what}" takes longer than {ask.limit_s:g} s: {why}'
    return WorkerError(told, details={"what": ask.what})


def _start(work: Callable[[], None], name: str) -> threading.Thread:
    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    return thread
