"""Weights rounded to a smaller number format, and computed with in that of the device."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from engine.diffusion.patches.registry import WEIGHT_PATCHES, Changes, Target


def rounded(target: Target, *, dtype: str) -> Changes:
    """Round every tensor to a torch dtype, such as "float8_e4m3fn"."""
    change = partial(_rounded, getattr(torch, dtype))
    return Changes(dict.fromkeys(target.shapes, change))


WEIGHT_PATCHES["round"] = rounded


def _rounded(dtype: torch.dtype, value: Tensor) -> Tensor:
    return value.to(dtype).float()
