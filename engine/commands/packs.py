"""`main.py packs`: the packs of nodes there are, and which of them are read."""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING

import msgspec

from engine.cli import common_options
from engine.commands.setting_up import folders_from
from engine.config import load_config, save_config
from engine.errors import PackError
from engine.packs.listing import as_json, nearest
from engine.packs.scaffold import new_pack
from engine.packs.shelf import registry_with_packs
from engine.registry import BUILT_INS, Registry
from engine.workflow import HOME

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Collection, Mapping

    from engine.packs.pack import PackRecord


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options, and what it can do with one pack."""
    parser.add_argument("--json", action="store_true", help="the same, for programs")
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    for name, what in {
        "enable": "read a pack that was disabled",
        "disable": "leave a pack unread from now on",
    }.items():
        action = actions.add_parser(name, help=what, parents=[common_options()])
        action.add_argument("name", help="the pack's name, as the list shows it")
    action = actions.add_parser(
        "new", help="write a pack to begin with", parents=[common_options()]
    )
    action.add_argument("name", help="the pack's name: letters, digits and _")
    what = "run each node of a pack on made-up inputs and say what it does wrong"
    action = actions.add_parser("check", help=what, parents=[common_options()])
    action.add_argument("name", nargs="?", help="the pack's name; all packs without it")
    action.add_argument("--json", action="store_true", help="the same, for programs")


def run(arguments: argparse.Namespace) -> int:
    """List the packs, or do something with one."""
    return ACTIONS[arguments.action](arguments)


def _list(arguments: argparse.Namespace) -> int:
    logging.getLogger("engine.packs").setLevel(logging.ERROR)  # the list has every problem
    records = _records(arguments)
    if arguments.json:
        sys.stdout.write(json.dumps([as_json(record) for record in records], indent=1) + "\n")
    else:
        sys.stdout.write("".join(_as_text(record) for record in records) or _nothing(arguments))
    return 0


def _enable(arguments: argparse.Namespace) -> int:
    folders = folders_from(arguments)
    disabled = load_config(folders.base).disabled_packs
    _, shelf = registry_with_packs(folders, Registry())
    if arguments.name not in disabled and shelf.forgive(arguments.name):
        return 0
    _check_name(arguments.name, disabled, "is disabled")
    return _save(arguments, [name for name in disabled if name != arguments.name])


def _disable(arguments: argparse.Namespace) -> int:
    disabled = load_config(folders_from(arguments).base).disabled_packs
    _, shelf = registry_with_packs(folders_from(arguments), Registry())
    _check_name(arguments.name, shelf.names(), "lies in custom_nodes")
    return _save(arguments, sorted({*disabled, arguments.name}))


def _new(arguments: argparse.Namespace) -> int:
    folders = folders_from(arguments)
    files = new_pack(folders.custom_nodes[0], arguments.name)
    sys.stdout.write("".join(f"{path}\n" for path in files))
    test = f'{sys.executable} -m pytest -c "{HOME / "pyproject.toml"}" "{files[0].parent}"'
    sys.stderr.write(f"Run its test in {folders.base} with: {test}\n")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from engine.commands.pack_check import check  # late: listing needs no engine

    return check(arguments)


#: what follows `packs` -> what it does; None is the list
ACTIONS: Mapping[str | None, Callable[[argparse.Namespace], int]] = {
    None: _list,
    "enable": _enable,
    "disable": _disable,
    "check": _check,
    "new": _new,
}


def _records(arguments: argparse.Namespace) -> list[PackRecord]:
    built_ins = Registry.of_packages(BUILT_INS)
    return registry_with_packs(folders_from(arguments), built_ins)[1].packs()


def _check_name(name: str, names: Collection[str], what: str) -> None:
    if name not in names:
        raise PackError(f'No pack "{name}" {what}.{nearest(name, names)}')


def _save(arguments: argparse.Namespace, disabled: list[str]) -> int:
    base = folders_from(arguments).base
    save_config(base, msgspec.structs.replace(load_config(base), disabled_packs=disabled))
    return 0


def _nothing(arguments: argparse.Namespace) -> str:
    return f"There are no packs. Put one into {folders_from(arguments).custom_nodes[0]}.\n"


def _as_text(record: PackRecord) -> str:
    state = "" if record.state == "ok" else f"  ({_STATES[record.state]})"
    lines = [f"{record.name}{state}"]
    lines += [f"  {type_id}" for type_id in record.nodes]
    lines += [f"  ! {problem}" for problem in record.problems]
    return "".join(f"{line}\n" for line in lines)


_STATES = {
    "failed": "can not be used",
    "disabled": "disabled",
    "reading": "is still being read",
}
