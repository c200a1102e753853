"""`main.py nodes`: the node types there are."""

from __future__ import annotations

import json
import sys
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from engine.commands.setting_up import folders_from
from engine.declaring.declarations import object_info
from engine.packs.shelf import registry_with_packs
from engine.registry import BUILT_INS, Registry

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--json", action="store_true", help="full definitions, as ComfyUI has them")


def run(arguments: argparse.Namespace) -> int:
    """List the node types."""
    folders = folders_from(arguments)
    built_ins = Registry.of_packages(BUILT_INS)
    registry, packs = registry_with_packs(folders, built_ins)
    if arguments.json:
        sys.stdout.write(json.dumps(object_info(registry, folders), indent=1) + "\n")
        return 0
    rows = [_Row(each.category, each.title, each.id, each.description) for each in built_ins]
    rows += [
        _Row(each.category, each.title, each.id, each.description, pack)
        for pack, each in packs.summaries()
    ]
    for category, listed in groupby(sorted(rows), key=lambda row: row.category):
        sys.stdout.write(f"{category}\n")
        for row in listed:
            sys.stdout.write(f"  {row.id:<28} {row.summary}\n")
    return 0


class _Row(NamedTuple):
    """A line of the list; rows are in the order of categories and titles."""

    category: str
    title: str
    id: str
    description: str
    pack: str = ""

    @property
    def summary(self) -> str:
        """Return the first line of the description, with the pack it is from."""
        first = self.description.split("\n", 1)[0]
        return f"{first} [{self.pack}]".lstrip() if self.pack else first
