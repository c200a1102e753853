import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.events import NodeFinished, Progress, Warned
from engine.jobs.events import STORED, JobChanged, Numbered, PreviewMade
from engine.jobs.feed import BUFFERED, Feed
from tests.jobs.conftest import heard, soon


class Store:
    """Stored events, in memory."""

    def __init__(self) -> None:
        self.events: list[Numbered] = []
        self.reads = 0

    async def since(self, after: int, owner: str | None, limit: int) -> list[Numbered]:
        self.reads += 1
        await asyncio.sleep(0)
        found = [e for e in self.events if e.seq > after and owner in (None, e.owner)]
        return found[:limit]


class Wire:
    """A feed whose stored events are in a store."""

    def __init__(self) -> None:
        self.store = Store()
        self.feed = Feed(self.store.since)

    def tell(self, event: Any, job: str = "j", owner: str = "ada") -> Numbered:
        told = Numbered(seq=self.feed.newest + 1, job=job, owner=owner, time=0.0, event=event)
        if isinstance(event, STORED):
            self.store.events.append(told)
        self.feed.publish([told])
        return told


def preview(number: int) -> PreviewMade:
    return PreviewMade("1", "1", "image/jpeg", bytes([number]), 8, 8)


def numbers(events: list[Numbered]) -> list[int]:
    return [each.seq for each in events]


def test_a_listener_hears_what_is_told_from_now_on():
    async def act():
        wire = Wire()
        wire.tell(Warned("1", "early"))
        listener = wire.feed.subscribe()
        told = wire.tell(Warned("1", "late"))
        return told, await heard(listener)

    told, found = asyncio.run(act())

    assert found == [told]


def test_a_listener_that_comes_back_hears_what_it_missed():
    async def act():
        wire = Wire()
        last = wire.tell(Warned("1", "heard"))
        missed = [wire.tell(Warned("1", str(index))) for index in range(1200)]
        listener = wire.feed.subscribe(after=last.seq)
        live = wire.tell(Warned("1", "live"))
        return numbers([*missed, live]), numbers(await heard(listener))

    expected, found = asyncio.run(act())

    assert found == expected


def test_a_listener_that_comes_back_hears_the_latest_progress_of_running_nodes():
    async def act():
        wire = Wire()
        wire.tell(Progress("1", 1, 4))
        wire.tell(Progress("1", 2, 4))
        wire.tell(Progress("2", 3, 4))
        wire.tell(NodeFinished("2", "2", 0.1))
        return await heard(wire.feed.subscribe(after=0))

    found = asyncio.run(act())

    assert [each.event for each in found] == [NodeFinished("2", "2", 0.1), Progress("1", 2, 4)]


def test_progress_of_a_job_that_has_ended_is_forgotten():
    wire = Wire()
    wire.tell(Progress("1", 1, 4))
    wire.tell(JobChanged("cancelled"))

    assert wire.feed.latest() == []


def test_a_slow_listener_costs_a_bounded_buffer_and_misses_nothing():
    async def act():
        wire = Wire()
        listener = wire.feed.subscribe()
        told = [wire.tell(Warned("1", str(index))) for index in range(3 * BUFFERED)]
        kept = len(listener._live)
        return numbers(told), kept, numbers(await heard(listener))

    told, kept, found = asyncio.run(act())

    assert kept <= BUFFERED
    assert found == told


def test_of_previews_only_the_newest_is_heard():
    async def act():
        wire = Wire()
        listener = wire.feed.subscribe(wants_previews=True)
        for number in range(5):
            wire.tell(preview(number))
        return await heard(listener)

    found = asyncio.run(act())

    assert [each.event for each in found] == [preview(4)]


def test_previews_come_after_events():
    async def act():
        wire = Wire()
        listener = wire.feed.subscribe(wants_previews=True)
        wire.tell(preview(1))
        wire.tell(Warned("1", "careful"))
        return await heard(listener)

    found = asyncio.run(act())

    assert [type(each.event) for each in found] == [Warned, PreviewMade]


def test_who_wants_no_previews_gets_none():
    async def act():
        wire = Wire()
        listener = wire.feed.subscribe()
        wire.tell(preview(1))
        return await heard(listener)

    assert asyncio.run(act()) == []


def test_a_listener_hears_only_of_its_owner_and_jobs():
    async def act():
        wire = Wire()
        listener = wire.feed.subscribe("ada", ["j1"])
        wire.tell(Warned("1", "other owner"), "j1", "bob")
        wire.tell(Warned("1", "other job"), "j2")
        told = wire.tell(Warned("1", "mine"), "j1")
        return [told], await heard(listener)

    told, found = asyncio.run(act())

    assert found == told


def test_previews_are_wanted_while_somebody_looks():
    async def act():
        wire = Wire()
        before = wire.feed.wants_previews("j", "ada")
        listener = wire.feed.subscribe("ada", wants_previews=True)
        during = wire.feed.wants_previews("j", "ada"), wire.feed.wants_previews("j", "bob")
        listener.close()
        return before, during, wire.feed.wants_previews("j", "ada")

    assert asyncio.run(act()) == (False, (True, False), False)


@settings(max_examples=40)
@given(st.lists(st.sampled_from(["tell", "progress", "next"]), max_size=60), st.integers(0, 20))
def test_every_stored_event_is_heard_once_and_in_order(acts: list[str], after: int):
    async def act():
        wire = Wire()
        for index in range(20):
            wire.tell(Warned("1", str(index)))
        listener = wire.feed.subscribe(after=after)
        found: list[Numbered] = []
        for each in acts:
            if each == "tell":
                wire.tell(Warned("1", "more"))
            elif each == "progress":
                wire.tell(Progress("1", 1, 2))
            else:
                found += await soon(listener)
        found += await heard(listener)
        expected = [e.seq for e in wire.store.events if e.seq > after]
        return expected, [e.seq for e in found if isinstance(e.event, STORED)]

    expected, found = asyncio.run(act())

    assert found == expected


def test_an_event_that_was_read_before_it_was_published_comes_once():
    async def act():
        wire = Wire()
        for _ in range(2):
            wire.tell(Warned("1", "w"))
        last = Numbered(seq=3, job="j", owner="ada", time=0.0, event=Warned("1", "w"))
        wire.store.events.append(last)  # durable, and about to be told
        listener = wire.feed.subscribe(after=0)
        missed = await listener.catch_up()
        while listener.is_behind:
            missed += await listener.catch_up()
        wire.feed.publish([last])
        wire.tell(Warned("1", "w"))
        return numbers(missed), listener.heard, numbers(await soon(listener))

    missed, read_up_to, after = asyncio.run(act())

    assert (missed, read_up_to, after) == ([1, 2, 3], 3, [4])


def test_a_listener_catches_up_while_others_are_busy():
    async def act():
        wire = Wire()
        wire.tell(Warned("1", "w"))
        since = wire.feed.read_since

        async def busy(after: int, owner: str | None, limit: int) -> list[Numbered]:
            wire.tell(Warned("1", "w"), owner="bob")
            return await since(after, owner, limit)

        wire.feed.read_since = busy
        listener = wire.feed.subscribe("ada", after=0)
        for _ in range(3):
            await listener.catch_up()
        return listener.is_behind

    assert not asyncio.run(act())


def test_a_number_from_elsewhere_begins_with_what_is_told_now():
    async def act():
        wire = Wire()
        listener = wire.feed.subscribe(after=10**9)
        wire.tell(Warned("1", "w"))
        return numbers(await soon(listener))

    assert asyncio.run(act()) == [1]


def test_a_listener_to_some_kinds_hears_no_others_live_or_stored():
    async def act():
        wire = Wire()
        wire.tell(Warned("1", "stored"))
        stored = wire.tell(NodeFinished("1", "1", 0.5))
        listener = wire.feed.subscribe(kinds=(NodeFinished,), after=0)
        early = await soon(listener)
        wire.tell(Warned("1", "live"))
        live = wire.tell(NodeFinished("2", "2", 0.5))
        return [stored], early, [live], await soon(listener)

    stored, early, live, late = asyncio.run(act())

    assert (early, late) == (stored, live)
