"""The pictures that bundled workflows begin with."""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from engine.workflow import HOME

if TYPE_CHECKING:
    from engine.paths import Folders

NAMES = ("example.png", "example_masked.png")


def give_examples(folders: Folders) -> None:
    """Put the example pictures into the input folder where it is missing or empty."""
    if folders.input.exists() and any(folders.input.iterdir()):
        return
    # without them the workflows say which picture they miss
    with suppress(OSError):
        folders.input.mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            shutil.copyfile(HOME / "input" / name, folders.input / name)
