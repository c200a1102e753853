"""Microseconds that a call of a pack's node costs beside the same node as a built-in.

Both are the same function on the inline lane, in a chain of 1,000 nodes with small inputs: a
picture of 64 x 64, a latent, a number. What is counted is everything of a run: checks, keys, plan,
calls; the difference is what the pack's node is protected with. A ComfyUI-style class that does
the same has its dicts and lists on top.

    python -m benchmarks pack_call [NODES]
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.declare import node
from engine.document import read_document
from engine.engine import Engine, Settings
from engine.packs.pack import Pack
from engine.packs.v1 import v1_spec
from engine.paths import Folders
from engine.registry import Registry
from engine.spec import NodeSpec
from engine.types import Image, Latent

NODES = 1_000
ROUNDS = 15
#: Microseconds that are asked for.
LIMIT = 30.0


@node(category="bench", lane="inline")
def picture(number: int = 0) -> Image:
    """Give a picture of 64 x 64."""
    import torch

    return torch.zeros(1, 64, 64, 3)


@node(category="bench", lane="inline")
def latent(number: int = 0) -> Latent:
    """Give a latent of 8 x 8."""
    import torch

    return Latent(torch.zeros(1, 4, 8, 8))


@node(category="bench", lane="inline")
def work(image: Image, samples: Latent, before: int = 0, number: int = 0) -> int:
    """Count."""
    return before + 1


class Work:
    """The same as a ComfyUI-style class."""

    CATEGORY = "bench"
    FUNCTION = "work"
    RETURN_TYPES = ("INT",)

    @classmethod
    def INPUT_TYPES(cls) -> dict[str, Any]:  # noqa: N802 ComfyUI's name
        number = ("INT", {"default": 0, "max": 10**9})
        required = {"image": ("IMAGE",), "samples": ("LATENT",), "before": number}
        return {"required": {**required, "number": number}}

    def work(self, image: Any, samples: Any, before: int, number: int) -> tuple[int]:
        return (before + 1,)


def document(count: int, first: int) -> str:
    """Return a chain of nodes that take the same picture and latent."""
    nodes: dict[str, Any] = {"p": {"type": "Picture"}, "l": {"type": "Latent"}}
    shared = {"image": ["p", 0, "IMAGE"], "samples": ["l", 0, "LATENT"]}
    for index in range(count):
        links = {**shared, **({"before": [str(index - 1), 0, "INT"]} if index else {})}
        nodes[str(index)] = {"type": "Work", "links": links, "values": {"number": first + index}}
    return json.dumps({"format": "sfumato", "version": 1, "nodes": nodes})


def measure(kinds: dict[str, NodeSpec], count: int) -> dict[str, list[float]]:
    """Return the microseconds a node of each round; the kinds take turns."""
    times: dict[str, list[float]] = {name: [] for name in kinds}
    shared = [picture.spec, latent.spec]  # pyright: ignore
    with tempfile.TemporaryDirectory() as folder:
        engines = {
            name: Engine(
                Registry([*shared, spec]), Folders.at(Path(folder)), Settings(cache_disk_bytes=0)
            )
            for name, spec in kinds.items()
        }
        for turn in range(ROUNDS):
            asked = read_document(document(count, turn * count))
            for name, engine in engines.items():
                gc.collect()
                started = time.perf_counter()
                report = engine.run(asked, targets=[str(count - 1)])
                times[name].append((time.perf_counter() - started) / count * 1e6)
                assert report.error is None, report.error
        for engine in engines.values():
            engine.close()
    return times


def main(arguments: list[str]) -> None:
    count = int(arguments[0]) if arguments else NODES
    built_in: NodeSpec = work.spec  # pyright: ignore
    kinds = {
        "built-in": built_in,
        "pack, @node": replace(built_in, source="bench", code="0"),
        "pack, class": replace(
            v1_spec("Work", Work, "Work", Pack("bench", Path(__file__), "0")), lane="inline"
        ),
    }
    times = measure(kinds, count)
    print(f"{'kind':<14}{'µs a node':>10}{'more':>8}   asked for: at most {LIMIT:.0f} more")
    for name, each in times.items():
        more = statistics.median(a - b for a, b in zip(each, times["built-in"], strict=True))
        print(f"{name:<14}{statistics.median(each):>10.1f}{more:>8.1f}")


if __name__ == "__main__":
    main(sys.argv[1:])
