"""What a client hands in, and the jobs that it makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from engine.jobs.job import Job, Source


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What is to be run; several value sets make a batch.

    Attributes:
        document: JSON of a checked document.
        prompt, seed: of the document, for people to tell jobs apart.
        values: what each job sets in it.
        front: before all waiting jobs of its owner and priority.
        position: an explicit place in the owner's line; lower is earlier.
        ids: of the jobs, where the client chose them.
        key: the same one again gives the same jobs.
        extra: what the API that it came by keeps with each job.
        most: how many jobs of the owner may wait or run; None has no limit.
    """

    owner: str
    document: bytes
    title: str = ""
    prompt: str = ""
    seed: str = ""
    values: Sequence[Mapping[str, Any]] = ({},)
    targets: Sequence[str] | None = None
    priority: int = 0
    front: bool = False
    position: float | None = None
    ids: Sequence[str] = ()
    key: str | None = None
    source: Source = "native"
    extra: Mapping[str, Any] = field(default_factory=dict)
    most: int | None = None

    def jobs(self, digest: str, first: float, now: float) -> list[Job]:
        """Return the jobs, none of them stored yet; the first one has the position `first`."""
        batch = new_id(now) if len(self.values) > 1 else None
        return [
            Job(
                id=self.ids[index] if self.ids else new_id(now),
                owner=self.owner,
                document=digest,
                created=now,
                title=self.title,
                prompt=self.prompt,
                seed=self.seed,
                values=dict(values),
                targets=None if self.targets is None else list(self.targets),
                priority=self.priority,
                position=first + index,
                key=self.key,
                batch=batch,
                batch_index=index,
                source=self.source,
                extra=dict(self.extra),
            )
            for index, values in enumerate(self.values)
        ]


#: Asking the system for each id would let another thread have the interpreter in between.
_random = Random()


def new_id(now: float) -> str:
    """Return an id that no other job has; later ones are greater: the store adds at its end."""
    return f"{int(now * 1000):012x}{_random.getrandbits(80):020x}"
