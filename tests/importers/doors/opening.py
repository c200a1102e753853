"""Prompts that come through the door."""

from __future__ import annotations

import json
from typing import Any

from engine.importers import Imported, read_bytes
from engine.paths import Folders
from engine.registry import Registry
from engine.spec import InputSpec
from engine.widgets import FileChoice


def file_input(name: str, kind: str, **facts: Any) -> InputSpec:
    return InputSpec(name, "COMBO", FileChoice(kind=kind, **facts), reads_files=True)


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs, "_meta": {"title": kind}}


def opened(prompt: Any, registry: Registry, folders: Folders) -> Imported:
    return read_bytes(json.dumps(prompt).encode(), "a.json", registry, folders)
