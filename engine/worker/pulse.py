"""A thread that sends what is told while a job runs, and now and then what the worker holds.

It also looks whether a pack keeps the job waiting.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.worker.outbox import GATHER_S

if TYPE_CHECKING:
    from engine.worker.messages import Usage
    from engine.worker.outbox import Outbox

#: The usage is told so often while nothing runs, and at most so often while jobs end, seconds.
IDLE_S, BUSY_S = 5.0, 0.5


class Pulse:
    """Beats while a job runs and a little longer, so that short jobs need not wake it each."""

    def __init__(
        self,
        outbox: Outbox,
        is_busy: Callable[[], bool],
        usage: Callable[[], Usage],
        look: Callable[[], None],
    ) -> None:
        self._outbox = outbox
        self._is_busy = is_busy
        self._usage = usage
        self._look = look
        self._woken = threading.Event()
        self._has_ended = threading.Event()
        self._told = 0.0
        self._thread = threading.Thread(target=self._loop, name="pulse", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def wake(self) -> None:
        """Note that a job begins."""
        if not self._woken.is_set():
            self._woken.set()

    def stop(self) -> None:
        """End the thread."""
        self._has_ended.set()
        self._woken.set()

    def _loop(self) -> None:
        while not self._has_ended.is_set():
            if self._woken.wait(IDLE_S):
                self._beat()
            self._tell_usage()

    def _beat(self) -> None:
        """Send what is told until nothing has run for a while."""
        quiet_since = time.monotonic()
        while not self._has_ended.wait(GATHER_S):
            self._outbox.flush()
            self._look()
            now = time.monotonic()
            if self._is_busy():
                quiet_since = now
            elif now - quiet_since > BUSY_S:
                self._woken.clear()
                if not self._is_busy():
                    return
            if now - self._told > IDLE_S:
                self._tell_usage()

    def _tell_usage(self) -> None:
        if not self._has_ended.is_set():
            self._told = time.monotonic()
            self._outbox.say(self._usage())
