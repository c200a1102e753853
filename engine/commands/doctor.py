"""`main.py doctor`: what this machine and installation can do, and what is wrong with them."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from typing import TYPE_CHECKING, Any

from engine.code_identity import LIBRARIES, library_version
from engine.commands.setting_up import add_device_arguments, folders_from, memory_from
from engine.packs.shelf import registry_with_packs
from engine.registry import BUILT_INS, Registry

if TYPE_CHECKING:
    import argparse

    from engine.paths import Folders


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--json", action="store_true", help="the same, for programs")
    add_device_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Look at everything; the exit code is 0 whatever is found."""
    from engine.runtime import Runtime

    folders = folders_from(arguments)
    built_ins = Registry.of_packages(BUILT_INS)
    runtime = Runtime.detect(
        folders,
        precision=arguments.precision,
        device=arguments.device,
        memory_bytes=memory_from(arguments),
    )
    found: dict[str, Any] = {
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "libraries": {name: library_version(name) or "missing" for name in LIBRARIES},
        "device": runtime.devices.describe(),
        "weights_budget_bytes": runtime.memory.budget_bytes,
        "folders": {name: str(path) for name, path in _folders(folders).items()},
        "models": {kind: len(folders.names(kind)) for kind in folders.models},
        "nodes": len(built_ins),
        "packs": list(registry_with_packs(folders, built_ins)[1].names()),
        "problems": _problems(folders),
    }
    if arguments.json:
        sys.stdout.write(json.dumps(found, indent=1) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(found)) + "\n")
    return 0


def _folders(folders: Folders) -> dict[str, Any]:
    names = ("base", "input", "output", "temp", "cache")
    return {name: getattr(folders, name) for name in names}


def _problems(folders: Folders) -> list[str]:
    found = [*folders.notes]
    for kind in folders.models:
        found += folders.problems(kind)
    for name in ("output", "cache"):
        place = getattr(folders, name)
        there = next(each for each in (place, *place.parents) if each.exists())
        if not os.access(there, os.W_OK):
            found.append(f'The {name} folder "{place}" can not be written. Change its permissions.')
        free = shutil.disk_usage(there).free
        if free < 2**30:
            found.append(f'The disk of "{place}" has {free / 2**20:.0f} MB left. Make room.')
    if not folders.names("checkpoints"):
        found.append("There are no checkpoints. Put one into models/checkpoints.")
    return list(dict.fromkeys(found))


def _lines(found: dict[str, Any]) -> list[str]:
    device = found["device"]
    dtypes = ", ".join(f"{part} {dtype}" for part, dtype in device["dtypes"].items())
    libraries = ", ".join(f"{name} {version}" for name, version in found["libraries"].items())
    models = ", ".join(f"{count} {kind}" for kind, count in found["models"].items() if count)
    return [
        f"system     {found['system']}",
        f"libraries  {libraries}",
        f"device     {device['device']} ({device['name']}), "
        f"{device['memory_bytes'] / 2**30:.0f} GiB",
        f"precision  {dtypes}: {device['reason']}",
        f"weights    up to {found['weights_budget_bytes'] / 2**30:.1f} GiB are kept loaded",
        *(f"{name:<10} {path}" for name, path in found["folders"].items()),
        f"models     {models or 'none'}",
        f"nodes      {found['nodes']} built in",
        f"packs      {', '.join(found['packs']) or 'none'}",
        *([f"problem    {each}" for each in found["problems"]] or ["problems   none found"]),
    ]
