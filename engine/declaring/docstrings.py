"""The help of a node, read from its function's docstring."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Texts:
    """A docstring taken apart: what comes before `Args:`, and the text of each argument."""

    summary: str
    arguments: Mapping[str, str]


def parse_docstring(text: str) -> Texts:
    """Split a docstring as `inspect.getdoc` returns it."""
    summary, _, rest = text.partition("\nArgs:\n")
    arguments: dict[str, str] = {}
    name = ""
    for line in rest.splitlines():
        if line and not line.startswith(" "):
            break
        if found := re.fullmatch(r" {4}(\w+):(.*)", line):
            name = found[1]
            arguments[name] = found[2].strip()
        elif name and line.strip():
            arguments[name] = f"{arguments[name]} {line.strip()}".strip()
    return Texts(summary.strip(), arguments)
