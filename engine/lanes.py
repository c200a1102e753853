"""Where work runs: threads for files and processors, one device lane for an accelerator.

Work is handed over with a callback; what the lane raises or returns goes there.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.lazy import loaded

if TYPE_CHECKING:
    from engine.context import Context, SamplingTask

IO_THREADS = 4
#: Coroutines wait more than they work, so many may be under way.
ASYNC_SLOTS = 64


def without_gradients() -> AbstractContextManager[Any]:
    """Switch autograd off for this thread, if torch is loaded."""
    torch = loaded("torch")
    return nullcontext() if torch is None else torch.no_grad()


def _run_into(future: Future[Any], work: Callable[[], Any]) -> None:
    """Do work and put its result or exception into the future, unless that was cancelled."""
    if not future.set_running_or_notify_cancel():
        return
    try:
        with without_gradients():
            future.set_result(work())
    except BaseException as problem:  # noqa: BLE001 it belongs to whoever waits
        future.set_exception(problem)


@dataclass(slots=True)
class _Driven:
    """A sampling task on the device lane."""

    task: SamplingTask
    context: Context
    future: Future[Any] = field(default_factory=Future[Any])

    def __post_init__(self) -> None:
        self.future.set_running_or_notify_cancel()  # it is the context that stops a task

    def turn(self) -> bool:
        """Do one step; False when the task has ended, well or not."""
        try:
            self.context.check_cancelled()
            with without_gradients():
                goes_on = self.task.advance()
                self.context.after_step(self.task)
                if not goes_on:
                    self.future.set_result(self.task.result())
        except BaseException as problem:  # noqa: BLE001 it belongs to whoever waits
            self.task.close()
            self.future.set_exception(problem)
            return False
        return goes_on


class DeviceLane:
    """One thread that owns an accelerator: single calls, and sampling tasks a step a turn."""

    def __init__(self, name: str = "device") -> None:
        self._work: deque[_Driven | tuple[Future[Any], Callable[[], Any]]] = deque()
        self._wake = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)
        self._thread.start()

    def is_current_thread(self) -> bool:
        """Say whether the caller runs on this lane."""
        return threading.current_thread() is self._thread

    def submit(self, work: Callable[[], Any]) -> Future[Any]:
        """Do one call on the lane."""
        future: Future[Any] = Future()
        self._put((future, work))
        return future

    async def drive(self, task: SamplingTask, context: Context) -> Any:
        """Drive a task a step a turn, and return its result."""
        driven = _Driven(task, context)
        self._put(driven)
        return await asyncio.wrap_future(driven.future)

    def close(self) -> None:
        """End the thread after what it has."""
        with self._wake:
            self._is_closed = True
            self._wake.notify()
        self._thread.join()

    def _put(self, item: _Driven | tuple[Future[Any], Callable[[], Any]]) -> None:
        with self._wake:
            self._work.append(item)
            self._wake.notify()

    def _loop(self) -> None:
        while True:
            with self._wake:
                while not self._work and not self._is_closed:
                    self._wake.wait()
                if not self._work:
                    return
                item = self._work.popleft()
            if isinstance(item, _Driven):
                if item.turn():
                    self._put(item)
            else:
                _run_into(*item)


class CoroutineLane:
    """One thread with an event loop, for async nodes."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="async", daemon=True)
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        """Run a coroutine."""

        async def quietly() -> Any:
            with without_gradients():
                return await work

        return asyncio.run_coroutine_threadsafe(quietly(), self._loop)

    def close(self) -> None:
        """End the loop."""
        self._is_closed = True
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        while not self._is_closed:
            # asyncio gives these to the task's waiter and then ends the loop with them.
            with suppress(SystemExit, KeyboardInterrupt):
                self._loop.run_forever()


class Lanes:
    """All lanes of one engine; each starts its threads at its first use."""

    def __init__(self, cpu_threads: int | None = None) -> None:
        self._cpu_threads = cpu_threads or max(2, (os.cpu_count() or 2) // 2)
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._device: DeviceLane | None = None
        self._coroutines: CoroutineLane | None = None
        self._lock = threading.Lock()

    def slots(self) -> dict[str, int]:
        """Return how many nodes of each lane may run at once in one job."""
        return {
            "inline": 1,
            "cpu": self._cpu_threads,
            "io": IO_THREADS,
            "device": 1,
            "async": ASYNC_SLOTS,
        }

    @property
    def device(self) -> DeviceLane:
        """Return the lane that owns the accelerator."""
        with self._lock:
            if self._device is None:
                self._device = DeviceLane()
            return self._device

    def submit(self, lane: str, work: Callable[[], Any]) -> Future[Any]:
        """Do one call on a lane other than "inline"."""
        if lane == "device":
            return self.device.submit(work)
        with self._lock:
            if lane not in self._pools:
                threads = IO_THREADS if lane == "io" else self._cpu_threads
                self._pools[lane] = ThreadPoolExecutor(threads, thread_name_prefix=lane)
        future: Future[Any] = Future()
        self._pools[lane].submit(_run_into, future, work)
        return future

    def submit_coroutine(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        """Run an async node."""
        with self._lock:
            if self._coroutines is None:
                self._coroutines = CoroutineLane()
        return self._coroutines.submit(work)

    def close(self) -> None:
        """End all threads."""
        for pool in self._pools.values():
            pool.shutdown()
        if self._device is not None:
            self._device.close()
        if self._coroutines is not None:
            self._coroutines.close()
