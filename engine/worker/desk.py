"""Questions are answered here, on threads beside the job, each within its time.

A question that takes too long is answered for its thread, which is left behind and replaced: what
hangs is a pack's own code, and no thread can be ended from outside.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import EngineError, WorkerError
from engine.packs.discovery import ENTRANCE
from engine.registry import PACK_PREFIX
from engine.worker.messages import Answer
from engine.worker.plain import plain

if TYPE_CHECKING:
    from types import FrameType

    from engine.worker.messages import Ask

#: Questions that are answered at once.
THREADS = 4
#: Threads left behind with which the worker goes on.
MOST_STUCK = 4


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
        self._watcher: threading.Thread | None = None

    @property
    def is_worn(self) -> bool:
        """Say whether so many threads hang that the process should be replaced."""
        return self._stuck > MOST_STUCK

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
                now = time.monotonic()
                late = [each for each in self._open if each.late_at <= now]
                if not late:
                    first = min((each.late_at for each in self._open), default=None)
                    self._lock.wait(None if first is None else first - now)
                    continue
                answers = [self._given_up(each) for each in late]
            for answer in answers:
                self._say(answer)

    def _given_up(self, asked: _Asked) -> Answer:
        """Leave a question behind; the lock is held."""
        asked.is_answered = True
        self._open.remove(asked)
        ask = asked.ask
        if asked.thread is None:
            self._waiting.remove(asked)
            why = "other questions keep the worker busy."
        else:
            self._stuck += 1
            self._threads -= 1
            self._staff()
            frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage] public in name only
            place = _place_in_pack(frames.get(asked.thread))
            why = f"{place} does not come back." if place else "it is still being worked on."
        told = f'The question "{ask.what}" takes longer than {ask.limit_s:g} s: {why}'
        return Answer(ask.id, error=WorkerError(told, details={"what": ask.what}).as_json())


def _start(work: Callable[[], None], name: str) -> threading.Thread:
    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    return thread


def _place_in_pack(frame: FrameType | None) -> str:
    """Return which pack, and where in its files, a thread is, or nothing."""
    while frame is not None:
        module = str(frame.f_globals.get("__name__"))
        if module.startswith(PACK_PREFIX):
            home = Path(str(sys.modules[module.split(".")[0]].__file__))
            name = home.parent.name if home.name == ENTRANCE else home.stem
            file = Path(frame.f_code.co_filename).name
            return f'pack "{name}" ({file}:{frame.f_lineno}, in {frame.f_code.co_name})'
        frame = frame.f_back
    return ""
