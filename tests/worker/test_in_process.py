from __future__ import annotations

import asyncio

import pytest

from engine.engine import Engine
from engine.errors import WorkerError
from engine.worker.in_process import InProcess
from engine.worker.messages import JobEnded, Ready
from tests.graphs import Graphs
from tests.worker import toys
from tests.worker.talking import Heard, in_loop, run_job


def one(kind: str):
    g = Graphs()
    g.node(kind, at="it")
    return g.document()


def test_thread_runs_jobs_as_a_process_does(engine: Engine):
    async def steps() -> None:
        host = InProcess(engine)
        heard = Heard(host)
        await host.start()
        host.send(run_job("a", one("Gate")))
        toys.GATE.set()
        ended = await heard.until(JobEnded)
        packs = await host.ask("packs", {})
        await host.stop()

        assert isinstance(heard.messages[0], Ready)
        assert ended.how == "succeeded"
        assert packs == []
        assert heard.deaths == []

    in_loop(steps)


def test_stop_pauses_the_running_job(engine: Engine):
    async def steps() -> None:
        host = InProcess(engine)
        heard = Heard(host)
        await host.start()
        host.send(run_job("a", one("Gate")))
        await asyncio.to_thread(toys.WAITING.wait)
        await host.stop()

        assert [m.how for m in heard.messages if isinstance(m, JobEnded)] == ["paused"]

    in_loop(steps)


def test_killed_thread_is_heard_no_more_and_another_starts(engine: Engine):
    async def steps() -> None:
        host = InProcess(engine)
        heard = Heard(host)
        await host.start()
        host.send(run_job("a", one("Gate")))
        await heard.until(Ready)
        host.kill("a node hangs")
        toys.GATE.set()
        await heard.until(Ready, times=2)
        host.send(run_job("b", one("Gate")))
        await heard.until(JobEnded, job="b")
        await host.stop()

        assert [death.was_killed for death in heard.deaths] == ["a node hangs"]
        assert "a" not in [m.job for m in heard.messages if isinstance(m, JobEnded)]

    in_loop(steps)


def test_host_that_ends_takes_no_questions(engine: Engine):
    async def steps() -> None:
        host = InProcess(engine)
        await host.start()
        await host.stop()

        with pytest.raises(WorkerError, match="is ending"):
            await host.ask("packs", {})

    in_loop(steps)
