"""Microseconds a node that the engine takes for nodes that do nothing: first run, the same again,
and with one value changed near the end. Everything is counted: reading the JSON, checks, keys,
plan, run. Needs no torch.

    python -m benchmarks engine_overhead [NODES ...]
"""

from __future__ import annotations

import gc
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.declare import node
from engine.document import read_document
from engine.engine import Engine, Settings
from engine.paths import Folders
from engine.registry import Registry
from engine.results import NodeResult
from engine.types import Anything

Nodes = dict[str, dict[str, Any]]
SIZES = (1_000, 3_000, 10_000)
ROUNDS = 5
#: Microseconds a node that are asked for.
LIMITS = {"first": 50.0, "same": 15.0, "edited": 20.0}


@node(category="bench", lane="inline")
def number(value: int = 1) -> int:
    """Give a number."""
    return value


@node(category="bench", lane="inline")
def add(a: Anything | None = None, b: Anything | None = None, c: int = 0) -> int:
    """Add."""
    return (a or 0) + (b or 0) + c


@node(category="bench", lane="inline", output=True)
def show(a: Anything) -> NodeResult:
    """Show a number."""
    return NodeResult(ui={"text": [str(a)]})


def chain(count: int) -> tuple[Nodes, str]:
    nodes: Nodes = {"0": {"type": "Number", "values": {"value": 1}}}
    for index in range(1, count - 1):
        nodes[str(index)] = _add(index, index - 1)
    nodes[str(count - 1)] = {"type": "Show", "links": {"a": [str(count - 2), 0, "INT"]}}
    return nodes, str(count - 9)


def fan(count: int) -> tuple[Nodes, str]:
    nodes: Nodes = {"0": {"type": "Number", "values": {"value": 1}}}
    for index in range(1, count - 1, 2):
        nodes[str(index)] = _add(index, 0)
        nodes[str(index + 1)] = {"type": "Show", "links": {"a": [str(index), 0, "INT"]}}
    return nodes, "1"


def random_dag(count: int) -> tuple[Nodes, str]:
    choose = random.Random(1)
    nodes: Nodes = {"0": {"type": "Number", "values": {"value": 1}}}
    inner = count * 9 // 10
    for index in range(1, inner):
        low = max(0, index - 200)
        nodes[str(index)] = _add(index, choose.randrange(low, index), choose.randrange(index))
    for index in range(inner, count):
        source = str(choose.randrange(inner // 2, inner))
        nodes[str(index)] = {"type": "Show", "links": {"a": [source, 0, "INT"]}}
    edited = str(count)
    nodes[edited] = _add(7, inner - 1)
    nodes[str(count + 1)] = {"type": "Show", "links": {"a": [edited, 0, "INT"]}}
    return nodes, edited


def _add(index: int, *sources: int) -> dict[str, Any]:
    links = {name: [str(each), 0, "INT"] for name, each in zip("ab", sources, strict=False)}
    return {"type": "Add", "values": {"c": index}, "links": links}


def measure(build: Callable[[int], tuple[Nodes, str]], count: int) -> dict[str, float]:
    """Return the median microseconds a node of each kind of run."""
    times: dict[str, list[float]] = {"first": [], "same": [], "edited": []}
    registry = Registry([number.spec, add.spec, show.spec])  # pyright: ignore
    for _ in range(ROUNDS):
        nodes, edited = build(count)
        text = _document(nodes)
        with tempfile.TemporaryDirectory() as folder:
            engine = Engine(registry, Folders.at(Path(folder)), Settings(cache_disk_bytes=0))
            for kind in times:
                if kind == "edited":
                    nodes[edited]["values"]["c"] = 123_456
                    text = _document(nodes)
                gc.collect()
                started = time.perf_counter()
                report = engine.run(read_document(text))
                times[kind].append((time.perf_counter() - started) / len(nodes) * 1e6)
                assert report.error is None
            engine.close()
    return {kind: statistics.median(each) for kind, each in times.items()}


def _document(nodes: Nodes) -> str:
    return json.dumps({"format": "sfumato", "version": 1, "nodes": nodes})


def main(arguments: list[str]) -> None:
    sizes = [int(each) for each in arguments] or SIZES
    print(f"{'graph':<12}{'nodes':>8}{'first':>10}{'same':>10}{'edited':>10}   µs a node")
    print(f"{'asked for':<12}{'':>8}" + "".join(f"{LIMITS[kind]:>10.1f}" for kind in LIMITS))
    for build in (chain, fan, random_dag):
        for count in sizes:
            times = measure(build, count)
            cells = "".join(f"{times[kind]:>10.1f}" for kind in LIMITS)
            print(f"{build.__name__:<12}{count:>8}{cells}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
