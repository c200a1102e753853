"""What lies in an output folder, and what has changed there since it was last looked at.

A folder's time changes when an entry comes or goes; a time within the last seconds is not trusted,
as a later change could leave it the same (FAT counts in steps of 2 s).
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.server.files.embedded import Embedded, look
from engine.server.files.generation import Generation, from_parameters, from_prompt
from engine.store.pictures import Picture

TRUSTED_AFTER_NS = 2 * 10**9
#: (size, mtime_ns) of a file
State = tuple[int, int]


@dataclass
class Seen:
    """The files below a folder.

    Attributes:
        files: by name below the root, with forward slashes.
        folders: time of each folder, by name; 0 where it is too young to be trusted.
    """

    files: dict[str, State] = field(default_factory=dict[str, State])
    folders: dict[str, int] = field(default_factory=dict[str, int])


def walk(root: Path) -> Seen:
    """Return what lies below a folder; hidden files and links are left out."""
    seen = Seen()
    waiting = [""]
    while waiting:
        _look_into(root, waiting.pop(), seen, waiting)
    return seen


def _look_into(root: Path, prefix: str, seen: Seen, waiting: list[str]) -> None:
    path = f"{root}/{prefix}"
    now = time.time_ns()
    try:
        changed = os.stat(path).st_mtime_ns  # noqa: PTH116 strings, called for every folder
        with os.scandir(path) as entries:
            found = list(entries)
    except OSError:  # gone meanwhile
        return
    seen.folders[prefix] = changed if now - changed > TRUSTED_AFTER_NS else 0
    for entry in found:
        if entry.name.startswith(".") or entry.is_symlink() or not _is_utf8(entry.name):
            continue
        if entry.is_dir():
            waiting.append(f"{prefix}{entry.name}/")
        elif entry.is_file() and (state := _state(entry)):
            seen.files[prefix + entry.name] = state


def _is_utf8(name: str) -> bool:
    return name.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in name)


def _state(entry: os.DirEntry[str]) -> State | None:
    try:
        status = entry.stat()
    except OSError:  # gone meanwhile
        return None
    return status.st_size, status.st_mtime_ns


def is_current(root: Path, folders: Mapping[str, int]) -> bool:
    """Say whether no entry of these folders has come or gone."""
    try:
        return bool(folders) and all(
            os.stat(f"{root}/{prefix}").st_mtime_ns == changed  # noqa: PTH116 strings
            for prefix, changed in folders.items()
        )
    except OSError:
        return False


def changes(seen: Mapping[str, State], known: Mapping[str, State]) -> tuple[list[str], list[str]]:
    """Return the names of files to look into, newest first, and of those that are gone."""
    fresh = [name for name, state in seen.items() if known.get(name) != state]
    fresh.sort(key=lambda name: -seen[name][1])
    return fresh, [name for name in known if name not in seen]


def pictures(root: Path, names: Iterable[str]) -> Iterator[Picture]:
    """Yield what files say; those that are gone meanwhile are left out."""
    for name in names:
        try:
            yield picture(root, name)
        except OSError:
            continue


def picture(root: Path, name: str) -> Picture:
    """Return what one file says.

    Raises:
        OSError: it can not be read.
    """
    path = root / name
    status = path.stat()
    inside = look(path)
    made = _generation(inside)
    return Picture(
        name=name,
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        width=inside.width,
        height=inside.height,
        prompt=made.prompt,
        negative=made.negative,
        model=made.model,
        seed=made.seed,
        sampler=made.sampler,
        scheduler=made.scheduler,
        steps=made.steps,
        cfg=made.cfg,
        job="",
        has_workflow=inside.can_be_opened,
        words=" ".join((name, made.prompt, made.negative, made.model)).casefold(),
    )


def _generation(inside: Embedded) -> Generation:
    if inside.prompt is not None:
        return from_prompt(inside.prompt)
    if inside.parameters is not None:
        return from_parameters(inside.parameters)
    return Generation()
