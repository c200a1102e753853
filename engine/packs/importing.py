"""Imports a pack's module under a name of its own, and takes it out of `sys.modules` again."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from engine.packs.discovery import ENTRANCE, python_files
from engine.registry import PACK_PREFIX

PRESTARTUP = "prestartup_script.py"


def module_name(path: Path) -> str:
    """Return the name of a pack's module: an identifier made from its path, unlike any other."""
    readable = re.sub(r"\W", "_", path.name)
    unique = hashlib.sha256(str(path).encode(errors="surrogateescape")).hexdigest()[:8]
    return f"{PACK_PREFIX}{readable}_{unique}"


def entrance(path: Path) -> Path:
    """Return the file that is executed when a pack is imported."""
    return path / ENTRANCE if path.is_dir() else path


def import_pack(path: Path) -> ModuleType:
    """Execute a pack's module; whatever that raises is raised, and nothing of it is left."""
    return _execute(module_name(path), entrance(path), path if path.is_dir() else None)


def run_prestartup(path: Path) -> None:
    """Execute what a pack wants done before it is imported."""
    script = path / PRESTARTUP
    if script.is_file():
        _execute(f"{module_name(path)}.__prestartup__", script, None)


def modules_of(path: Path) -> dict[str, Any]:
    """Return the imported modules of a pack by name, its own first.

    A pack may have put something else than a module in the place of one.
    """
    name = module_name(path)
    present = dict(sys.modules)
    own = {name: present[name]} if name in present else {}
    return own | {each: module for each, module in present.items() if each.startswith(f"{name}.")}


def forget_modules(path: Path) -> dict[str, Any]:
    """Take a pack's modules out of `sys.modules`, and return them."""
    taken = modules_of(path)
    for name in taken:
        sys.modules.pop(name, None)
    return taken


def put_back(modules: Mapping[str, Any]) -> None:
    """Make modules importable again that were taken out."""
    sys.modules.update(modules)


def forget_bytecode(path: Path) -> None:
    """Remove a pack's compiled files: Python takes one as fresh if its source has the same size
    and was changed within the same second."""
    importlib.invalidate_caches()
    root = path if path.is_dir() else path.parent
    for name, _ in python_files(path):
        with suppress(OSError):  # where it cannot be removed, it was not written by us
            Path(importlib.util.cache_from_source(root / name)).unlink()


def _execute(name: str, file: Path, home: Path | None) -> ModuleType:
    inside = [str(home)] if home else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=inside)
    if spec is None or spec.loader is None:
        raise ImportError(f'"{file}" is no Python file.')
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        for each in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
            sys.modules.pop(each, None)
        raise
    return module
