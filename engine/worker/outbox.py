"""What a worker says, gathered and sent in batches: the events of a job, its begin and its end.

Whoever tells something is not kept waiting by whoever reads, but for two things: a large batch is
sent by the one that fills it, and the end of a job by the one that ran it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import cast

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
        self._unsent: list[Message | tuple[str, Told]] = []
        self._lock = threading.Lock()
        #: held while sending, so that batches keep their order
        self._sending = threading.Lock()

    def put(self, message: Message) -> None:
        """Say something with the next batch."""
        with self._lock:
            self._unsent.append(message)

    def tell(self, job: str, event: Told) -> None:
        """Say an event with the next batch; a large one is sent now."""
        with self._lock:
            if isinstance(event, Progress) and self._unsent:
                last = self._unsent[-1]
                if isinstance(last, tuple) and _is_older(last, job, event):
                    self._unsent.pop()
            self._unsent.append((job, event))
            is_large = len(self._unsent) >= MANY
        if is_large:
            self.flush()

    def say(self, *messages: Message) -> None:
        """Send something now, after all that was put before."""
        with self._lock:
            self._unsent += messages
        self.flush()

    def flush(self) -> None:
        """Send what there is."""
        if not self._unsent:
            return
        with self._sending:
            with self._lock:
                unsent, self._unsent = self._unsent, []
            if unsent:
                self._send(_gathered(unsent))


def _gathered(unsent: Sequence[Message | tuple[str, Told]]) -> list[Message]:
    """Return messages, the events between two of them in one each."""
    messages: list[Message] = []
    for job, group in groupby(unsent, lambda each: each[0] if isinstance(each, tuple) else None):
        if job is None:
            messages += cast("Iterable[Message]", group)
        else:
            told = cast("Iterable[tuple[str, Told]]", group)
            messages.append(JobTold(job, _newest([event for _, event in told])))
    return messages


def _is_older(told: tuple[str, Told], job: str, progress: Progress) -> bool:
    """Say whether something told is progress of the same node."""
    before = told[1]
    return told[0] == job and isinstance(before, Progress) and before.node_id == progress.node_id


def _newest(told: list[Told]) -> list[Told]:
    """Leave out the progress of a node where a newer one follows."""
    last = {each.node_id: at for at, each in enumerate(told) if isinstance(each, Progress)}
    if not last:
        return told
    return [
        each
        for at, each in enumerate(told)
        if not isinstance(each, Progress) or last[each.node_id] == at
    ]
