"""`main.py packs check [NAME]`: each node of a pack runs on made-up inputs."""

from __future__ import annotations

import json
import logging
import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from engine.cli import EXIT_BAD_INPUT
from engine.commands.setting_up import folders_from
from engine.errors import PackError
from engine.packs.examination import Examination, examine
from engine.packs.listing import nearest
from engine.packs.shelf import registry_with_packs
from engine.registry import BUILT_INS, Registry

if TYPE_CHECKING:
    import argparse

    from engine.packs.pack import PackRecord

Checked = list[tuple["PackRecord", Examination]]


def check(arguments: argparse.Namespace) -> int:
    """Check one pack or all; 2 if something was found."""
    logging.getLogger("engine.packs").setLevel(logging.ERROR)  # what is said here has every problem
    checked = _checked(arguments)
    if arguments.json:
        told = json.dumps([_as_json(*each) for each in checked], indent=1) + "\n"
    else:
        told = "".join(_as_text(*each) for each in checked) or "There are no packs.\n"
    sys.stdout.write(told)
    sys.stdout.flush()
    code = EXIT_BAD_INPUT if any(each.findings or pack.problems for pack, each in checked) else 0
    if any(each.has_hung for _, each in checked):
        os._exit(code)  # a node that hangs would keep the process for ever
    return code


def _checked(arguments: argparse.Namespace) -> Checked:
    folders = folders_from(arguments)
    registry, shelf = registry_with_packs(folders, Registry.of_packages(BUILT_INS))
    records = [record for record in shelf.packs() if record.state != "disabled"]
    if arguments.name is not None:
        names = [record.name for record in records]
        records = [record for record in records if record.name == arguments.name]
        if not records:
            near = nearest(arguments.name, names)
            raise PackError(f'No pack "{arguments.name}" is in use.{near}')
    checked: Checked = []
    for record in records:
        specs = [spec for spec in map(registry.get, record.nodes) if spec is not None]
        own = [spec for spec in specs if spec.source == record.name]
        checked.append((record, examine(record.path, own, registry, folders)))
    return checked


def _as_json(record: PackRecord, examination: Examination) -> dict[str, Any]:
    return {
        "name": record.name,
        "problems": [asdict(problem) for problem in record.problems],
        "findings": [asdict(finding) for finding in examination.findings],
        "tried": examination.tried,
        "not_tried": examination.untried,
    }


def _as_text(record: PackRecord, examination: Examination) -> str:
    lines = [record.name]
    lines += [f"  ! {problem}" for problem in record.problems]
    lines += [f"  ! {finding}" for finding in examination.findings]
    lines += [f"  - {node}: {reason}" for node, reason in examination.untried.items()]
    found = len(examination.findings)
    count = f"{found} finding{'' if found == 1 else 's'}" if found else "no findings"
    lines.append(f"  {len(examination.tried)} of {len(record.nodes)} nodes ran, {count}")
    return "".join(f"{line}\n" for line in lines)
