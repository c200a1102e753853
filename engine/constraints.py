"""Constraints that many nodes share, each named once."""

from typing import Annotated

from engine.widgets import SEED_MAX, SIZE_MAX, Float, Int, Text

Seed = Annotated[int, Int(default=0, min=0, max=SEED_MAX, control=True)]
Steps = Annotated[int, Int(default=20, min=1, max=10_000)]
Cfg = Annotated[float, Float(default=8.0, min=0.0, max=100.0, step=0.1, round=0.01)]
Unit = Annotated[float, Float(default=1.0, min=0.0, max=1.0, step=0.01)]
BatchSize = Annotated[int, Int(default=1, min=1, max=4096)]
#: Width or height of a picture that becomes a latent.
PixelSize = Annotated[int, Int(default=512, min=16, max=SIZE_MAX, step=8)]
#: Width or height of a picture.
Side = Annotated[int, Int(default=512, min=1, max=SIZE_MAX)]
#: A side where 0 means "keep the aspect".
SideOrZero = Annotated[int, Int(default=512, min=0, max=SIZE_MAX)]
Offset = Annotated[int, Int(default=0, min=0, max=SIZE_MAX)]
MultilineText = Annotated[str, Text(multiline=True)]
