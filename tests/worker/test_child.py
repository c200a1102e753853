"""Real processes; each costs about a second, so that each test looks at several things."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.commands.worker import worker_command
from engine.document import Document
from engine.errors import WorkerError
from engine.events import Progress
from engine.worker.host import Death, WorkerHost
from engine.worker.messages import (
    JobBegan,
    JobEnded,
    JobTold,
    Ready,
    Reserve,
    Reserved,
    decode_from_worker,
    encode,
)
from engine.worker.wire import Frames, framed
from engine.workflow import HOME, Workflow
from tests.graphs import Graphs
from tests.worker.talking import Heard, in_loop, run_job

PACK = """
import faulthandler, os, subprocess, time
from engine import node
from engine.results import NodeResult

@node(category="toy", title="Noisy", lane="io", output=True)
def noisy() -> NodeResult:
    \"\"\"Write past everything.\"\"\"
    print("printed")
    os.write(1, b"written\\n")
    subprocess.run(["sh", "-c", "echo echoed; read line || echo nothing to read"], check=True)
    return NodeResult(ui={})

@node(category="toy", title="Leave", lane="io", output=True)
def leave() -> NodeResult:
    \"\"\"End the process.\"\"\"
    os._exit(7)

@node(category="toy", title="Crash", lane="io", output=True)
def crash() -> NodeResult:
    \"\"\"Crash the process.\"\"\"
    faulthandler._sigsegv()

@node(category="toy", title="Hang", lane="io", output=True)
def hang() -> NodeResult:
    \"\"\"Hear nothing.\"\"\"
    time.sleep(60)
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Return an installation with a pack of rough nodes."""
    (tmp_path / "custom_nodes").mkdir()
    (tmp_path / "custom_nodes" / "rough.py").write_text(PACK)
    return tmp_path


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    yield


def one(kind: str) -> Document:
    g = Graphs()
    g.node(kind, at="it")
    return g.document()


def picture(steps: int) -> Document:
    return Workflow.load("text_to_image.json").document.with_inputs(
        {"steps": steps, "width": 64, "height": 64}
    )


def test_sampling_goes_on_in_the_next_process_after_a_kill(base: Path):
    async def steps() -> None:
        host = WorkerHost(worker_command(base, more=["--models", str(HOME / "models")]))
        heard = Heard(host)
        host.on_message(
            lambda each: (
                host.send(Reserved(each.id, "picture_00001_.png"))
                if isinstance(each, Reserve)
                else None
            )
        )
        await host.start()
        job = run_job("a", picture(steps=12))
        host.send(job)
        while not _steps(heard):
            await heard.until(
                JobTold, times=1 + sum(isinstance(m, JobTold) for m in heard.messages)
            )
        assert host.pid is not None
        os.kill(host.pid, signal.SIGKILL)
        await heard.until(Death)
        done = max(_steps(heard))
        heard.messages.clear()
        host.send(job)
        ended = await heard.until(JobEnded)
        await host.stop()

        assert [each.how for each in heard.deaths] == ["SIGKILL"]
        assert ended.how == "succeeded", ended.error
        assert min(_steps(heard)) >= done
        assert (base / "output" / "picture_00001_.png").exists()
        assert not list((base / "user" / "_recordings").iterdir())

    in_loop(steps)


def test_rough_pack_breaks_neither_the_stream_nor_the_host(base: Path):
    async def steps() -> None:
        host = WorkerHost(worker_command(base), delays=(0.0,))
        heard = Heard(host)
        await host.start()
        host.send(run_job("noisy", one("Noisy")))
        noisy = await heard.until(JobEnded, job="noisy")
        host.send(run_job("leave", one("Leave")))
        left = await heard.until(Death)
        host.send(run_job("crash", one("Crash")))
        crashed = await heard.until(Death, times=2)
        packs = await host.ask("packs", {})
        await host.stop()

        lines = [each.message for each in host.log]
        assert noisy.how == "succeeded", noisy.error
        assert {"printed", "written", "echoed", "nothing to read"} <= {*lines}
        assert (left.how, left.exit_code) == ("exit code 7", 7)
        assert crashed.how == "SIGSEGV"
        assert any("Segmentation fault" in each for each in crashed.stderr)
        assert packs[0]["name"] == "rough"

    in_loop(steps)


def test_process_leaves_signals_to_the_server_and_ends_with_it(base: Path):
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(worker_command(base), **pipes) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(framed(encode([run_job("a", one("Hang"))])))
        child.stdin.flush()
        frames, kinds = Frames(), list[type]()
        while JobTold not in kinds:
            for frame in frames.feed(os.read(child.stdout.fileno(), 2**16)):
                kinds += [type(each) for each in decode_from_worker(frame)]
        for each in (signal.SIGINT, signal.SIGTERM):
            child.send_signal(each)
        child.stdin.close()
        code = child.wait(20)

    assert kinds[:2] == [Ready, JobBegan]
    assert code == 1


def test_program_that_is_not_there_is_an_error():
    async def steps() -> None:
        with pytest.raises(WorkerError, match="No such file"):
            await WorkerHost(["no-such-program"]).start()

    in_loop(steps)


def test_worker_that_says_nonsense_is_ended(tmp_path: Path):
    async def steps() -> None:
        script = (
            "import sys, time; sys.stdout.write('nonsense\\xff' * 99, flush=True); time.sleep(9)"
        )
        host = WorkerHost([sys.executable, "-c", script.replace(", flush=True", "")], delays=(60,))
        heard = Heard(host)
        await host.start()
        await heard.until(Death)
        await host.stop()

        assert "can not be read" in "".join(each.message for each in host.log)

    in_loop(steps)


def _steps(heard: Heard) -> list[int]:
    return [
        event.step
        for message in heard.messages
        if isinstance(message, JobTold)
        for event in message.events
        if isinstance(event, Progress)
    ]
