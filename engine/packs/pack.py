"""What a pack is, what can be wrong with it, and what a listing says about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from unicodedata import category

State = Literal["ok", "failed", "disabled", "reading"]
#: Categories of characters that no JSON or no terminal can hold: control, surrogates.
_NO_TEXT = frozenset({"Cc", "Cs"})


@dataclass(frozen=True, slots=True)
class Pack:
    """A file or folder in custom_nodes/.

    Attributes:
        name: the folder's name, or the file's without `.py`.
        path: the folder, or the file.
        code: digest of its Python files; empty for a pack that is not read.
    """

    name: str
    path: Path
    code: str


@dataclass(frozen=True, slots=True)
class PackProblem:
    """What is wrong with a pack and what to do; `file` and `line` are the place in the pack."""

    message: str
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        if not self.file:
            return self.message
        return (
            f"{self.file}:{self.line}: {self.message}"
            if self.line
            else f"{self.file}: {self.message}"
        )


@dataclass(frozen=True, slots=True)
class PackRecord:
    """A pack as a listing shows it.

    Attributes:
        state: "reading" while its import goes on after the shelf's patience has ended.
        nodes: ids of the node types that it brings.
        web_directory: its files for the browser.
    """

    name: str
    path: Path
    state: State
    nodes: tuple[str, ...] = ()
    problems: tuple[PackProblem, ...] = ()
    web_directory: Path | None = None


def is_name(text: str) -> bool:
    """Say whether a text can name something: it can be shown and written to a file."""
    return bool(text.strip()) and not any(category(each) in _NO_TEXT for each in text)
