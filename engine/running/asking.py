"""Which pack functions are being asked something, on which thread, and how long they may take.

No thread can be ended from outside. Whoever looks after threads sees here which of them waits too
long for an answer, and what for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

#: What a node says stands for its changing part in its key; it may read large files for that.
FINGERPRINT_S = 60.0
#: A node's own check of its inputs.
CHECK_S = 10.0
#: A node's present choices; it may look into folders of other machines.
CHOICES_S = 30.0


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, to begin a sentence with, and until when an answer is waited for."""

    told: str
    limit_s: float
    late_at: float
    node_id: str | None = None


#: thread -> what is asked on it
_open: dict[int, Question] = {}


@contextmanager
def asking(told: str, limit_s: float, node_id: str | None = None) -> Generator[None]:
    """Note that this thread asks a pack something now.

    Args:
        told: who is asked what, as a sentence begins: `Node 7 "Title" is asked …`.
        limit_s: how long the answer may take.
        node_id: the node of the document that is asked.
    """
    thread = threading.get_ident()
    before = _open.get(thread)
    _open[thread] = Question(told, limit_s, time.monotonic() + limit_s, node_id)
    try:
        yield
    finally:
        if before is None:
            del _open[thread]
        else:
            _open[thread] = before


def late_question(thread: int) -> Question | None:
    """Return what a thread waits too long for, or None."""
    question = _open.get(thread)
    return question if question is not None and question.late_at <= time.monotonic() else None
