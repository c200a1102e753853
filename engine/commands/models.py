"""`main.py models`: the model files there are, and what they are by their headers."""

from __future__ import annotations

import json
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

from engine.commands.setting_up import folders_from
from engine.errors import SettingError
from engine.model_folders.kinds import current_kind
from engine.model_folders.sources import index_of
from engine.packs.shelf import add_kinds_of_packs

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from engine.model_folders.catalogue import Entry
    from engine.paths import Folders
    from engine.store.model_index import ModelIndex

#: Digits of a hash that a list shows: Civitai's AutoV2.
SHORT = 10
#: Seconds between two lines of progress.
PACE = 0.2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add = parser.add_argument
    add("--json", action="store_true", help="more, for programs")
    add("--kind", metavar="KIND", help="only this kind, such as loras")
    add("--hash", action="store_true", help="compute every SHA-256 that is not known yet")


def run(arguments: argparse.Namespace) -> int:
    """List the models."""
    from engine.model_folders.catalogue import catalogue, model_files

    folders = folders_from(arguments)
    add_kinds_of_packs(folders)
    kinds = _kinds(folders, arguments.kind)
    with closing(index_of(folders)) as index:
        if arguments.hash:
            _hash_all(list(model_files(folders, kinds)), index)
        entries = list(catalogue(folders, index, kinds))
    problems = {problem: kind for kind in kinds for problem in folders.problems(kind)}
    if arguments.json:
        rows = [_row(entry) for entry in entries]
        rows += [{"kind": kind, "name": None, "problem": each} for each, kind in problems.items()]
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
        return 0
    for entry in entries:
        sys.stdout.write(_line(entry) + "\n")
    if not entries:
        sys.stdout.write(f"There are no models in {folders.base / 'models'}.\n")
    for problem in problems:
        sys.stdout.write(f"problem  {problem}\n")
    return 0


def _kinds(folders: Folders, asked: str | None) -> list[str]:
    if asked is None:
        return list(folders.models)
    if (kind := current_kind(asked)) in folders.models:
        return [kind]
    raise SettingError(f'There is no kind "{asked}". Kinds: {", ".join(folders.models)}.')


def _hash_all(files: Sequence[Path], index: ModelIndex) -> None:
    """Hash what is not known yet, with progress on stderr; Ctrl-C keeps what is finished."""
    from engine.model_folders.hashing import Hashing

    numbers = {path: number for number, path in enumerate(files, 1)}
    next_line = time.monotonic()

    def show(path: Path, done: int) -> None:
        nonlocal next_line
        if time.monotonic() >= next_line:
            next_line = time.monotonic() + PACE
            where = f"{numbers[path]}/{len(numbers)} {path.name}"
            sys.stderr.write(f"\r\x1b[Khashing {where}: {done / 2**20:,.0f} MB")
            sys.stderr.flush()

    hashing = Hashing(index, files, show)
    hashing.start()
    hashing.wait()
    sys.stderr.write("\r\x1b[K" + "".join(f"{each}\n" for each in hashing.problems))


def _line(entry: Entry) -> str:
    size = f"{entry.size_bytes / 2**20:,.0f} MB"
    told = entry.about.get("problem") or _what(entry)
    digits = f"{(entry.sha256 or '')[:SHORT]:<{SHORT}}"
    return f"{entry.kind:<18} {entry.name:<40} {size:>12}  {digits}  {told}"


def _what(entry: Entry) -> str:
    """Return family and kind of file, and what its maker says it is for where we can not tell."""
    about = entry.about
    family, base = about.get("family", ""), about.get("header", {}).get("base", "")
    shown = base if family == "unknown" and base else family
    what = about.get("what", "")
    return shown if what in ("checkpoint", "unknown") else f"{shown} {what}"


def _row(entry: Entry) -> dict[str, Any]:
    from engine.model_folders.about import about

    row = {"kind": entry.kind, "name": entry.name, "size_bytes": entry.size_bytes}
    told = {key: value for key, value in entry.about.items() if key != "header"}
    said = about(entry.path, {}).as_json()
    for key, value in entry.about.get("header", {}).items():
        said.setdefault(key, value)
    return {**row, **told, "sha256": entry.sha256, "about": said}
