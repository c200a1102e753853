"""Attention multiplied: projections of self- or cross-attention scaled, with their biases."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from engine.diffusion.patches.registry import WEIGHT_PATCHES, Change, Changes, Target

if TYPE_CHECKING:
    from torch import Tensor


def scaled_tensors(target: Target, *, factors: Mapping[str, float]) -> Changes:
    """Multiply tensors.

    Args:
        target: the network.
        factors: how names of modules end -> factor of their weight and bias.
    """
    changes: dict[str, Change] = {}
    for name in target.shapes:
        module = name.rpartition(".")[0]
        for ending, factor in factors.items():
            if factor != 1 and module.endswith(ending):
                changes[name] = partial(_multiplied, factor)
    return Changes(changes)


WEIGHT_PATCHES["scale_tensors"] = scaled_tensors


def _multiplied(factor: float, value: Tensor) -> Tensor:
    return value.mul_(factor)
