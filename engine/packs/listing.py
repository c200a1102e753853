"""What a listing says of one pack: what it offers, and everything that is wrong with it."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.packs.memo import Declared
from engine.packs.pack import PackProblem, PackRecord
from engine.packs.requirements import REQUIREMENTS, unmet

if TYPE_CHECKING:
    from engine.packs.memo import NodeSummary
    from engine.packs.slot import Slot


def record(slot: Slot, owners: Mapping[str, Slot]) -> PackRecord:
    """Return a pack's record; `owners` says which pack has which type."""
    pack = slot.pack
    if slot.is_disabled:
        return PackRecord(pack.name, pack.path, slot.state)
    declared = slot.declared or Declared()
    taken = [
        _taken(each, owners.get(each.id)) for each in slot.nodes if not _owns(slot, each, owners)
    ]
    wanted = [
        PackProblem(f"{what}. Install it with pip.", str(pack.path / REQUIREMENTS), line)
        for line, what in unmet(pack.path)
    ]
    return PackRecord(
        pack.name,
        pack.path,
        slot.state,
        nodes=tuple(each.id for each in slot.nodes if _owns(slot, each, owners)),
        problems=(*declared.problems, *taken, *wanted),
        web_directory=Path(declared.web_directory) if declared.web_directory else None,
    )


def as_json(record: PackRecord) -> dict[str, Any]:
    """Return a record for programs."""
    return {
        "name": record.name,
        "path": str(record.path),
        "state": record.state,
        "nodes": list(record.nodes),
        "problems": [asdict(problem) for problem in record.problems],
        "web_directory": str(record.web_directory) if record.web_directory else None,
    }


def nearest(name: str, names: Collection[str]) -> str:
    """Return what to choose instead of a pack's name that is none of these."""
    if near := difflib.get_close_matches(name, names, n=3):
        return f" Similar: {', '.join(near)}."
    return f" There are {len(names)}; `main.py packs` lists all packs." if names else ""


def _owns(slot: Slot, node: NodeSummary, owners: Mapping[str, Slot]) -> bool:
    return owners.get(node.id) is slot


def _taken(node: NodeSummary, owner: Slot | None) -> PackProblem:
    """Say that a node's id is another pack's or, where no pack owns it, a built-in's."""
    by = f'pack "{owner.pack.name}"' if owner else "a built-in node"
    told = f'The node id "{node.id}" is taken by {by}, which stays. Give this node another id.'
    return PackProblem(told, node.file, node.line)
