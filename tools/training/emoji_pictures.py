"""The pictures of emoji that what comes along was trained on, and their names.

They are in the folder `assets/` of the npm package `@lobehub/fluent-emoji-3d` 1.1.0 (Fluent Emoji
3D, Microsoft, MIT), their names in `en/data.json` of `emojibase-data` 17.0.0 (MIT).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from tools.training.base_model import BASE

#: Groups of emojibase that are drawn: no people, components and flags.
GROUPS = {0, 3, 4, 5, 6, 7, 8}
#: One picture in so many is kept from the training, to judge by.
HELD_OUT = 12
Colour = tuple[int, int, int]
COLOURS: dict[str, Colour] = {
    "white": (255, 255, 255),
    "black": (20, 20, 20),
    "red": (225, 60, 60),
    "orange": (245, 150, 50),
    "yellow": (250, 215, 70),
    "green": (80, 180, 90),
    "blue": (70, 130, 230),
    "purple": (145, 90, 205),
    "pink": (245, 150, 190),
    "gray": (150, 150, 150),
}


class Emoji(NamedTuple):
    """A picture with alpha, and whether the model has seen its name."""

    name: str
    is_known: bool
    picture: Image.Image


class Emojis(NamedTuple):
    """Those to train on, and those to judge by."""

    trained: list[Emoji]
    held_out: list[Emoji]


def read_emojis(assets: Path, names: Path, side: int) -> Emojis:
    """Read all that may be drawn, `side` pixels wide and high."""
    known = set((BASE / "concepts.txt").read_text().replace("\n", "|").split("|"))
    found: list[Emoji] = []
    for record in json.loads(names.read_text()):
        code, label = record["hexcode"].lower(), record["label"].lower()
        paths = [assets / f"{c}.webp" for c in (code, code.replace("-fe0f", ""), f"{code}-fe0f")]
        path = next((path for path in paths if path.exists()), None)
        if path is None or record.get("group") not in GROUPS:
            continue
        picture = Image.open(path).convert("RGBA").resize((side, side), Image.Resampling.LANCZOS)
        found.append(Emoji(label, label in known, picture))
    trained = [emoji for number, emoji in enumerate(found) if number % HELD_OUT]
    return Emojis(trained, found[::HELD_OUT])


def tensor_of(picture: Image.Image) -> Tensor:
    """Return (C, H, W) in 0..1."""
    return torch.from_numpy(np.array(picture)).movedim(-1, 0).float() / 255


def picture_of(planes: Tensor) -> Image.Image:
    """Return the picture of (3, H, W) in 0..1."""
    return Image.fromarray(planes.movedim(0, -1).mul(255).round().byte().numpy())


def prompt(name: str, colour: str, *, article: bool, ground: bool) -> str:
    """Return how a picture is asked for: its name, with an article, with its background."""
    before = "" if not article else "an " if name[0] in "aeiou" else "a "
    return f"{before}{name}" + (f" on a {colour} background" if ground else "")
