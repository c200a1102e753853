"""Trivial jobs through a worker process: jobs and frames a second, what the processor does for one,
and the time there and back.

    python -m benchmarks worker [JOBS]

A job is three built-in nodes that do nothing, with another value each time. "ahead" sends all at
once, "two" keeps two at the worker as the server does for short jobs, "same" repeats one document.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from engine.commands.worker import worker_command
from engine.worker.host import WorkerHost
from engine.worker.messages import FromWorker, JobEnded, Ready, RunJob

JOBS = 2000
SINGLE = 300
#: Jobs a second that the server has to be able to take through HTTP.
ASKED_FOR = 900


def document(value: int) -> bytes:
    """Return what the server makes of a trivial prompt."""
    nodes = {
        "1": {"type": "PrimitiveInt", "values": {"value": value}},
        "2": {"type": "PrimitiveInt", "links": {"value": ["1", 0, "INT"]}},
        "3": {"type": "PreviewAny", "links": {"source": ["2", 0, "INT"]}},
    }
    for at, node in enumerate(nodes.values()):
        node |= {"place": [380 * at, 0, 300, 86], "foreign": {"format": "comfyui-api"}}
    whole = {"format": "sfumato", "version": 1, "nodes": nodes, "title": "the prompt"}
    return json.dumps(whole, indent=2).encode()


class Counting(WorkerHost):
    """A host that counts what comes in."""

    frames = 0

    def computed_ms(self) -> float:
        """Return what the worker's threads have computed so far."""
        tasks = Path(f"/proc/{self.pid}/task").iterdir()
        return sum(int((each / "schedstat").read_text().split()[0]) for each in tasks) / 1e6

    def heard(self, messages: Sequence[FromWorker]) -> None:
        self.frames += 1
        super().heard(messages)


class Line:
    """Jobs on their way to a worker and back."""

    def __init__(self, host: WorkerHost) -> None:
        self._host = host
        self._sent = 0
        self._ended = asyncio.Semaphore(0)
        self.is_ready = asyncio.Event()
        host.on_message(self._hear)

    def send(self, text: bytes) -> None:
        self._sent += 1
        self._host.send(RunJob(f"job-{self._sent}", text, ""))

    async def ended(self) -> None:
        await self._ended.acquire()

    def _hear(self, message: FromWorker) -> None:
        if isinstance(message, JobEnded):
            assert message.how == "succeeded", message.error
            self._ended.release()
        elif isinstance(message, Ready):
            self.is_ready.set()


async def rate(line: Line, texts: list[bytes], in_flight: int) -> float:
    """Return jobs a second with so many at the worker at once."""
    started = time.perf_counter()
    for text in texts[:in_flight]:
        line.send(text)
    for text in texts[in_flight:]:
        await line.ended()
        line.send(text)
    for _ in texts[:in_flight]:
        await line.ended()
    return len(texts) / (time.perf_counter() - started)


async def there_and_back(line: Line) -> list[float]:
    """Return milliseconds of single jobs."""
    times: list[float] = []
    for index in range(SINGLE):
        started = time.perf_counter()
        line.send(document(-index - 1000))
        await line.ended()
        times.append((time.perf_counter() - started) * 1e3)
    return sorted(times)


async def measure(jobs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        host = Counting(worker_command(Path(folder)))
        line = Line(host)
        started = time.perf_counter()
        await host.start()
        await line.is_ready.wait()
        print(f"{'ready':<24}{time.perf_counter() - started:>10.2f} s")
        await host.ask("device", {}, limit_s=120)  # so that the warm-up is over
        await rate(line, [document(-1 - each) for each in range(100)], 2)
        texts = [document(each) for each in range(jobs)]
        print(f"{'asked for':<24}{ASKED_FOR:>10} jobs/s")
        before = host.frames
        ahead = await rate(line, texts, jobs)
        frames = (host.frames - before) / jobs
        print(f"{'ahead':<24}{ahead:>10.0f} jobs/s, {ahead * frames:.0f} frames/s")
        texts = [document(jobs + each) for each in range(jobs)]
        computed = host.computed_ms()
        two = await rate(line, texts, 2)
        computed = (host.computed_ms() - computed) / jobs
        print(f"{'two':<24}{two:>10.0f} jobs/s, {computed:.2f} ms of the processor each")
        print(f"{'same':<24}{await rate(line, [document(0)] * jobs, 2):>10.0f} jobs/s")
        times = await there_and_back(line)
        print(f"{'there and back, p50':<24}{statistics.median(times):>10.2f} ms")
        print(f"{'there and back, p95':<24}{times[int(SINGLE * 0.95)]:>10.2f} ms")
        await host.stop()


def main(arguments: list[str]) -> None:
    asyncio.run(measure(int(arguments[0]) if arguments else JOBS))


if __name__ == "__main__":
    main(sys.argv[1:])
