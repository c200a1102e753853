"""What a worker says, gathered and sent in batches: the events of a job, its begin and its end.

Whoever tells something is not kept waiting by whoever reads, but for two things: a large batch is
sent by the one that fills it, and the end of a job by the one that ran it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from engine.events import Progress
from engine.worker.messages import JobTold, Message, Told

Send = Callable[[Sequence[Message]], None]

#: What is told waits so long for more, seconds.
GATHER_S = 0.010
#: Events of a batch that is sent at once.
MANY = 256


class Outbox:
    """Keeps the order of all that is put into it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._unsent: list[Message] = []
        #: the job whose events the last message has, and these; None if it is another message
        self._job: str | None = None
        self._events: list[Told] = []
        self._lock = threading.Lock()
        #: held while sending, so that batches keep their order
        self._sending = threading.Lock()

    def put(self, message: Message) -> None:
        """Say something with the next batch."""
        with self._lock:
            self._unsent.append(message)
            self._job = None

    def tell(self, job: str, event: Told) -> None:
        """Say an event with the next batch; a large one is sent now."""
        with self._lock:
            if job != self._job:
                self._job, self._events = job, []
                self._unsent.append(JobTold(job, self._events))
            if isinstance(event, Progress):
                _leave_out_older(self._events, event)
            self._events.append(event)
            is_large = len(self._events) >= MANY
        if is_large:
            self.flush()

    def say(self, *messages: Message) -> None:
        """Send something now, after all that was put before."""
        with self._lock:
            self._unsent += messages
            self._job = None
        self.flush()

    def flush(self) -> None:
        """Send what there is."""
        if not self._unsent:
            return
        with self._sending:
            with self._lock:
                unsent, self._unsent, self._job = self._unsent, [], None
            if unsent:
                self._send(unsent)


def _leave_out_older(events: list[Told], progress: Progress) -> None:
    """Leave out what was told before of how far the same node is."""
    for at in reversed(range(len(events))):
        before = events[at]
        if isinstance(before, Progress) and before.node_id == progress.node_id:
            del events[at]
            return
