"""`main.py nodes`: the node types there are."""

from __future__ import annotations

import json
import sys
from itertools import groupby
from typing import TYPE_CHECKING

from engine.commands.setting_up import folders_from
from engine.declarations import node_info
from engine.registry import BUILT_INS, Registry

if TYPE_CHECKING:
    import argparse

    from engine.spec import NodeSpec


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--json", action="store_true", help="full definitions, as ComfyUI has them")


def run(arguments: argparse.Namespace) -> int:
    """List the node types."""
    registry = Registry.of_packages(BUILT_INS)
    if arguments.json:
        folders = folders_from(arguments)
        shown = {spec.id: node_info(spec, folders) for spec in registry}
        sys.stdout.write(json.dumps(shown, indent=1) + "\n")
        return 0
    ordered = sorted(registry, key=lambda spec: (spec.category, spec.title))
    for category, specs in groupby(ordered, key=lambda spec: spec.category):
        sys.stdout.write(f"{category}\n")
        for spec in specs:
            sys.stdout.write(f"  {spec.id:<28} {_summary(spec)}\n")
    return 0


def _summary(spec: NodeSpec) -> str:
    return spec.description.split("\n", 1)[0]
