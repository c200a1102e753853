"""What each pack declared, kept beside the results, so that the next start imports none to know.

A file that is damaged or of another version is an empty one.
"""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from pathlib import Path

import msgspec

from engine.packs.pack import PackProblem

logger = logging.getLogger(__name__)

FORMAT = 2
FILE = "packs.json"


class NodeSummary(msgspec.Struct, frozen=True):
    """A node type as a listing shows it; `file` and `line` are where it is declared."""

    id: str
    title: str = ""
    category: str = ""
    description: str = ""
    is_output: bool = False
    file: str = ""
    line: int = 0


class Declared(msgspec.Struct, frozen=True):
    """What a pack declared when it was read.

    Attributes:
        is_failed: its import failed, so what it would declare is not known.
        has_crashed: a process died while it was imported, so nobody tries again by itself.
        model_kinds: kind -> folder names under models/ that it adds.
        web_directory: its files for the browser; empty where it has none.
    """

    nodes: tuple[NodeSummary, ...] = ()
    problems: tuple[PackProblem, ...] = ()
    is_failed: bool = False
    has_crashed: bool = False
    model_kinds: dict[str, tuple[str, ...]] = {}
    web_directory: str = ""


class Remembered(msgspec.Struct, frozen=True):
    """One pack in the file.

    Attributes:
        stamp: state of its Python files; while it is the same, they have this `code`.
        declared: None for a pack that has not been read with this code.
    """

    stamp: str
    code: str
    declared: Declared | None = None


class _File(msgspec.Struct):
    format: int
    python: str
    #: path of a pack -> what is known of it
    packs: dict[str, Remembered]


def read_memo(cache: Path) -> dict[str, Remembered]:
    """Return what was remembered, by the paths of packs."""
    try:
        file = msgspec.json.decode((cache / FILE).read_bytes(), type=_File)
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        logger.debug("What packs declared is not remembered: %s", problem)
        return {}
    return file.packs if (file.format, file.python) == (FORMAT, sys.version) else {}


def write_memo(cache: Path, packs: dict[str, Remembered]) -> None:
    """Write beside and rename; where that is not possible, nothing is remembered."""
    path = cache / FILE
    beside = path.with_suffix(f".{os.getpid()}.part")
    try:
        cache.mkdir(parents=True, exist_ok=True)
        encodable = {path: each for path, each in packs.items() if _is_encodable(path, each)}
        beside.write_bytes(msgspec.json.encode(_File(FORMAT, sys.version, encodable)))
        beside.replace(path)
    except OSError as problem:
        logger.debug("What packs declared can not be written: %s", problem)
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _is_encodable(path: str, remembered: Remembered) -> bool:
    """Say whether a pack can be remembered: names of files may hold bytes that are no text."""
    try:
        msgspec.json.encode((path, remembered))
    except (msgspec.EncodeError, UnicodeEncodeError):
        return False
    return True
