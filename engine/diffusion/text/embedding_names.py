"""Which textual inversion files a prompt names: `embedding:name`, at its start or after a space.

Knows no torch, so that cache keys and checks can ask it.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from engine.diffusion.text.prompt import weighted_pieces
from engine.paths import below

if TYPE_CHECKING:
    from pathlib import Path

    from engine.paths import Folders

MARK = "embedding:"
KIND = "embeddings"
#: Tried in this order after the name itself.
SUFFIXES = (".safetensors", ".pt", ".bin")

_BEFORE_MARK = re.compile(rf"[ \n](?={MARK})")


class Mention(NamedTuple):
    """An embedding's file and the text that follows its name."""

    path: Path
    rest: str


def split_runs(text: str) -> list[str]:
    """Split a text before each `embedding:`; every run but the first begins with it."""
    return [run for run in _BEFORE_MARK.split(text) if run]


def find_mention(run: str, folders: Folders) -> Mention | None:
    """Return the embedding that a run names, or None if it names none that exists.

    A comma after the name is not part of it.

    Raises:
        PathError: the name leads out of the embeddings.
    """
    name, rest = _name_and_rest(run)
    for spelling in dict.fromkeys((name, name.rstrip(","))):
        # A colon is in no name: `embedding:cat:1.2` lacks the brackets of a weight.
        if spelling and ":" not in spelling and (path := _find_file(spelling, folders)):
            return Mention(path, f"{name[len(spelling) :]} {rest}")
    return None


def embedding_files(text: str, folders: Folders) -> list[Path]:
    """Return the files that a prompt reads, each once, in the order of their mention.

    Raises:
        PathError: a name leads out of the embeddings.
    """
    runs = (run for piece in weighted_pieces(text) for run in split_runs(piece.text))
    mentions = (find_mention(run, folders) for run in runs)
    return list(dict.fromkeys(mention.path for mention in mentions if mention))


def _name_and_rest(run: str) -> tuple[str, str]:
    if not run.startswith(MARK):
        return "", ""
    words = run[len(MARK) :].split(maxsplit=1)
    return words[0] if words else "", words[1] if len(words) > 1 else ""


def _find_file(name: str, folders: Folders) -> Path | None:
    for root in folders.roots(KIND):
        for suffix in ("", *SUFFIXES):
            path = below(root, name + suffix)
            if os.path.isfile(path):  # noqa: PTH113 pathlib's raises for a name that is too long
                return path
    return None
