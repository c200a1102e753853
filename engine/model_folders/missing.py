"""What to say about a file that a workflow names and nobody has."""

from __future__ import annotations

import difflib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from engine.model_folders.kinds import PLACES, current_kind

if TYPE_CHECKING:
    from engine.paths import Folders

#: A longer name is cut in an error.
SHOWN = 80
NEAREST = 3
#: Below this, names have little in common.
SIMILAR = 0.4


def quoted(name: str) -> str:
    """Return a name as it can be printed, cut where it is very long."""
    shown = name if len(name) <= SHOWN else f"{name[:SHOWN]}…"
    return f'"{shown}"'.encode(errors="backslashreplace").decode()


def elsewhere(kind: str, name: str, folders: Folders) -> list[str]:
    """Return where else, in any subfolder of the kind's roots, a file of this name lies."""
    wanted = file_name(name)
    return [each for each in folders.names(kind) if file_name(each) == wanted]


def nearest(kind: str, name: str, folders: Folders) -> list[str]:
    """Return the names of a kind whose file names are most like this one."""
    by_file_name = {file_name(each): each for each in reversed(folders.names(kind))}
    near = difflib.get_close_matches(file_name(name), by_file_name, n=NEAREST, cutoff=SIMILAR)
    return [by_file_name[each] for each in near]


def not_found(kind: str, name: str, folders: Folders) -> str:
    """Return what is wrong, what is there instead, and what to do."""
    there = [f"There is no {quoted(name)} among the {kind}."]
    several = elsewhere(kind, name, folders) if kind not in PLACES else []
    if len(several) > 1:
        return f"{there[0]} Several files have that name: {_listed(several)}. Choose one of them."
    if near := nearest(kind, name, folders):
        there.append(f"Nearest names: {_listed(near)}.")
    elif count := len(folders.names(kind)):
        there.append(f"{count} files are there, none with a similar name.")
    else:
        there.append("No file is there yet.")
    if other := _other_kind(kind, name, folders):
        there.append(f"A file of that name lies among the {other}.")
    roots = folders.models.get(current_kind(kind)) or folders.roots(kind)
    where = " or ".join(str(_shown(root, folders)) for root in roots)
    return f"{' '.join(there)} Put the file into {where}."


def file_name(name: str) -> str:
    """Return the last part of a name with either slash."""
    return PurePosixPath(name.replace("\\", "/")).name


def _other_kind(kind: str, name: str, folders: Folders) -> str:
    if kind in PLACES:
        return ""
    others = (each for each in folders.models if each != kind)
    return next((each for each in others if elsewhere(each, name, folders)), "")


def _listed(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _shown(root: Path, folders: Folders) -> Path:
    return root.relative_to(folders.base) if root.is_relative_to(folders.base) else root
