"""Which release of Sfumato this is."""

from __future__ import annotations

import functools
from pathlib import Path

from engine.code_identity import library_version

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


@functools.cache
def release() -> str:
    """Return the version: of the checkout, or else of the installed package."""
    import tomllib  # late: hardly any process asks

    try:
        return tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"]
    except FileNotFoundError:
        return library_version("sfumato")
