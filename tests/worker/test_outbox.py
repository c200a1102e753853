from __future__ import annotations

import threading
from collections.abc import Sequence

from engine.events import NodeStarted, Progress, Warned
from engine.worker.messages import JobBegan, JobEnded, JobTold, Message
from engine.worker.outbox import MANY, Outbox


class Sent:
    def __init__(self) -> None:
        self.frames: list[list[Message]] = []
        self.outbox = Outbox(self._take)

    def _take(self, messages: Sequence[Message]) -> None:
        self.frames.append([*messages])


def test_what_is_put_is_sent_together_and_in_order():
    sent = Sent()
    sent.outbox.put(JobBegan("a"))
    sent.outbox.tell("a", NodeStarted("1", "1"))
    sent.outbox.tell("a", Warned("1", "hm"))
    sent.outbox.say(JobEnded("a", "succeeded"))

    told = JobTold("a", [NodeStarted("1", "1"), Warned("1", "hm")])
    assert sent.frames == [[JobBegan("a"), told, JobEnded("a", "succeeded")]]


def test_only_the_newest_progress_of_each_node_is_sent():
    sent = Sent()
    for step in range(5):
        sent.outbox.tell("a", Progress("1", step, 5))
        sent.outbox.tell("a", Progress("2", step, 9))
    sent.outbox.flush()

    assert sent.frames == [[JobTold("a", [Progress("1", 4, 5), Progress("2", 4, 9)])]]


def test_events_of_two_jobs_are_not_mixed():
    sent = Sent()
    sent.outbox.tell("a", Progress("1", 1, 5))
    sent.outbox.tell("b", Progress("1", 2, 5))
    sent.outbox.flush()

    assert sent.frames == [
        [JobTold("a", [Progress("1", 1, 5)]), JobTold("b", [Progress("1", 2, 5)])]
    ]


def test_events_before_and_after_another_message_keep_their_places():
    sent = Sent()
    sent.outbox.tell("a", Progress("1", 1, 5))
    sent.outbox.put(JobBegan("b"))
    sent.outbox.tell("a", Progress("1", 2, 5))
    sent.outbox.flush()

    before, after = (JobTold("a", [Progress("1", step, 5)]) for step in (1, 2))
    assert sent.frames == [[before, JobBegan("b"), after]]


def test_events_after_a_batch_was_sent_are_not_lost():
    sent = Sent()
    sent.outbox.tell("a", Warned("1", "one"))
    sent.outbox.flush()
    sent.outbox.tell("a", Warned("1", "two"))
    sent.outbox.flush()

    told = [JobTold("a", [Warned("1", text)]) for text in ("one", "two")]
    assert sent.frames == [[told[0]], [told[1]]]


def test_large_batch_is_sent_without_being_asked():
    sent = Sent()
    for index in range(MANY):
        sent.outbox.tell("a", Warned("1", str(index)))

    assert len(sent.frames) == 1


def test_events_of_several_threads_keep_the_order_of_each():
    sent = Sent()

    def tell(name: str) -> None:
        for index in range(1000):
            sent.outbox.tell("a", Warned(name, str(index)))

    threads = [threading.Thread(target=tell, args=(name,)) for name in "xyz"]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    sent.outbox.flush()

    told = [
        event
        for frame in sent.frames
        for message in frame
        if isinstance(message, JobTold)
        for event in message.events
        if isinstance(event, Warned)
    ]
    for name in "xyz":
        numbers = [event.message for event in told if event.node_id == name]
        assert numbers == [str(index) for index in range(1000)]
