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
    """Put the example pictures into the input folder of an installation that has none yet."""
    if folders.input.exists():
        return
    # without them the workflows say which picture they miss
    with suppress(OSError):
        folders.input.mkdir(parents=True)
        for name in NAMES:
            shutil.copyfile(HOME / "input" / name, folders.input / name)
