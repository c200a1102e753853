"""`main.py export FILE --format …`: a workflow in a form that ComfyUI reads."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.setting_up import open_here
from engine.commands.writing import STDOUT, write_out
from engine.importers.write_api import write_api

if TYPE_CHECKING:
    import argparse

    from engine.document import Document
    from engine.registry import Registry

FORMATS = ("comfyui-api", "comfyui-ui")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add = parser.add_argument
    add("file", type=Path, help="a workflow file, or the name of a bundled one")
    add("--format", choices=FORMATS, required=True, help="an API prompt, or what its editor saves")
    add("-o", "--out", metavar="OUT", default=STDOUT, help="where to write (- is stdout)")


def run(arguments: argparse.Namespace) -> int:
    """Write the workflow in another format."""
    opened, registry = open_here(arguments)
    if opened.report.missing_types:
        sys.stderr.write(f"{opened.report.as_text()}\n")
    written = _written(opened.document, registry, arguments.format)
    write_out(json.dumps(written, indent=2).encode() + b"\n", arguments.out)
    return 0


def _written(document: Document, registry: Registry, form: str) -> dict[str, Any]:
    if form == "comfyui-api":
        return write_api(document, registry)
    from engine.importers.ui.write import write_ui

    return write_ui(document, registry)
