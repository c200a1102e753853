"""Nodes that mix, join and limit conditionings."""

from typing import Annotated

from engine import Choice, Conditioning, Float, Int, Mask, Unit, lazy, node
from engine.widgets import SIZE_MAX
from nodes.constraints import End, Start

conditionings = lazy("engine.diffusion.conditioning")

MaskStrength = Annotated[float, Float(default=1.0, min=0.0, max=10.0, step=0.01)]
AreaSide = Annotated[int, Int(default=64, min=64, max=SIZE_MAX, step=8)]
AreaPlace = Annotated[int, Int(default=0, min=0, max=SIZE_MAX, step=8)]
Share = Annotated[float, Float(default=1.0, min=0, max=1.0, step=0.01)]
FirstShare = Annotated[float, Float(default=0.0, min=0, max=1.0, step=0.01)]
Area = Annotated[str, Choice(choices=("default", "mask bounds"))]


@node(category="conditioning", title="Conditioning (Average)", id="ConditioningAverage")
def average(
    conditioning_to: Conditioning,
    conditioning_from: Conditioning,
    conditioning_to_strength: Unit,
) -> Conditioning:
    """Mix two prompts into one that lies between them.

    Args:
        conditioning_from: Only its first part is used, cut or filled to the other's length.
        conditioning_to_strength: 1 is all of the first, 0 all of the second.
    """
    return conditionings.average(conditioning_to, conditioning_from, conditioning_to_strength)


@node(
    category="conditioning",
    title="Conditioning (Combine)",
    id="ConditioningCombine",
    lane="inline",
)
def combine(conditioning_1: Conditioning, conditioning_2: Conditioning) -> Conditioning:
    """Follow two prompts at once: the model is asked with each, and the answers are averaged."""
    return conditioning_1 + conditioning_2


@node(category="conditioning", title="Conditioning (Concat)", id="ConditioningConcat")
def concat(conditioning_to: Conditioning, conditioning_from: Conditioning) -> Conditioning:
    """Put one prompt behind another, as if it were one long prompt.

    Args:
        conditioning_from: Only its first part is used.
    """
    return conditionings.concatenated(conditioning_to, conditioning_from)


@node(
    category="conditioning",
    title="Conditioning (Set Area)",
    id="ConditioningSetArea",
    lane="inline",
)
def set_area(
    conditioning: Conditioning,
    width: AreaSide,
    height: AreaSide,
    x: AreaPlace,
    y: AreaPlace,
    strength: MaskStrength,
) -> Conditioning:
    """Apply a prompt to a rectangle only.

    Args:
        width: Pixels.
        height: Pixels.
        x: Pixels from the left.
        y: Pixels from the top.
        strength: Weight against other prompts in the same place.
    """
    return conditionings.in_pixels(conditioning, (height, width, y, x), strength)


@node(
    category="conditioning",
    title="Conditioning (Set Area with Percentage)",
    id="ConditioningSetAreaPercentage",
    lane="inline",
)
def set_area_percentage(
    conditioning: Conditioning,
    width: Share,
    height: Share,
    x: FirstShare,
    y: FirstShare,
    strength: MaskStrength,
) -> Conditioning:
    """Apply a prompt to a rectangle only, given in shares of the picture.

    Args:
        width: Share of the picture's width.
        height: Share of its height.
        x: Share of the width that lies left of it.
        y: Share of the height that lies above it.
        strength: Weight against other prompts in the same place.
    """
    return conditioning.each(
        area=("percentage", height, width, y, x), strength=strength, set_area_to_bounds=False
    )


@node(
    category="conditioning",
    title="Conditioning (Set Area Strength)",
    id="ConditioningSetAreaStrength",
    lane="inline",
)
def set_area_strength(conditioning: Conditioning, strength: MaskStrength) -> Conditioning:
    """Set the weight of a prompt against others in the same place.

    Args:
        strength: 0 leaves it out.
    """
    return conditioning.each(strength=strength)


@node(category="conditioning", title="Conditioning (Set Mask)", id="ConditioningSetMask")
def set_mask(
    conditioning: Conditioning, mask: Mask, strength: MaskStrength, set_cond_area: Area
) -> Conditioning:
    """Apply a prompt only where the mask is white.

    Args:
        mask: At any size; it is resized to the latent.
        strength: Weight against other prompts in the same place.
        set_cond_area: "mask bounds" shows the model only the white part's bounding box.
    """
    to_bounds = set_cond_area != "default"
    return conditionings.masked(conditioning, mask, strength, to_bounds=to_bounds)


@node(
    category="advanced/conditioning",
    title="Conditioning (Set Timestep Range)",
    id="ConditioningSetTimestepRange",
    lane="inline",
)
def set_timestep_range(conditioning: Conditioning, start: Start, end: End) -> Conditioning:
    """Apply a prompt only in a part of the schedule.

    Args:
        start: 0 is the first step.
        end: 1 is the last step.
    """
    return conditioning.each(start_percent=start, end_percent=end)


@node(category="advanced/conditioning", title="Conditioning (Zero Out)", id="ConditioningZeroOut")
def zero_out(conditioning: Conditioning) -> Conditioning:
    """Empty a prompt altogether, which is less than an empty text."""
    return conditionings.zeroed(conditioning)
