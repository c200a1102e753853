"""Constraints that several files of nodes share, each named once."""

from typing import Annotated

from engine import Choice, FileChoice, Float, Text
from engine.diffusion.levels.schedules import SCHEDULERS
from engine.diffusion.samplers import SAMPLERS

# Asked anew each time, because packs add to both.
SamplerName = Annotated[str, Choice(choices=lambda: tuple(SAMPLERS))]
SchedulerName = Annotated[str, Choice(choices=lambda: tuple(SCHEDULERS))]
#: Shares of a schedule.
Start = Annotated[float, Float(default=0.0, min=0.0, max=1.0, step=0.001)]
End = Annotated[float, Float(default=1.0, min=0.0, max=1.0, step=0.001)]
PICTURE = FileChoice(kind="input", upload="image")
PictureFile = Annotated[str, PICTURE]
#: How pictures are resized.
Method = Annotated[str, Choice(choices=("nearest-exact", "bilinear", "area", "bicubic", "lanczos"))]
Crop = Annotated[str, Choice(choices=("disabled", "center"))]
Flip = Annotated[str, Choice(choices=("x-axis: vertically", "y-axis: horizontally"))]
Rotation = Annotated[str, Choice(choices=("none", "90 degrees", "180 degrees", "270 degrees"))]
Threshold = Annotated[float, Float(default=0.5, min=0.0, max=1.0, step=0.01)]
Sigma = Annotated[float, Float(default=1.0, min=0.1, max=10.0, step=0.1)]
Prefix = Annotated[str, Text(default="ComfyUI")]
