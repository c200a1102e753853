from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from engine.errors import PackError
from engine.running.asking import asking
from engine.worker.desk import MOST_STUCK, THREADS, Desk
from engine.worker.messages import Answer, Ask

PATIENCE = 20.0


class Bench:
    """A desk whose questions are answered as their names say."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.answers: dict[int, Answer] = {}
        self._wake = threading.Condition()
        self.desk = Desk(self._answer, self._say)

    def until(self, *numbers: int) -> list[Answer]:
        with self._wake:
            assert self._wake.wait_for(lambda: all(n in self.answers for n in numbers), PATIENCE)
        return [self.answers[number] for number in numbers]

    def _answer(self, ask: Ask) -> bytes:
        match ask.what:
            case "hang":
                self.gate.wait(PATIENCE)
            case "check":
                with asking('Node 7 "Odd" is asked', 0.02, "7"):
                    self.gate.wait(PATIENCE)
            case "refuse":
                raise PackError("There is no such pack.")
            case "thread":
                raise RuntimeError("can't start new thread")
            case "exit":
                raise SystemExit(3)
            case _:
                pass
        return b'"%d"' % ask.id

    def _say(self, answer: Answer) -> None:
        with self._wake:
            self.answers[answer.id] = answer
            self._wake.notify_all()


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.gate.set()


def ask(number: int, what: str, limit_s: float = PATIENCE) -> Ask:
    return Ask(number, what, {}, limit_s)


def message_of(answer: Answer) -> Any:
    assert answer.error is not None
    return answer.error["message"]


def test_questions_are_answered(bench: Bench):
    for number in range(20):
        bench.desk.ask(ask(number, "echo"))

    assert [each.result for each in bench.until(*range(20))] == [b'"%d"' % n for n in range(20)]


def test_error_is_the_answer(bench: Bench):
    bench.desk.ask(ask(1, "refuse"))

    (answer,) = bench.until(1)
    assert answer.error == PackError("There is no such pack.").as_json()


def test_pack_that_ends_the_program_ends_only_its_question(bench: Bench):
    bench.desk.ask(ask(1, "exit"))
    bench.desk.ask(ask(2, "echo"))

    exited, echoed = bench.until(1, 2)
    assert "SystemExit: 3" in message_of(exited)
    assert echoed.result == b'"2"'


def test_hanging_question_is_answered_for_and_others_go_on(bench: Bench):
    for number in range(THREADS):
        bench.desk.ask(ask(number, "hang", 0.05))
    late = bench.until(*range(THREADS))
    bench.desk.ask(ask(99, "echo"))

    assert message_of(late[0]).startswith('The question "hang" takes longer than 0.05 s')
    assert bench.until(99)[0].result == b'"99"'


def test_question_whose_node_does_not_answer_names_the_node(bench: Bench):
    bench.desk.ask(ask(1, "check"))

    (answer,) = bench.until(1)
    assert answer.error is not None
    assert (answer.error["kind"], answer.error["node"]) == ("time_limit", "7")
    assert message_of(answer).startswith('Node 7 "Odd" is asked and takes longer than 0.02 s')


def test_question_that_finds_no_free_thread_says_so(bench: Bench):
    for number in range(THREADS):
        bench.desk.ask(ask(number, "hang"))
    bench.desk.ask(ask(99, "echo", 0.05))

    assert "other questions keep the worker busy" in message_of(bench.until(99)[0])


def test_desk_is_worn_after_too_many_hang(bench: Bench):
    worn: list[bool] = []
    for number in range(MOST_STUCK + 1):
        bench.desk.ask(ask(number, "hang", 0.02))
        bench.until(number)
        worn.append(bench.desk.is_worn)

    assert worn == [*[False] * MOST_STUCK, True]


def test_desk_is_worn_when_the_system_gives_no_thread(bench: Bench):
    bench.desk.ask(ask(1, "thread"))
    bench.until(1)

    assert bench.desk.is_worn


def test_thread_that_comes_back_is_no_longer_counted(bench: Bench):
    for number in range(MOST_STUCK + 1):
        bench.desk.ask(ask(number, "hang", 0.02))
    bench.until(*range(MOST_STUCK + 1))
    bench.gate.set()
    for number in range(100, 100 + 50):
        bench.desk.ask(ask(number, "echo"))
        bench.until(number)

    assert not bench.desk.is_worn
