"""`main.py models`: the model files there are, and what they are by their headers."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from engine.commands.setting_up import folders_from
from engine.errors import EngineError
from engine.paths import MODEL_KINDS, Folders

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--json", action="store_true", help="more, for programs")


def run(arguments: argparse.Namespace) -> int:
    """List the models."""
    folders = folders_from(arguments)
    rows = [_row(folders, kind, name) for kind in MODEL_KINDS for name in folders.names(kind)]
    if arguments.json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
        return 0
    for row in rows:
        size = f"{row['size_bytes'] / 2**20:,.0f} MB"
        what = row.get("family") or row.get("problem", "")
        sys.stdout.write(f"{row['kind']:<18} {row['name']:<40} {size:>12}  {what}\n")
    if not rows:
        sys.stdout.write(f"There are no models in {folders.base / 'models'}.\n")
    return 0


def _row(folders: Folders, kind: str, name: str) -> dict[str, Any]:
    from engine.diffusion.describe import describe_model

    path = folders.find(kind, name)
    row: dict[str, Any] = {"kind": kind, "name": name, "size_bytes": _size(path)}
    if kind != "checkpoints":
        return row
    try:
        info = describe_model(path)
    except EngineError as problem:
        return {**row, "problem": problem.message}
    told = {"parts": info.parts, "dtype": info.dtype, "told_by": dict(info.told_by)}
    return {**row, "family": info.family, **told}


def _size(path: Any) -> int:
    if path.is_dir():
        return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
    return path.stat().st_size
