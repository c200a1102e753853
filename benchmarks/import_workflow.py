"""Seconds that reading a saved ComfyUI workflow takes, by its number of nodes.

python -m benchmarks import_workflow
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import Any

from engine.importers.ui import read_ui
from engine.registry import Registry

SIZES = (1_000, 10_000)
ROUNDS = 7
#: Nodes of one chain; a Reroute, a primitive and a group are among them.
CHAIN = 10


def saved(nodes: int) -> dict[str, Any]:
    """Return text-to-image chains side by side, as the editor saves them."""
    raw: dict[str, Any] = {"version": 0.4, "nodes": [], "links": [], "groups": [], "config": {}}
    for first in range(1, nodes, CHAIN):
        _add_chain(raw, first)
    return raw


def _add_chain(raw: dict[str, Any], first: int) -> None:
    loader, positive, negative, latent, seed, sampler, reroute, decode, save, note = range(
        first, first + CHAIN
    )
    _add(raw, loader, "CheckpointLoaderSimple", ["model.safetensors"])
    for key, words in ((positive, "a red apple"), (negative, "blurry")):
        _add(raw, key, "CLIPTextEncode", [words], clip=(loader, 1), text=None)
    _add(raw, latent, "EmptyLatentImage", [512, 512, 1])
    _add(raw, seed, "PrimitiveNode", [7, "randomize"])
    held = [0, "fixed", 20, 8, "euler", "normal", 1]
    links = {"model": (loader, 0), "positive": (positive, 0), "negative": (negative, 0)}
    _add(raw, sampler, "KSampler", held, **links, latent_image=(latent, 0), seed=(seed, 0))
    _add(raw, reroute, "Reroute", None, samples=(sampler, 0))
    _add(raw, decode, "VAEDecode", None, samples=(reroute, 0), vae=(loader, 2))
    _add(raw, save, "SaveImage", ["ComfyUI"], images=(decode, 0))
    _add(raw, note, "Note", ["one of many"])
    raw["groups"].append({"title": "chain", "bounding": [0, 0, 900, 400], "color": "#3f789e"})


def _add(
    raw: dict[str, Any], key: int, kind: str, held: Any, **inputs: tuple[int, int] | None
) -> None:
    saved_inputs: list[Any] = []
    for slot, (name, source) in enumerate(inputs.items()):
        link = len(raw["links"]) + 1 if source else None
        saved_inputs.append({"name": name, "type": "*", "link": link})
        if source:
            raw["links"].append([link, *source, key, slot, "*"])
    raw["nodes"].append(
        {
            "id": key,
            "type": kind,
            "pos": [key, 0],
            "size": [200, 100],
            "flags": {},
            "order": key,
            "mode": 0,
            "inputs": saved_inputs,
            "outputs": [{"name": "out", "type": "*", "links": []}],
            "properties": {"Node name for S&R": kind},
            **({} if held is None else {"widgets_values": held}),
        }
    )


def main(arguments: list[str]) -> None:
    print("asked for: 1,000 nodes in under 0.2 s; 10,000 in proportion")
    registry = Registry.of_packages("nodes")
    for size in SIZES:
        raw, times = saved(size), list[float]()
        for _ in range(ROUNDS):
            started = time.perf_counter()
            read_ui(raw, registry)
            times.append(time.perf_counter() - started)
        middle, slowest = statistics.median(times), max(times)
        print(f"{size:>6,} nodes  {middle:.3f} s  (slowest {slowest:.3f})")


if __name__ == "__main__":
    main(sys.argv[1:])
