"""Microseconds that a call of a pack's node costs beside the same node as a built-in.

All are on the inline lane, in a chain of 1,000 nodes. Counted is everything of a run: checks, keys,
plan, calls; the difference is what the pack's node is protected with, and for ComfyUI's classes
what brings its values into their form and back. `small` takes a picture of 64 x 64, a latent of
8 x 8 and two numbers, `numbers` takes four numbers.

    python -m benchmarks pack_call [NODES]
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.comfy.api import io
from engine.declare import node
from engine.document import read_document
from engine.engine import Engine, Settings
from engine.packs.pack import Pack
from engine.packs.v1 import v1_spec
from engine.packs.v3 import v3_spec
from engine.paths import Folders
from engine.registry import Registry
from engine.spec import NodeSpec
from engine.types import Image, Latent

NODES = 1_000
ROUNDS = 15
#: Microseconds that are asked for.
LIMIT = 30.0
PACK = Pack("bench", Path(__file__), "0")
NUMBER = ("INT", {"default": 0, "max": 10**9})


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
def small(image: Image, samples: Latent, before: int = 0, number: int = 0) -> int:
    """Count."""
    return before + 1


@node(category="bench", lane="inline")
def numbers(width: int = 0, height: int = 0, before: int = 0, number: int = 0) -> int:
    """Count."""
    return before + 1


class Small:
    """`small` as a ComfyUI-style class."""

    CATEGORY = "bench"
    FUNCTION = "work"
    RETURN_TYPES = ("INT",)

    @classmethod
    def INPUT_TYPES(cls) -> dict[str, Any]:  # noqa: N802 ComfyUI's name
        required = {"image": ("IMAGE",), "samples": ("LATENT",), "before": NUMBER}
        return {"required": {**required, "number": NUMBER}}

    def work(self, image: Any, samples: Any, before: int, number: int) -> tuple[int]:
        return (before + 1,)


class Numbers:
    """`numbers` as a ComfyUI-style class."""

    CATEGORY = "bench"
    FUNCTION = "work"
    RETURN_TYPES = ("INT",)

    @classmethod
    def INPUT_TYPES(cls) -> dict[str, Any]:  # noqa: N802 ComfyUI's name
        names = ("width", "height", "before", "number")
        return {"required": dict.fromkeys(names, NUMBER)}

    def work(self, width: int, height: int, before: int, number: int) -> tuple[int]:
        return (before + 1,)


def count(name: str) -> Any:
    """Return a number input of a V3 class."""
    return io.Int.Input(name, default=0, max=10**9)


class SmallV3(io.ComfyNode):
    """`small` as a V3 class."""

    @classmethod
    def define_schema(cls) -> Any:
        inputs = [io.Image.Input("image"), io.Latent.Input("samples")]
        inputs += [count("before"), count("number")]
        return io.Schema(node_id="Small", inputs=inputs, outputs=[io.Int.Output()])

    @classmethod
    def execute(cls, image: Any, samples: Any, before: int, number: int) -> Any:
        return io.NodeOutput(before + 1)


class NumbersV3(io.ComfyNode):
    """`numbers` as a V3 class."""

    @classmethod
    def define_schema(cls) -> Any:
        inputs = [count(name) for name in ("width", "height", "before", "number")]
        return io.Schema(node_id="Numbers", inputs=inputs, outputs=[io.Int.Output()])

    @classmethod
    def execute(cls, width: int, height: int, before: int, number: int) -> Any:
        return io.NodeOutput(before + 1)


def kinds() -> dict[str, list[NodeSpec]]:
    """Return both nodes in every form."""
    built_in: list[NodeSpec] = [small.spec, numbers.spec]  # pyright: ignore
    classes = {"Small": Small, "Numbers": Numbers}
    forms = {
        "built-in": built_in,
        "pack, @node": [replace(each, source="bench", code="0") for each in built_in],
        "pack, V1": [v1_spec(name, kind, name, PACK) for name, kind in classes.items()],
        "pack, V3": [v3_spec(kind, PACK) for kind in (SmallV3, NumbersV3)],
    }
    return {form: [replace(each, lane="inline") for each in specs] for form, specs in forms.items()}


def document(kind: str, length: int, first: int) -> str:
    """Return a chain of nodes; those of one kind take the same picture and latent."""
    nodes: dict[str, Any] = {"p": {"type": "Picture"}, "l": {"type": "Latent"}}
    pictures = {"image": ["p", 0, "IMAGE"], "samples": ["l", 0, "LATENT"]}
    shared = pictures if kind == "Small" else {}
    for index in range(length):
        links = {**shared, **({"before": [str(index - 1), 0, "INT"]} if index else {})}
        nodes[str(index)] = {"type": kind, "links": links, "values": {"number": first + index}}
    return json.dumps({"format": "sfumato", "version": 1, "nodes": nodes})


def measure(specs: Mapping[str, list[NodeSpec]], kind: str, length: int) -> dict[str, list[float]]:
    """Return the microseconds a node of each round; the forms take turns."""
    times: dict[str, list[float]] = {form: [] for form in specs}
    shared: list[NodeSpec] = [picture.spec, latent.spec]  # pyright: ignore
    with tempfile.TemporaryDirectory() as folder:
        folders, settings = Folders.at(Path(folder)), Settings(cache_disk_bytes=0)
        engines = {
            form: Engine(Registry([*shared, *each]), folders, settings)
            for form, each in specs.items()
        }
        for turn in range(ROUNDS):
            asked = read_document(document(kind, length, turn * length))
            for form, engine in engines.items():
                gc.collect()
                started = time.perf_counter()
                report = engine.run(asked, targets=[str(length - 1)])
                times[form].append((time.perf_counter() - started) / length * 1e6)
                assert report.error is None, report.error
        for engine in engines.values():
            engine.close()
    return times


def main(arguments: list[str]) -> None:
    length = int(arguments[0]) if arguments else NODES
    specs = kinds()
    print(f"more in µs a node, of {ROUNDS} rounds; asked for: at most {LIMIT:.0f}")
    print(f"{'inputs':<9}{'kind':<13}{'least':>7}{'more':>7}{'median':>9}{'more':>7}")
    for kind in ("Small", "Numbers"):
        times = measure(specs, kind, length)
        plain = times["built-in"]
        for form, each in times.items():
            more = statistics.median(a - b for a, b in zip(each, plain, strict=True))
            least, median = min(each), statistics.median(each)
            columns = f"{least:>7.1f}{least - min(plain):>7.1f}{median:>9.1f}{more:>7.1f}"
            print(f"{kind.lower():<9}{form:<13}{columns}")


if __name__ == "__main__":
    main(sys.argv[1:])
