"""Trivial prompts through a real server, over HTTP and ComfyUI's websocket: prompts a second, and
the time from sending one to its end message while nothing else is to be done.

    python -m benchmarks prompts [PROMPTS] [NODES]

A prompt is NODES built-in nodes that do nothing (3), with another value each time, or the same.
"one by one" sends the next when the last is answered, "eight" keeps eight unfinished. The client
shares the processors. Each is measured with both durabilities.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.serving import Prompts, Server, quantile, serving, trivial, wait_for_worker

PROMPTS = 2000
SINGLE = 200
PAUSE_S = 0.02
ROUNDS = 3
IN_FLIGHT = 8
#: ComfyUI 0.3.64 on two cores, nothing of it durable: prompts a second, and milliseconds.
COMFYUI = {"one by one": 558, "eight": 759, "identical": 897}
COMFYUI_MS = (3.6, 4.1)

Make = Callable[[], dict[str, Any]]


async def one_by_one(prompts: Prompts, make: Make, count: int) -> float:
    started = time.perf_counter()
    ends = [await prompts.post(make()) for _ in range(count)]
    return count / (max(await asyncio.gather(*ends)) - started)


async def eight(prompts: Prompts, make: Make, count: int) -> float:
    left = itertools.count()

    async def keep_one(connection: int) -> None:
        while next(left) < count:
            await (await prompts.post(make(), connection))

    started = time.perf_counter()
    await asyncio.gather(*(keep_one(each) for each in range(IN_FLIGHT)))
    return count / (time.perf_counter() - started)


async def idle(prompts: Prompts, make: Make) -> tuple[float, float]:
    """Return the milliseconds of single prompts: the median, and what 95 % stay below."""
    times: list[float] = []
    for _ in range(SINGLE):
        await asyncio.sleep(PAUSE_S)
        started = time.perf_counter()
        end = await prompts.post(make())
        times.append((await end - started) * 1e3)
    return statistics.median(times), quantile(times, 0.95)


def computed(server: Server) -> tuple[float, ...]:
    """Return the processor time of server, worker and client."""
    return (*server.processor_seconds().values(), time.process_time())


async def measure(server: Server, count: int, nodes: int) -> None:
    prompts = Prompts(server, IN_FLIGHT)
    await prompts.open()
    numbers: Iterator[int] = itertools.count()

    def new() -> dict[str, Any]:
        return trivial(next(numbers), nodes)

    def same() -> dict[str, Any]:
        return trivial(-1, nodes)

    await eight(prompts, new, 300)
    ways = {
        "one by one": lambda: one_by_one(prompts, new, count),
        "eight": lambda: eight(prompts, new, count),
        "identical": lambda: eight(prompts, same, count),
        "identical, one by one": lambda: one_by_one(prompts, same, count),
    }
    for name, way in ways.items():
        before = computed(server)
        rates = [await way() for _ in range(ROUNDS)]
        after = computed(server)
        used = [(now - was) / count / ROUNDS * 1e3 for was, now in zip(before, after, strict=True)]
        compared = f"  (ComfyUI {COMFYUI[name]})" if name in COMFYUI else ""
        shown = f"{statistics.median(rates):8.0f} prompts/s, best {max(rates):.0f}"
        shown += "; computing {:.2f} + {:.2f} + {:.2f} ms".format(*used)
        print(f"{name:<24}{shown}{compared}", flush=True)
    middle, most = await idle(prompts, new)
    compared = f"  (ComfyUI {COMFYUI_MS[0]}, {COMFYUI_MS[1]})"
    print(f"{'idle, p50 and p95':<24}{middle:8.2f} ms, {most:.2f} ms{compared}", flush=True)
    prompts.close()


def main(arguments: list[str]) -> None:
    count, nodes = (*map(int, arguments), *(PROMPTS, 3)[len(arguments) :])
    for durability in ("process", "power"):
        print(f"{nodes} nodes, durability {durability}")
        with serving("--durability", durability) as server:
            wait_for_worker(server)
            asyncio.run(measure(server, count, nodes))


if __name__ == "__main__":
    main(sys.argv[1:])
