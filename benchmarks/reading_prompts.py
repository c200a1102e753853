"""Microseconds of processor time from the body of `POST /prompt` to what is given to the queue.

python -m benchmarks reading_prompts

"another graph" is read and checked in full, "another value" is of a form that came before, "the
same" has bytes that came before.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.serving import trivial
from engine.jobs.submission import Submission
from engine.paths import Folders
from engine.registry import Registry
from engine.server.comfyui.seen import SeenPrompts
from engine.server.comfyui.sent import read_sent
from engine.server.comfyui.submission import take
from engine.users import DEFAULT_USER, User

PROMPTS, ROUNDS = 200, 15
CHECKPOINT = "model.safetensors"


class Jobs:
    """Takes submissions, and does nothing with them."""

    room = SimpleNamespace(check=lambda *_: None)

    async def submit(self, submission: Submission) -> list[Any]:
        return [None]


def text_to_image(value: int) -> dict[str, Any]:
    sampled = {"steps": 20, "cfg": 8, "sampler_name": "euler", "scheduler": "normal", "denoise": 1}
    links = {"model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0]}
    nodes = {
        "3": ("KSampler", {"seed": value, **sampled, **links, "latent_image": ["5", 0]}),
        "4": ("CheckpointLoaderSimple", {"ckpt_name": CHECKPOINT}),
        "5": ("EmptyLatentImage", {"width": 512, "height": 512, "batch_size": 1}),
        "6": ("CLIPTextEncode", {"text": "a bottle in a meadow", "clip": ["4", 1]}),
        "7": ("CLIPTextEncode", {"text": "text, watermark", "clip": ["4", 1]}),
        "8": ("VAEDecode", {"samples": ["3", 0], "vae": ["4", 2]}),
        "9": ("SaveImage", {"filename_prefix": "made", "images": ["8", 0]}),
    }
    return {
        key: {"class_type": kind, "inputs": inputs, "_meta": {"title": kind}}
        for key, (kind, inputs) in nodes.items()
    }


def renamed(prompt: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the prompt with a title that no other has: another graph."""
    first, *others = prompt
    titled = {**prompt[first], "_meta": {"title": f"number {number}"}}
    return {first: titled, **{key: prompt[key] for key in others}}


async def taking(services: Any, prompts: list[dict[str, Any]]) -> float:
    user = User(name=DEFAULT_USER)
    bodies = [json.dumps({"prompt": each, "client_id": "bench"}).encode() for each in prompts]
    started = time.process_time()
    for body in bodies:
        await take(services, user, read_sent(body))
    return (time.process_time() - started) / len(bodies) * 1e6


def main(_: list[str]) -> None:
    built_ins, numbers = Registry.of_packages("nodes"), itertools.count()
    makes: dict[str, Callable[[int], dict[str, Any]]] = {
        "3 nodes": trivial,
        "30 nodes": lambda value: trivial(value, 30),
        "text to image": text_to_image,
    }
    with tempfile.TemporaryDirectory() as base:
        folders = Folders.at(Path(base))
        file = folders.base / "models" / "checkpoints" / CHECKPOINT
        file.parent.mkdir(parents=True)
        file.touch()
        for name, make in makes.items():
            ways: dict[str, Callable[[], dict[str, Any]]] = {
                "another graph": lambda make=make: renamed(make(1), next(numbers)),
                "another value": lambda make=make: make(next(numbers)),
                "the same": lambda make=make: make(7),
            }
            for way, one in ways.items():
                services: Any = SimpleNamespace(
                    built_ins=built_ins,
                    folders=folders,
                    jobs=Jobs(),
                    seen_prompts=SeenPrompts(built_ins),
                )
                times = [
                    asyncio.run(taking(services, [one() for _ in range(PROMPTS)]))
                    for _ in range(ROUNDS)
                ]
                print(f"{name:<15} {way:<15} {min(times):8.0f} µs", flush=True)
