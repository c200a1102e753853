"""Hands what jobs do to the websockets of ComfyUI's clients.

Most messages go to the client that sent the prompt, under the id that it gave itself; `status` and
`execution_interrupted` go to all clients of the prompt's owner. Nobody hears of another's jobs.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from engine.errors import EngineError, NotFound
from engine.jobs.events import JobChanged, PreviewMade
from engine.server.comfyui import frames
from engine.server.comfyui.kept import Told, client_of, previews_of
from engine.server.comfyui.listener import Listener
from engine.server.comfyui.log_tail import LogTail, entry
from engine.server.comfyui.translation import PAUSE_S, Said, Translator

if TYPE_CHECKING:
    from engine.jobs.events import Numbered
    from engine.jobs.feed import Feed, Subscription
    from engine.jobs.job import Job
    from engine.jobs.service import Jobs

logger = logging.getLogger(__name__)

#: After the store could not be read it is asked again.
RETRY_S = 1.0
_BROADCAST = frozenset(("status", "execution_interrupted"))


@dataclass(eq=False)
class _Run:
    """A job that runs: whose it is, who sent it, its translation, and if it asks for previews."""

    owner: str
    client_id: str | None
    translator: Translator
    previews: bool | None

    def shows_previews_to(self, listener: Listener | None) -> bool:
        """Say whether its client gets previews.

        Some clients take every picture that comes over the websocket for a result, so only those
        get previews that know them or ask for them.
        """
        if listener is None or self.previews is None:
            return listener is not None and listener.wants_facts
        return self.previews


class Hub:
    """Knows the clients and the jobs that run."""

    def __init__(self, feed: Feed, jobs: Jobs) -> None:
        self._feed = feed
        self._jobs = jobs
        self._runs: dict[str, _Run] = {}
        #: jobs that have begun, until their end is told; a short one has left the queue before
        self._started: dict[str, Job] = {}
        self._listeners: dict[tuple[str, str], Listener] = {}
        #: owner -> jobs that wait or run
        self._remaining: defaultdict[str, set[str]] = defaultdict(set)
        self._subscription: Subscription | None = None
        #: states of nodes will be told soon
        self._is_due = False
        self._log: LogTail | None = None
        self._log_followers: set[tuple[str, str]] = set()

    async def followed(self, _: object) -> AsyncIterator[None]:
        """Follow the jobs while the application runs (`cleanup_ctx`)."""
        for job in self._jobs.unfinished():
            self._count(job)
        self._jobs.watch(self._count)
        self._subscription = self._feed.subscribe()
        task = asyncio.create_task(self._follow(self._subscription))
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        self._subscription.close()
        self._stop_log()

    def remaining(self, owner: str) -> int:
        """Return how many of an owner's jobs wait or run."""
        return len(self._remaining.get(owner, ()))

    def status(self, owner: str) -> dict[str, Any]:
        """Return the data of a `status` message."""
        return _status(self.remaining(owner))

    def join(self, owner: str, client_id: str) -> Listener:
        """Take a client; an earlier one of this id hears nothing more."""
        listener = Listener(owner, client_id, lambda: _status_frame(self.remaining(owner)))
        first = {**self.status(owner), "sid": client_id}
        listener.put("status", frames.text("status", first))
        for run in self._runs.values():
            is_its = (run.owner, run.client_id) == (owner, client_id)
            if is_its and (current := run.translator.current) is not None:
                listener.put(current[0], frames.text(*current))
        self._listeners[owner, client_id] = listener
        self._look_at_previews()
        return listener

    def hear(self, listener: Listener, message: Any, flags: dict[str, Any]) -> None:
        """Take what a client says; `flags` are the server's."""
        listener.hear(message, flags)
        self._look_at_previews()

    def leave(self, listener: Listener) -> None:
        """Let a client go."""
        place = listener.owner, listener.client_id
        if self._listeners.get(place) is listener:
            del self._listeners[place]
            self.follow_log(*place, follows=False)
            self._look_at_previews()

    def follow_log(self, owner: str, client_id: str, *, follows: bool) -> None:
        """Send a client the lines of the log from now on, or no more."""
        if follows:
            self._log_followers.add((owner, client_id))
        else:
            self._log_followers.discard((owner, client_id))
        if not self._log_followers:
            self._stop_log()
        elif self._log is None:
            self._log = LogTail(self._tell_line, asyncio.get_running_loop())
            logging.getLogger().addHandler(self._log)

    def _stop_log(self) -> None:
        if self._log is not None:
            logging.getLogger().removeHandler(self._log)
            self._log = None

    def _tell_line(self, line: str) -> None:
        message = frames.text("logs", {"entries": [entry(line)]})
        for place in self._log_followers & self._listeners.keys():
            self._listeners[place].put("logs", message)

    async def _follow(self, subscription: Subscription) -> None:
        loop = asyncio.get_running_loop()
        while True:
            for numbered in await self._next(subscription):
                try:
                    await self._tell(numbered)
                except Exception:  # one job that can not be told does not silence the others
                    logger.exception("An event of job %s could not be told", numbered.job)
            waits = any(run.translator.has_states for run in self._runs.values())
            if waits and not self._is_due:
                self._is_due = True
                loop.call_later(PAUSE_S, self._tell_states)

    async def _next(self, subscription: Subscription) -> list[Numbered]:
        try:
            return await subscription.next()
        except EngineError as problem:  # what was missed can not be read now
            logger.warning("Events of jobs can not be read: %s", problem.message)
            await asyncio.sleep(RETRY_S)
            return []

    async def _tell(self, numbered: Numbered) -> None:
        event = numbered.event
        if not numbered.job:
            return
        if isinstance(event, JobChanged) and event.state == "queued" and not event.why:
            self._send_status(numbered.owner)
            return
        run = self._runs.get(numbered.job) or await self._begun(numbered)
        if run is None:
            self._send_status(numbered.owner)
        elif isinstance(event, PreviewMade):
            self._send_preview(run, event)
        else:
            self._send(run, run.translator.translate(numbered))
        if isinstance(event, JobChanged):
            if event.state != "running":
                self._runs.pop(numbered.job, None)
                self._started.pop(numbered.job, None)
            self._look_at_previews()

    async def _begun(self, numbered: Numbered) -> _Run | None:
        """Return a job's run from now on; None for one of which no more is to be told."""
        try:
            job = self._started.get(numbered.job) or await self._jobs.get(numbered.job)
        except NotFound:
            return None
        is_change = isinstance(numbered.event, JobChanged)
        if job.has_ended and not is_change:
            return None
        run = _Run(job.owner, client_of(job), Translator(Told.of(job)), previews_of(job))
        self._runs[numbered.job] = run
        if not is_change:  # its start was told before the server's
            self._send(run, run.translator.begin(numbered.time))
        return run

    def _tell_states(self) -> None:
        self._is_due = False
        for run in self._runs.values():
            self._send(run, run.translator.states(time.time()))

    def _send(self, run: _Run, said: list[Said]) -> None:
        listener = self._listener(run)
        for kind, data in said:
            if kind == "status":
                self._send_status(run.owner)
            elif kind in _BROADCAST:
                message = frames.text(kind, data)
                for each in self._of(run.owner):
                    each.put(kind, message)
            elif listener is not None:
                listener.put(kind, frames.text(kind, data))

    def _send_status(self, owner: str) -> None:
        for each in self._of(owner):
            each.put_status()

    def _send_preview(self, run: _Run, event: PreviewMade) -> None:
        listener = self._listener(run)
        if listener is None or not run.shows_previews_to(listener):
            return
        if listener.wants_facts:
            frame = frames.preview_with_facts(event, run.translator.preview_facts(event))
        else:
            frame = frames.preview(event)
        if frame is not None:
            listener.put_preview(event.real_id, frame)

    def _listener(self, run: _Run) -> Listener | None:
        return self._listeners.get((run.owner, run.client_id or ""))

    def _of(self, owner: str) -> list[Listener]:
        return [each for each in self._listeners.values() if each.owner == owner]

    def _look_at_previews(self) -> None:
        """Have previews made only while the client of a running job is here and takes them."""
        if self._subscription is None:
            return
        wanted = any(run.shows_previews_to(self._listener(run)) for run in self._runs.values())
        if self._subscription.wants_previews != wanted:
            self._subscription.wants_previews = wanted
            self._feed.on_interest()

    def _count(self, job: Job) -> None:
        """Note whether a job is one of those that remain, and one that begins."""
        remaining = self._remaining[job.owner]
        if job.state == "running":
            self._started[job.id] = job
        if job.state in ("queued", "running"):
            remaining.add(job.id)
        else:
            remaining.discard(job.id)


def _status(remaining: int) -> dict[str, Any]:
    return {"status": {"exec_info": {"queue_remaining": remaining}}}


@lru_cache(maxsize=64)
def _status_frame(remaining: int) -> bytes:
    return frames.text("status", _status(remaining))
