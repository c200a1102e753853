"""Merges as patches: the weights of one network mixed with those of another of its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from engine.diffusion.families.family import PART_TITLES
from engine.diffusion.model_files.original_names import (
    original_text_encoder_names,
    original_unet_names,
)
from engine.diffusion.model_files.stored import shapes_of
from engine.diffusion.patches.registry import WEIGHT_PATCHES, Change, Changes, Target, Values
from engine.errors import ModelError

if TYPE_CHECKING:
    from torch import Tensor

    from engine.types import Patch, Weights

Shapes = Mapping[str, tuple[int, ...]]

#: mode -> what the first network's weights and the second's are multiplied by, given a number
MODES: Mapping[str, Callable[[float], tuple[float, float]]] = {
    "mix": lambda ratio: (ratio, 1 - ratio),
    "add": lambda strength: (1.0, strength),
    "subtract": lambda multiplier: (multiplier, -multiplier),
}
NAMES = {"model": original_unet_names, "text_encoder": original_text_encoder_names}
#: The one tensor that may differ: networks for inpainting take more channels.
INPUT = "conv_in.weight"


def merge(
    target: Target,
    *,
    weights: Weights,
    patches: Sequence[Patch],
    mode: str,
    numbers: Mapping[str, float],
) -> Changes:
    """Return what merging another network into this one changes.

    Args:
        target: the first network.
        weights, patches: the second one.
        mode: a name in `MODES`.
        numbers: how names in the original layout begin -> number of the mode; the longest counts,
            "" is for all others.

    Raises:
        PathError: the second network's file has gone.
        ModelError: the networks do not fit each other.
    """
    shapes = shapes_of(weights, target.runtime)
    same = mergeable(target.weights, target.shapes, weights, shapes)
    original = NAMES[target.weights.part](same)
    factors = {name: MODES[mode](_number(original[name], numbers)) for name in same}
    changed = {name: each for name, each in factors.items() if each != (1, 0)}
    if not changed:
        return Changes()
    second = target.values_of(weights, patches)
    changes: dict[str, Change] = {
        name: partial(_mixed, second, name, first, other)
        for name, (first, other) in changed.items()
    }
    return Changes(changes)


WEIGHT_PATCHES["merge"] = merge


def mergeable(first: Weights, mine: Shapes, second: Weights, theirs: Shapes) -> list[str]:
    """Return the tensors that two networks have in common.

    All of them, but that one may take more channels than the other: an inpainting model.

    Raises:
        ModelError: the networks are not of one kind; both are named.
    """
    unlike = [name for name in mine.keys() & theirs.keys() if mine[name] != theirs[name]]
    alone = mine.keys() ^ theirs.keys()
    if alone or set(unlike) - {INPUT}:
        named = sorted([*alone, *unlike])[0]
        raise ModelError(
            f'The {PART_TITLES[first.part]}s of "{first.name}" and "{second.name}" can not be '
            f"merged: {len(alone)} tensors are in one alone, {len(unlike)} have another shape "
            f'(such as "{named}": {_shape(mine, named)} and {_shape(theirs, named)}). '
            "Merge models of one kind."
        )
    return [name for name in mine if name not in unlike]


def _shape(shapes: Shapes, name: str) -> str:
    return str(list(shapes[name])) if name in shapes else "none"


def _number(name: str, numbers: Mapping[str, float]) -> float:
    return numbers[max((start for start in numbers if name.startswith(start)), key=len)]


def _mixed(second: Values, name: str, first: float, other: float, value: Tensor) -> Tensor:
    theirs = second(name).to(value.device)
    if (first, other) == (0, 1):
        return theirs
    return value.mul_(first).add_(theirs, alpha=other)
