"""`main.py import FILE`: a workflow of another program as a document, and what is missing here."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.setting_up import open_here
from engine.commands.writing import STDOUT, write_out
from engine.document import write_document
from engine.errors import SettingError

if TYPE_CHECKING:
    import argparse

_WHAT = "a workflow, an API prompt, or a picture that holds one"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add = parser.add_argument
    add("file", type=Path, help=_WHAT)
    add("-o", "--out", metavar="OUT", help="where to write (NAME.sfumato.json here; - is stdout)")
    add("--json", action="store_true", help="print the report as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Write the document and print the report; what is missing is no failure."""
    opened, _ = open_here(arguments)
    out = arguments.out or f"{arguments.file.stem}.sfumato.json"
    if arguments.out is None and Path(out).exists():
        raise SettingError(f'"{out}" is there already. Name another file with -o OUT.')
    write_out(write_document(opened.document), out)
    told = sys.stderr if out == STDOUT else sys.stdout
    if arguments.json:
        report = {"file": None if out == STDOUT else out, **opened.report.as_json()}
        told.write(json.dumps(report) + "\n")
    else:
        told.write(f"{opened.report.as_text()}\n")
        told.write("" if out == STDOUT else f"Wrote {out}\n")
    return 0
