"""The official template workflows: how many import, lose nothing, are complete, would run.

python -m benchmarks.templates [--from DIR]

Fetches two packages with pip, or takes their wheels from DIR; nothing of them is kept.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.losses import losses
from benchmarks.round_trip import MUST_STAY, differences
from engine.document import Document, read_document, write_document
from engine.document.flatten import flatten
from engine.errors import EngineError
from engine.importers.ui import read_ui
from engine.importers.ui.write import write_ui
from engine.registry import Registry
from engine.validate import validate

PACKAGES = ("comfyui-workflow-templates-json==0.1.123", "comfyui-workflow-templates==0.1.95")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.templates")
    parser.add_argument("--from", dest="folder", type=Path, help="a folder with the two wheels")
    folder = parser.parse_args(arguments).folder
    if folder is not None:
        report(folder)
        return
    with tempfile.TemporaryDirectory() as fresh:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", fresh]
        subprocess.run([*pip, *PACKAGES], check=True)
        report(Path(fresh))


def report(folder: Path) -> None:
    registry = Registry.of_packages("nodes")
    counts: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    for name, raw in workflows(folder):
        counts["workflows"] += 1
        try:
            document, notes = read_ui(raw, registry, name)
            again = read_document(write_document(document))
        except EngineError as problem:
            print(f"{name}: {problem.message}")
            continue
        counts["import without an error"] += 1
        lost = losses(raw, document)
        counts["lose nothing"] += not lost
        counts["lose nothing, written and read"] += not losses(raw, again)
        counts["notes"] += len(notes)
        changed = differences(raw, write_ui(document, registry))
        counts["same nodes, links, values, groups, places"] += not changed & MUST_STAY
        counts["the same in everything, written"] += not changed
        for each in changed:
            counts[f"  differ in {each}"] += 1
        for sentence in lost[:3]:
            print(f"{name}: {sentence}")
        unknown = unknown_types(document, registry)
        missing.update(unknown)
        counts["complete (built-in types only)"] += not unknown
        counts["run but for model files"] += not unknown and is_runnable(document, registry)
    for what, count in counts.items():
        print(f"{what:<42} {count:>5}")
    print("missing most often:", ", ".join(f"{kind} {n}" for kind, n in missing.most_common(12)))


def workflows(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the object of every workflow in the folder's wheels."""
    for wheel in sorted(folder.glob("comfyui_workflow_templates*.whl")):
        with zipfile.ZipFile(wheel) as packed:
            for name in sorted(packed.namelist()):
                if name.endswith(".json"):
                    raw = json.loads(packed.read(name))
                    if isinstance(raw, dict) and "nodes" in raw:
                        yield name, raw


def unknown_types(document: Document, registry: Registry) -> set[str]:
    """Return the types that no built-in has."""
    levels = [document.nodes, *(each.nodes for each in document.subgraphs.values())]
    types = {node.type for nodes in levels for node in nodes.values()}
    return {kind for kind in types if kind not in registry and not kind.startswith("subgraph:")}


def is_runnable(document: Document, registry: Registry) -> bool:
    """Say whether nothing but files may be missing."""
    try:
        flat = flatten(document, registry.specs)
    except EngineError:
        return False
    return not validate(flat, registry, None)[1]


if __name__ == "__main__":
    main(sys.argv[1:])
