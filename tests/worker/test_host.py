"""The host with connections that tests make up; real processes are in test_child."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from engine.errors import PackError, WorkerError
from engine.worker.connection import Connection, Death, Listener
from engine.worker.host import WorkerHost
from engine.worker.logs import Line
from engine.worker.messages import (
    Answer,
    Ask,
    JobEnded,
    Ready,
    RunJob,
    ShutDown,
    StopJob,
    ToWorker,
    Usage,
)
from tests.worker.talking import Heard, in_loop


class Toy:
    """A connection that only takes notes."""

    def __init__(self, listener: Listener, number: int) -> None:
        self.listener = listener
        self.number = number
        self.sent: list[ToWorker] = []

    @property
    def pid(self) -> int:
        return self.number

    def send(self, messages: Sequence[ToWorker]) -> None:
        self.sent += messages

    def kill(self) -> None:
        self.listener.died("SIGKILL", -9)


class ToyHost(WorkerHost):
    def __init__(self, *, refuses: int = 0) -> None:
        self.now = 0.0
        super().__init__((), delays=(0.0, 0.001), clock=lambda: self.now)
        self.made: list[Toy] = []
        self._refuses = refuses

    async def _connect(self, listener: Listener) -> Connection:
        if self._refuses:
            self._refuses -= 1
            raise WorkerError("It can not be started.")
        self.made.append(Toy(listener, len(self.made) + 1))
        return self.made[-1]

    async def nth(self, number: int) -> Toy:
        while len(self.made) < number or self.pid != number:
            await asyncio.sleep(0)
        return self.made[number - 1]


def test_death_is_told_once_and_another_worker_starts():
    async def steps() -> None:
        host = ToyHost()
        heard = Heard(host)
        await host.start()
        host.heard([Ready(1)])
        (await host.nth(1)).listener.died("exit code 3", 3)
        was_ready = host.is_ready
        await host.nth(2)

        assert not was_ready
        assert [each.how for each in heard.deaths] == ["exit code 3"]

    in_loop(steps)


def test_death_tells_no_lines_of_jobs_that_had_ended():
    async def steps() -> None:
        host = ToyHost()
        heard = Heard(host)
        await host.start()
        host.send(RunJob("mine", b"{}", ""))
        for job in ("mine", "hers", ""):
            host.logged(Line("INFO", "pack", f"line of {job}", job))
        host.kill("a test")

        death = await heard.until(Death)
        assert [*death.stderr] == ["line of mine", "line of "]
        await host.stop()

    in_loop(steps)


def test_what_is_sent_between_two_workers_reaches_the_next():
    async def steps() -> None:
        host = ToyHost()
        host.on_death(lambda death: host.send(RunJob("again", b"", "")))
        await host.start()
        host.send(RunJob("lost", b"", ""))
        (await host.nth(1)).kill()

        assert (await host.nth(2)).sent == [RunJob("again", b"", "")]

    in_loop(steps)


def test_what_was_not_sent_yet_is_lost_with_a_worker_that_can_not_start():
    async def steps() -> None:
        host = ToyHost()
        await host.start()
        host._refuses = 1
        (await host.nth(1)).kill()
        host.send(StopJob("a", "cancel"))

        assert (await host.nth(2)).sent == []

    in_loop(steps)


def test_kill_says_why():
    async def steps() -> None:
        host = ToyHost()
        heard = Heard(host)
        await host.start()
        host.kill("a node hangs")

        assert heard.deaths[0].was_killed == "a node hangs"

    in_loop(steps)


def test_stop_asks_and_starts_no_other():
    async def steps() -> None:
        host = ToyHost()
        heard = Heard(host)
        await host.start()
        stopping = asyncio.create_task(host.stop())
        await asyncio.sleep(0)
        toy = await host.nth(1)
        toy.listener.died("exit code 0", 0)
        await stopping
        await asyncio.sleep(0.01)

        assert toy.sent == [ShutDown()]
        assert heard.deaths == []
        assert len(host.made) == 1

    in_loop(steps)


def test_worker_that_does_not_end_is_killed():
    async def steps() -> None:
        host = ToyHost()
        await host.start()
        await host.stop(0.01)

        assert host.pid is None

    in_loop(steps)


def test_answer_reaches_who_asked():
    async def steps() -> None:
        host = ToyHost()
        await host.start()
        asking = [asyncio.create_task(host.ask(name, {})) for name in "ab"]
        await asyncio.sleep(0)
        first, second = (each for each in (await host.nth(1)).sent if isinstance(each, Ask))
        host.heard([Answer(second.id, b'"two"'), Answer(first.id, msgspec.json.encode({"one": 1}))])

        assert await asyncio.gather(*asking) == [{"one": 1}, "two"]

    in_loop(steps)


def test_error_is_raised_as_what_it_was():
    async def steps() -> None:
        host = ToyHost()
        await host.start()
        asking = asyncio.create_task(host.ask("reload", {"name": "x"}))
        await asyncio.sleep(0)
        problem = PackError('There is no pack "x".', details={"pack": "x"})
        host.heard([Answer(1, error=problem.as_json())])

        with pytest.raises(PackError, match='no pack "x"') as caught:
            await asking
        assert caught.value.details == {"pack": "x"}

    in_loop(steps)


def test_question_fails_when_the_worker_dies():
    async def steps() -> None:
        host = ToyHost()
        await host.start()
        asking = asyncio.create_task(host.ask("packs", {}))
        await asyncio.sleep(0)
        (await host.nth(1)).listener.died("SIGSEGV", -11)

        with pytest.raises(WorkerError, match="SIGSEGV"):
            await asking

    in_loop(steps)


def test_question_fails_when_nobody_answers(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("engine.worker.host.GRACE_S", 0.0)

    async def steps() -> None:
        host = ToyHost()
        await host.start()

        with pytest.raises(WorkerError, match='did not answer "packs"'):
            await host.ask("packs", {}, limit_s=0.01)

    in_loop(steps)


def test_worn_worker_is_replaced_between_two_jobs_without_a_death():
    async def steps() -> None:
        host = ToyHost()
        heard = Heard(host)
        await host.start()
        host.send(RunJob("a", b"", ""))
        host.heard([Ready(1), Usage(1, wants_rest=True)])
        first = await host.nth(1)
        was_spared = ShutDown() not in first.sent
        host.heard([JobEnded("a", "succeeded")])
        host.send(RunJob("b", b"", ""))
        was_told = first.sent[-1] == ShutDown()
        first.listener.died("exit code 0", 0)

        assert was_spared
        assert was_told
        assert (await host.nth(2)).sent == [RunJob("b", b"", "")]
        assert heard.deaths == []

    in_loop(steps)


def test_worker_that_can_not_be_started_again_is_tried_again():
    async def steps() -> None:
        host = ToyHost()
        heard = Heard(host)
        await host.start()
        host._refuses = 2
        (await host.nth(1)).kill()
        await host.nth(2)

        assert [each.how for each in heard.deaths] == ["SIGKILL", *["It can not be started."] * 2]

    in_loop(steps)


def test_time_of_the_last_word_is_known():
    async def steps() -> None:
        host = ToyHost()
        await host.start()
        host.now = 7.5
        host.heard([Ready(1)])

        assert host.last_heard == 7.5

    in_loop(steps)
