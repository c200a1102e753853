"""Websocket clients that watch one sampling job: what they add to a step and to the memory.

    python -m benchmarks clients [CLIENTS]

Half speak the native API, half ComfyUI's; one of the native ones never reads. The job uses the
built-in model. It runs in turn without clients, with clients, and with clients that want previews;
then again and again with the same clients, for the memory.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from typing import Any

from benchmarks.serving import ROOT, Server, Socket, serving, wait_for_worker

CLIENTS = 200
ROUNDS, STEPS = 5, 100
#: Jobs that the same clients watch.
WATCHED = 24
#: Added to a step, at most.
LIMIT = 0.05
SAMPLER = "5"


def prompt(seed: int) -> dict[str, Any]:
    sampler = {
        "seed": seed,
        "steps": STEPS,
        "cfg": 4.0,
        "sampler_name": "euler",
        "scheduler": "normal",
        "denoise": 1.0,
        "model": ["1", 0],
        "positive": ["2", 0],
        "negative": ["3", 0],
        "latent_image": ["4", 0],
    }
    size = {"width": 64, "height": 64, "batch_size": 1}
    return {
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "emoji-mini"}},
        "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "an apple", "clip": ["1", 1]}},
        "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "", "clip": ["1", 1]}},
        "4": {"class_type": "EmptyLatentImage", "inputs": size},
        SAMPLER: {"class_type": "KSampler", "inputs": sampler},
        "6": {"class_type": "VAEDecode", "inputs": {"samples": [SAMPLER, 0], "vae": ["1", 2]}},
        "7": {"class_type": "PreviewImage", "inputs": {"images": ["6", 0]}},
    }


def step_ms(server: Server, seed: int) -> float:
    """Run the job; return the milliseconds of a step."""
    body = {"prompt": prompt(seed), "client_id": "client-1"}
    job = json.loads(server.ask("POST", "/prompt", body))["prompt_id"]
    while server.get(f"/api/v1/jobs/{job}")["state"] in ("queued", "running"):
        time.sleep(0.05)
    events = server.get(f"/api/v1/jobs/{job}/events")["items"]
    its = [e for e in events if e["type"] == "node_finished" and e["node_id"] == SAMPLER]
    return its[0]["seconds"] / STEPS * 1e3


class Watchers:
    """Clients that read; the first one does not."""

    def __init__(self, server: Server, count: int, previews: int) -> None:
        native = [Socket(server, f"/api/v1/events?previews={previews}") for _ in range(count // 2)]
        theirs = [Socket(server, f"/ws?clientId=client-{each}") for each in range(count // 2)]
        self.sockets = [*native, *theirs]

    async def open(self) -> None:
        """Connect all."""
        for each in self.sockets:
            await each.open()
        self._reading = [asyncio.create_task(each.skim()) for each in self.sockets[1:]]

    async def close(self) -> None:
        """Let all go."""
        for each in self._reading:
            each.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)
        for each in self.sockets:
            each.close()


async def measure(server: Server, count: int) -> None:
    await asyncio.to_thread(step_ms, server, 0)
    ways = {"none": (0, 0), f"{count}": (count, 0), f"{count}, previews": (count, 1)}
    times: dict[str, list[float]] = {name: [] for name in ways}
    shares: dict[str, list[float]] = {name: [] for name in ways}
    for round_ in range(ROUNDS):
        for index, (name, (clients, previews)) in enumerate(ways.items()):
            watchers = Watchers(server, clients, previews)
            await watchers.open()
            seed = 1 + round_ * len(ways) + index
            before, began = server.processor_seconds()["server"], time.perf_counter()
            times[name].append(await asyncio.to_thread(step_ms, server, seed))
            used = server.processor_seconds()["server"] - before
            shares[name].append(used / (time.perf_counter() - began))
            await watchers.close()
    alone = statistics.median(times["none"])
    for name, its in times.items():
        added = statistics.median(its) / alone - 1
        shown = f"{statistics.median(its):8.2f} ms a step, {added:+.1%}  (at most {LIMIT:.0%})"
        share = f"server busy {statistics.median(shares[name]):.0%}"
        print(f"{name:<14} clients {shown}; {share}", flush=True)


async def remember(server: Server, count: int) -> None:
    """Print the server's memory while the same clients watch one job after the other."""
    watchers = Watchers(server, count, 1)
    await watchers.open()
    memory: list[float] = []
    for each in range(WATCHED):
        await asyncio.to_thread(step_ms, server, 1000 + each)
        memory.append(server.resident_mib()["server"])
    await watchers.close()
    shown = ", ".join(f"{mib:.0f}" for mib in memory[:: WATCHED // 8])
    print(f"server's memory, MiB, after each third job that {count} clients watch: {shown}")


def main(arguments: list[str]) -> None:
    count = int(arguments[0]) if arguments else CLIENTS
    with serving("--models", str(ROOT / "models")) as server:
        wait_for_worker(server)
        asyncio.run(measure(server, count))
        asyncio.run(remember(server, count))


if __name__ == "__main__":
    main(sys.argv[1:])
