"""Which lines of a pack's `requirements.txt` this Python does not meet. Nothing is installed."""

from __future__ import annotations

import re
from pathlib import Path

REQUIREMENTS = "requirements.txt"


def unmet(path: Path) -> list[tuple[int, str]]:
    """Return number and text of each line that is not met, with what is there instead.

    Options, and lines in a form that is not pip's common one, are taken as met.
    """
    try:
        text = (path / REQUIREMENTS).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    said = ((number, _said(line)) for number, line in enumerate(text.splitlines(), 1))
    return [(number, what) for number, what in said if what]


def _said(line: str) -> str:
    """Return what is wrong with one requirement, or nothing."""
    from importlib.metadata import PackageNotFoundError, version  # late, as few packs have any

    from packaging.requirements import InvalidRequirement, Requirement

    text = re.sub(r"(^|\s)(#|--|\\$).*", "", line).strip()
    if not text or text.startswith("-"):
        return ""
    try:
        wanted = Requirement(text)
    except InvalidRequirement:
        return ""
    if wanted.marker is not None and not wanted.marker.evaluate():
        return ""
    try:
        there = version(wanted.name)
    except PackageNotFoundError:
        return f'"{text}" is not installed'
    fits = wanted.specifier.contains(there, prereleases=True)
    return "" if fits else f'"{text}" is asked for and {there} is installed'
