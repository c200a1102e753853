"""Who listens to jobs: every subscriber gets every stored event, in order, at its own pace.

A subscriber's buffer is bounded. One that falls behind is given what it missed from the store when
it asks again, so that a slow client costs little and slows nobody.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from engine.events import NodeFailed, NodeFinished, NodeReused, Progress
from engine.jobs.events import STORED, JobChanged, JobDeleted, PreviewMade

if TYPE_CHECKING:
    from engine.jobs.events import Numbered

#: Events that wait for one subscriber, at most.
BUFFERED = 2_000
#: Events that a subscriber gets at once, at most.
AT_ONCE = 500

#: After these a node, or a whole job, has no progress.
_NODE_ENDS = (NodeFinished, NodeReused, NodeFailed)
_JOB_ENDS = (JobChanged, JobDeleted)

#: Reads stored events after a number: (after, owner, limit), oldest first.
ReadSince = Callable[[int, "str | None", int], Awaitable[list["Numbered"]]]


class Subscription:
    """What one listener still has to hear."""

    def __init__(
        self,
        feed: Feed,
        owner: str | None,
        jobs: Collection[str] | None,
        kinds: tuple[type, ...] | None,
        *,
        wants_previews: bool,
        after: int | None,
    ) -> None:
        self.owner = owner
        self.jobs = jobs
        self.kinds = kinds
        self.wants_previews = wants_previews
        self._feed = feed
        self._live: deque[Numbered] = deque()
        self._previews: dict[tuple[str, str], Numbered] = {}
        #: the last number before which all is heard, while the store is read; None when it is not
        self._behind: int | None = after if after is not None and after < feed.newest else None
        #: nothing up to this number is still to come; one from elsewhere may be beyond all
        self._heard = feed.newest if after is None else min(after, feed.newest)
        #: something was published for this listener while the store was read
        self._was_passed = False
        self._wake = asyncio.Event()

    def hears(self, event: Numbered) -> bool:
        """Say whether an event is for this listener."""
        return (
            (self.kinds is None or isinstance(event.event, self.kinds))
            and (self.owner is None or event.owner in (self.owner, ""))
            and (self.jobs is None or event.job in self.jobs)
        )

    def put(self, events: Sequence[Numbered]) -> None:
        """Let the listener hear of those events that are for it; called in order."""
        for event in events:
            if self.hears(event):
                self._put(event)

    def _put(self, event: Numbered) -> None:
        if isinstance(event.event, PreviewMade):
            if self.wants_previews:
                self._previews[event.job, event.event.node_id] = event
                self._wake.set()
            return
        if event.seq <= self._heard:
            return  # it was read from the store before it was published
        if self._behind is not None:
            self._was_passed = True  # it is read from the store
            return
        if len(self._live) >= BUFFERED:
            self._fall_behind()
        else:
            self._live.append(event)
        self._wake.set()

    @property
    def is_behind(self) -> bool:
        """Say whether there is something in the store that it has still to hear."""
        return self._behind is not None

    @property
    def heard(self) -> int:
        """Return the number up to which nothing is still to come from `next` or `catch_up`."""
        return self._heard

    async def catch_up(self) -> list[Numbered]:
        """Return the next part of what it is behind with, in order; it may be empty."""
        return [] if self._behind is None else await self._read(self._behind)

    async def next(self) -> list[Numbered]:
        """Wait for events and return them in order; previews come when nothing else does."""
        while True:
            if self._behind is not None:
                if missed := await self._read(self._behind):
                    return missed
            elif self._live:
                taken = [self._live.popleft() for _ in range(min(AT_ONCE, len(self._live)))]
                self._heard = taken[-1].seq
                return taken
            elif self._previews:
                previews = list(self._previews.values())
                self._previews.clear()
                return previews
            else:
                self._wake.clear()
                await self._wake.wait()

    def close(self) -> None:
        """Hear nothing more."""
        self._feed.forget(self)

    def _fall_behind(self) -> None:
        self._behind = self._heard
        self._live.clear()

    async def _read(self, after: int) -> list[Numbered]:
        """Read what was missed; after the last of it the listener hears events as they come."""
        newest = self._feed.newest
        self._was_passed = False
        found = await self._feed.read_since(after, self.owner, AT_ONCE)
        if found:
            self._behind = self._heard = found[-1].seq
            return [event for event in found if self.hears(event)]
        if self._was_passed:
            return []  # that is read the next time
        self._behind = None
        self._heard = max(self._heard, newest)
        return [event for event in self._feed.latest(self.owner) if self.hears(event)]


class Feed:
    """Hands events on to all who listen."""

    def __init__(self, read_since: ReadSince, newest: int = 0) -> None:
        self.read_since = read_since
        #: number of the last event that was published
        self.newest = newest
        self.on_interest: Callable[[], None] = lambda: None
        self._subscriptions: set[Subscription] = set()
        #: job -> node -> its latest progress, of nodes that run
        self._progress: dict[str, dict[str, Numbered]] = {}

    def __len__(self) -> int:
        return len(self._subscriptions)

    def subscribe(
        self,
        owner: str | None = None,
        jobs: Collection[str] | None = None,
        kinds: tuple[type, ...] | None = None,
        *,
        wants_previews: bool = False,
        after: int | None = None,
    ) -> Subscription:
        """Listen from now on, or to all that was stored after an event.

        Args:
            owner: whose jobs; None is everybody's.
            jobs: only these.
            kinds: only these classes of events.
            wants_previews: pictures of what nodes have so far, the newest only.
            after: number of the last event that was heard.
        """
        subscription = Subscription(
            self, owner, jobs, kinds, wants_previews=wants_previews, after=after
        )
        self._subscriptions.add(subscription)
        self.on_interest()
        return subscription

    def forget(self, subscription: Subscription) -> None:
        """Let a listener go."""
        self._subscriptions.discard(subscription)
        self.on_interest()

    def publish(self, events: Sequence[Numbered]) -> None:
        """Hand events on; their numbers rise."""
        if not events:
            return
        for event in events:
            self._note(event)
        self.newest = events[-1].seq
        for subscription in self._subscriptions:
            subscription.put(events)

    def latest(self, owner: str | None = None) -> list[Numbered]:
        """Return the latest progress of each running node."""
        return [
            event
            for nodes in self._progress.values()
            for event in nodes.values()
            if owner is None or event.owner == owner
        ]

    def wants_previews(self, job: str, owner: str) -> bool:
        """Say whether anybody looks at a job's previews."""
        return any(
            each.wants_previews
            and each.owner in (None, owner)
            and (each.jobs is None or job in each.jobs)
            for each in self._subscriptions
        )

    def _note(self, numbered: Numbered) -> None:
        event = numbered.event
        if isinstance(event, Progress):
            self._progress.setdefault(numbered.job, {})[event.node_id] = numbered
        elif self._progress and isinstance(event, _NODE_ENDS):
            self._progress.get(numbered.job, {}).pop(event.node_id, None)
        elif self._progress and isinstance(event, _JOB_ENDS):
            self._progress.pop(numbered.job, None)


def stored(events: Sequence[Numbered]) -> Iterator[Numbered]:
    """Yield those that are kept."""
    return (event for event in events if isinstance(event.event, STORED))
